/** The menu behind "More": times, copy, print, end and forget. */

import { copy, print } from "./keepsake.js";

/** @typedef {import("./panel.js").Panel} Panel */
/** @typedef {import("./transcript.js").Transcript} Transcript */
/** @typedef {import("./words.js").Words} Words */

export class Menu {
  /**
   * @param {Panel} panel
   * @param {Transcript} transcript
   * @param {() => Words} words
   * @param {() => void} forget
   */
  constructor(panel, transcript, words, forget) {
    this._panel = panel;
    this._transcript = transcript;
    this._words = words;
    panel.more.onclick = () => this._open(panel.menu.hidden);
    panel.menu.onkeydown = panel.more.onkeydown = (event) => this._onKey(event);
    panel.dialog.addEventListener("focusin", ({ target }) => {
      const isInside = target === panel.more || panel.menu.contains(/** @type {Node} */ (target));
      if (!isInside) this._show(false);
    });
    panel.times.onclick = () => this._toggleTimes();
    panel.copy.onclick = () => this._copy();
    panel.print.onclick = () => this._print();
    panel.forget.onclick = () => {
      this._show(false);
      forget();
    };
  }

  /** @param {boolean} isOpen */
  _show(isOpen) {
    this._panel.menu.hidden = !isOpen;
    this._panel.more.setAttribute("aria-expanded", String(isOpen));
  }

  /** @param {boolean} isOpen */
  _open(isOpen) {
    this._show(isOpen);
    (isOpen ? this._panel.times : this._panel.more).focus();
  }

  /** @param {KeyboardEvent} event */
  _onKey(event) {
    if (event.key !== "Escape" || this._panel.menu.hidden) return;
    event.preventDefault(); // else it closes the chat as well
    event.stopPropagation();
    this._open(false);
  }

  _toggleTimes() {
    const isShown = this._panel.log.classList.toggle("timed");
    this._panel.times.setAttribute("aria-pressed", String(isShown));
  }

  async _copy() {
    this._open(false);
    const isCopied = await copy(this._title, this._transcript.said);
    this._transcript.note(isCopied ? this._words().copied : this._words().notCopied);
  }

  _print() {
    this._open(false);
    print(/** @type {ShadowRoot} */ (this._panel.dialog.getRootNode()), this._title, this._transcript.said);
  }

  get _title() {
    return this._panel.title.textContent ?? "";
  }
}
