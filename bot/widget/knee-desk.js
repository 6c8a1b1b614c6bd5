/**
 * <knee-desk>: the clinic's chat. One line embeds it: docs/embed.md lists its attributes.
 * It asks the server for nothing until a visitor opens it.
 */

import { coloursOf } from "./colours.js";
import { Connection, NotSent } from "./connection.js";
import { Conversation } from "./conversation.js";
import { element } from "./elements.js";
import { Menu } from "./menu.js";
import { labelPanel, makePanel } from "./panel.js";
import { NARROW, style } from "./style.js";
import { phoneLink, rendered } from "./text.js";
import { Transcript } from "./transcript.js";
import { wordsOf } from "./words.js";

const narrow = matchMedia(NARROW);

export class KneeDesk extends HTMLElement {
  static observedAttributes = ["accent", "clinic", "lang", "open"];

  constructor() {
    super();
    this._panel = makePanel();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    root.append(this._panel.launcher, this._panel.dialog);
    this._transcript = new Transcript(this._panel.log, () => this._words, {
      choose: (choice) => {
        this._focusInside();
        this._conversation?.choose(choice);
      },
      rate: async (turn, helpful) => (await this._conversation?.rate(turn, helpful)) ?? false,
    });
    /** @type {Conversation | null} */
    this._conversation = null;
    /** What the page was last told. */
    this._isSaidOpen = false;
    /** @type {AbortController} */
    this._left = new AbortController();
    this._attach();
  }

  connectedCallback() {
    // A phone would show the chat instead of the page somebody has just asked for.
    if (!this._conversation && narrow.matches) this.removeAttribute("open");
    const server = this.getAttribute("server") ?? new URL(import.meta.url).origin;
    this._conversation ??= new Conversation(new Connection(server), this._transcript, this);
    this._label();
    this._colour();
    this._watchThePage();
    this._place();
    this._conversation.arrive();
    this._look();
    this._tellOpen();
  }

  disconnectedCallback() {
    this._left.abort();
    this._conversation?.leave();
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (!this.isConnected || !this._conversation) return;
    if (name === "accent") this._colour();
    else if (name !== "open") this._label();
    else if ((before === null) !== (now === null)) this._openOrClose();
  }

  /** Open the chat and move the focus into it. */
  show() {
    this.setAttribute("open", "");
    this._focusInside();
  }

  /** Close the chat and give the focus back to its button. */
  close() {
    this.removeAttribute("open");
  }

  // What the conversation tells and asks.

  /** The site's own greeting, if it has one. */
  greeting() {
    const text = this.getAttribute("greeting");
    return text === null ? {} : { text, lang: this._words.lang };
  }

  /** What to say when a conversation has expired. */
  expired() {
    return this._words.expired;
  }

  /**
   * Tell the page what happened, never what was said.
   * @param {string} name
   * @param {object} [detail]
   */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /**
   * Show what helps when the server does not: the reason, 911 and the clinic's phone.
   * @param {NotSent} error
   */
  trouble(error) {
    const words = this._words;
    const phone = this.getAttribute("phone");
    const help = this._panel.help;
    const { text, lang = words.lang } = error.reply ?? { text: `${words.offline} ${words.emergency}` };
    help.replaceChildren(element("div", { lang }, rendered(text)));
    if (phone) help.append(element("p", {}, `${words.call} `, phoneLink(phone)));
    if (error.code === "offline" && navigator.onLine)
      console.warn("knee-desk: the assistant cannot be reached, or WIDGET_ORIGINS does not list this site.");
  }

  /** The server answers again. */
  relief() {
    this._panel.help.replaceChildren();
  }

  /** The patient has ended the chat here or in a copy of this tab. */
  ended() {
    this._transcript.note(this._words.forgotten);
    this._panel.text.value = "";
    if (this.shadowRoot?.activeElement) this._focusInside();
  }

  get _isOpen() {
    return this.hasAttribute("open");
  }

  get _isLookedAt() {
    return this._isOpen && document.visibilityState === "visible";
  }

