/** The menu behind "More": times, copy, print, end and forget. */

import { copy, print } from "./keepsake.js";

/** @typedef {import("./panel.js").Panel} Panel */
/** @typedef {import("./transcript.js").Transcript} Transcript */
/** @typedef {import("./words.js").Words} Words */

/**
 * Bring the menu to life.
 * @param {Panel} panel
 * @param {Transcript} transcript
 * @param {() => Words} words
 * @param {() => void} forget
 */
export function attachMenu(panel, transcript, words, forget) {
  const show = (/** @type {boolean} */ isOpen) => {
    panel.menu.hidden = !isOpen;
    panel.more.setAttribute("aria-expanded", String(isOpen));
  };
  const close = () => {
    show(false);
    panel.more.focus();
  };
  panel.more.onclick = () => {
    show(panel.menu.hidden);
    if (!panel.menu.hidden) panel.times.focus();
  };
  panel.menu.onkeydown = panel.more.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || panel.menu.hidden) return;
    event.preventDefault(); // else it closes the chat as well
    event.stopPropagation();
    close();
  };
  panel.dialog.addEventListener("focusin", ({ target }) => {
    const isInside = target === panel.more || panel.menu.contains(/** @type {Node} */ (target));
    if (!isInside) show(false);
  });
  panel.times.onclick = () => {
    const isShown = panel.log.classList.toggle("timed");
    panel.times.setAttribute("aria-pressed", String(isShown));
  };
  panel.copy.onclick = async () => {
    close();
    const isCopied = await copy(panel.title.textContent ?? "", transcript.said);
    transcript.note(isCopied ? words().copied : words().notCopied);
  };
  panel.print.onclick = () => {
    close();
    print(/** @type {ShadowRoot} */ (panel.dialog.getRootNode()), panel.title.textContent ?? "", transcript.said);
  };
  panel.forget.onclick = () => {
    show(false);
    forget();
  };
}