  get _words() {
    const near = /** @type {HTMLElement | null} */ (this.closest("[lang]"));
    return wordsOf(near?.lang ?? document.documentElement.lang);
  }

  _attach() {
    const { launcher, close, dialog, form, text } = this._panel;
    launcher.onclick = () => this.show();
    close.onclick = () => this.close();
    dialog.oncancel = (event) => {
      event.preventDefault();
      this.close();
    };
    // What is typed here is no shortcut of the page's: a "/" would take the focus to its search.
    for (const kind of ["keydown", "keypress", "keyup"]) dialog.addEventListener(kind, (event) => event.stopPropagation());
    dialog.onkeydown = (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.close();
    };
    form.onsubmit = (event) => {
      event.preventDefault();
      this._submit();
    };
    text.onkeydown = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this._submit();
    };
    new Menu(this._panel, this._transcript, () => this._words, () => this._conversation?.forget());
  }

  /** Rest while nobody looks; the back button, a wake-up and a new network bring it back. */
  _watchThePage() {
    this._left = new AbortController();
    const options = { signal: this._left.signal };
    const back = () => {
      this._conversation?.arrive();
      this._look();
    };
    document.addEventListener("visibilitychange", () => this._look(), options);
    addEventListener("pagehide", () => this._conversation?.leave(), options);
    addEventListener("pageshow", ({ persisted }) => persisted && back(), options);
    addEventListener("online", () => this._isLookedAt && this._conversation?.reconnect(), options);
    narrow.addEventListener("change", () => this._place(), options);
  }

  _openOrClose() {
    const isElsewhere = ![this, document.body].includes(/** @type {any} */ (document.activeElement));
    this._place();
    if (this._isOpen) this._colour();
    else if (!isElsewhere) this._panel.launcher.focus();
    this._look();
    this._tellOpen();
  }

  _look() {
    if (this._isLookedAt) this._conversation?.resume();
    else this._conversation?.rest();
  }

  /** Tell the page, unless it knows: a page that moves the element has opened nothing. */
  _tellOpen() {
    if (this._isSaidOpen === this._isOpen) return;
    this._isSaidOpen = this._isOpen;
    if (this._isOpen) this.tell("opened");
    else this.tell("closed");
  }

  /** Stand in the corner, or over the whole of a small screen, where the page behind must not be reached. */
  _place() {
    const { dialog, launcher } = this._panel;
    const focused = /** @type {HTMLElement | null | undefined} */ (this.shadowRoot?.activeElement);
    if (dialog.open) dialog.close();
    launcher.hidden = this._isOpen;
    if (!this._isOpen) return;
    if (narrow.matches) dialog.showModal();
    else dialog.open = true;
    if (focused !== launcher) focused?.focus();
  }

  /** Where a touch on the writing line would bring up a keyboard over half of the screen, the log gets the focus. */
  _focusInside() {
    (matchMedia("(hover: none)").matches ? this._panel.log : this._panel.text).focus();
  }

  _label() {
    labelPanel(this._panel, this._words, this.getAttribute("clinic") ?? "");
  }

  _colour() {
    const accent = this.getAttribute("accent") || getComputedStyle(this).getPropertyValue("--knee-desk-accent").trim();
    const colours = accent ? coloursOf(accent) : null;
    if (accent && !colours) console.warn(`knee-desk: the accent "${accent}" is no opaque sRGB colour such as #0b5c66.`);
    for (const part of [this._panel.launcher, this._panel.dialog]) {
      for (const name of /** @type {const} */ (["fill", "onFill", "edgeOnLight", "edgeOnDark"])) {
        part.style.setProperty(`--kd-${name}`, colours ? colours[name] : "initial");
      }
    }
  }

  _submit() {
    const text = this._panel.text.value.trim();
    if (!text) return;
    this._panel.text.value = "";
    this._conversation?.say(text);
  }
}

// A site builder may put the line on a page twice.
if (!customElements.get("knee-desk")) customElements.define("knee-desk", KneeDesk);
