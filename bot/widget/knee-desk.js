/**
 * <knee-desk>: the clinic's chat. One line embeds it: docs/embed.md lists its attributes.
 * It asks the server for nothing until a visitor opens it.
 */

import { Connection, newMessageId, NotSent } from "./connection.js";
import { style } from "./style.js";
import { rendered, telephone } from "./text.js";
import { WORDS } from "./words.js";

/** @typedef {import("./connection.js").Reply} Reply */
/** @typedef {import("./connection.js").Turn} Turn */
/** @typedef {import("./connection.js").Message} Message */

const MARKUP = `
<button class="launcher" part="launcher" type="button" aria-expanded="false">
  <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3C6.5 3 2 6.8 2 11.5c0 2.4 1.2 4.6 3.1 6.1L4 21.5l4.6-1.9c1 .3 2.2.4 3.4.4 5.5 0 10-3.8 10-8.5S17.500 3 12 3z"/></svg>
  <span></span>
</button>
<section class="panel" part="panel" role="dialog" aria-labelledby="title" hidden>
  <div class="head">
    <h2 id="title"></h2>
    <button class="restart" type="button"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5"/></svg></button>
    <button class="close" type="button"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 5l14 14M19 5L5 19"/></svg></button>
  </div>
  <div class="log" role="log" aria-live="polite" tabindex="0"></div>
  <div class="help" role="status" hidden></div>
  <form class="writing">
    <label class="unseen" for="text"></label>
    <textarea id="text" rows="1" maxlength="4000" enterkeyhint="send" autocomplete="off"></textarea>
    <button type="submit"></button>
  </form>
</section>`;

export class KneeDesk extends HTMLElement {
  static observedAttributes = ["accent", "clinic", "lang"];

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [style];
    root.innerHTML = MARKUP; // ours, constant; whatever comes from outside is set as text
    /** @type {(selector: string) => any} */
    this._part = (selector) => root.querySelector(selector);
    /** The work in hand: loading, then one message after the other. @type {Promise<void>} */
    this._work = Promise.resolve();
    this._isLoaded = false;
    /** @type {Connection | null} */
    this._connection = null;
  }

  connectedCallback() {
    this._connection = new Connection(this.getAttribute("server") ?? new URL(import.meta.url).origin);
    this._label();
    this._part(".launcher").onclick = () => this.show();
    this._part(".close").onclick = () => this.close();
    this._part(".restart").onclick = () => this._restart();
    this._part(".panel").onkeydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.close();
    };
    this._part(".writing").onsubmit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this._submit();
    };
    this._part("#text").onkeydown = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this._submit();
    };
    if (this.hasAttribute("open")) this.show();
  }

  attributeChangedCallback() {
    if (this.isConnected) this._label();
  }

  /** Open the chat and move the focus into it. */
  show() {
    this.setAttribute("open", "");
    this._part(".launcher").hidden = true;
    this._part(".launcher").setAttribute("aria-expanded", "true");
    this._part(".panel").hidden = false;
    this._part("#text").focus();
    this._tell("opened");
    if (!this._isLoaded) this._work = this._work.then(() => this._load());
  }

  /** Close the chat and give the focus back to its button. */
  close() {
    this.removeAttribute("open");
    this._part(".panel").hidden = true;
    this._part(".launcher").hidden = false;
    this._part(".launcher").setAttribute("aria-expanded", "false");
    this._part(".launcher").focus();
    this._tell("closed");
  }

  get _words() {
    return this.lang?.toLowerCase().startsWith("es") ? WORDS.es : WORDS.en;
  }

  get _phone() {
    return this.getAttribute("phone") ?? "";
  }

  _label() {
    const words = this._words;
    const accent = this.getAttribute("accent");
    if (accent) this.style.setProperty("--knee-desk-accent", accent);
    this._part(".launcher span").textContent = words.open;
    this._part("#title").textContent = this.getAttribute("clinic") ?? words.title;
    this._part(".close").setAttribute("aria-label", words.close);
    this._part(".close").title = words.close;
    this._part(".restart").setAttribute("aria-label", words.restart);
    this._part(".restart").title = words.restart;
    this._part(".log").setAttribute("aria-label", words.transcript);
    this._part("label").textContent = words.label;
    this._part("#text").placeholder = words.placeholder;
    this._part(".writing button").textContent = words.send;
  }

  /** Fetch the conversation so far, or start one. */
  async _load() {
    const connection = /** @type {Connection} */ (this._connection);
    this._isLoaded = true;
    try {
      if (!connection.isStarted) return await this._start();
      const history = await connection.history();
      this._begin(history);
      for (const turn of history.turns) this._showTurn(turn);
    } catch (error) {
      if (error instanceof NotSent && error.code.startsWith("token_")) {
        connection.forget();
        this._isLoaded = false;
        return this._load();
      }
      this._isLoaded = false;
      this._showHelp(error);
    }
  }

  async _start() {
    this._begin(await /** @type {Connection} */ (this._connection).start());
  }

  /** @param {import("./connection.js").Beginning} beginning */
  _begin(beginning) {
    const notice = document.createElement("div");
    notice.className = "notice";
    notice.append(rendered(beginning.notice));
    this._part(".log").append(notice);
    this._hideHelp();
    this._showReply(beginning.greeting);
  }

  _restart() {
    this._connection?.forget();
    this._part(".log").replaceChildren();
    this._add("assistant").append(rendered(this._words.restarted));
    this._isLoaded = false;
    this._part("#text").focus();
    this._work = this._work.then(() => this._load());
  }

  _submit() {
    const box = this._part("#text");
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    this._send({ id: newMessageId(), text }, text);
  }

  /**
   * Show the message and deliver it as soon as those before it are answered.
   * @param {Message} message
   * @param {string} shown
   */
  _send(message, shown) {
    this._part(".choices")?.remove();
    const entry = this._add("patient");
    entry.append(this._unseen(this._words.you), shown);
    this._scrollTo(entry);
    this._tell("message-sent");
    this._work = this._work.then(() => this._deliver(message, entry));
  }

  /**
   * @param {Message} message
   * @param {HTMLElement} entry
   */
  async _deliver(message, entry) {
    const connection = /** @type {Connection} */ (this._connection);
    const typing = this._showTyping();
    try {
      if (!connection.isStarted) await this._start();
      const turn = await connection.send(message);
      this._hideHelp();
      typing.remove();
      for (const reply of turn.replies) this._showReply(reply, true);
    } catch (error) {
      typing.remove();
      if (error instanceof NotSent && error.code.startsWith("token_")) return this._deliverAnew(message, entry);
      this._offerAgain(message, entry);
      this._showHelp(error);
    }
  }

  /**
   * The token has expired: go on in a new conversation, and say so.
   * @param {Message} message
   * @param {HTMLElement} entry
   */
  async _deliverAnew(message, entry) {
    this._connection?.forget();
    this._add("assistant").append(rendered(this._words.expired));
    const { choice, ...text } = message;
    return this._deliver(choice ? { ...text, text: entry.lastChild?.textContent ?? "" } : message, entry);
  }

  /**
   * @param {Message} message
   * @param {HTMLElement} entry
   */
  _offerAgain(message, entry) {
    entry.classList.add("failed");
    const status = document.createElement("div");
    status.className = "status";
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = this._words.tryAgain;
    again.onclick = () => {
      status.remove();
      entry.classList.remove("failed");
      this._work = this._work.then(() => this._deliver(message, entry));
    };
    status.append(`${this._words.notSent} `, again);
    entry.after(status);
    this._scrollTo(status);
  }

  /** @param {Turn} turn */
  _showTurn(turn) {
    this._part(".choices")?.remove();
    this._add("patient").append(this._unseen(this._words.you), turn.text);
    for (const reply of turn.replies) this._showReply(reply);
  }

  /**
   * @param {Reply} reply
   * @param {boolean} [isNew] whether it has just come, and not from the history
   */
  _showReply(reply, isNew = false) {
    const entry = this._add("assistant");
    entry.append(this._unseen(this._words.assistant), rendered(reply.text));
    if (reply.kind === "advice") this._showAsAdvice(entry, reply, isNew);
    if (reply.choices.length) this._showChoices(reply);
    this._scrollTo(entry);
  }

  /**
   * Show the end of the conversation, or the beginning of an entry that is taller than the window.
   * @param {HTMLElement} entry
   */
  _scrollTo(entry) {
    const log = this._part(".log");
    log.scrollTop = log.scrollHeight;
    const hidden = log.getBoundingClientRect().top - entry.getBoundingClientRect().top;
    if (hidden > 0) log.scrollTop -= hidden + 8;
  }

  /**
   * @param {HTMLElement} entry
   * @param {Reply} reply
   * @param {boolean} isNew
   */
  _showAsAdvice(entry, reply, isNew) {
    entry.classList.add("advice", reply.level ?? "urgent");
    if (!isNew) return;
    entry.setAttribute("role", "alert");
    entry.tabIndex = -1;
    // The focus follows only if it is in the chat: nobody is pulled out of the page they read.
    if (this.shadowRoot?.activeElement) entry.focus();
    this._tell("red-flag", { level: reply.level });
  }

  /** @param {Reply} reply */
  _showChoices(reply) {
    this._part(".choices")?.remove();
    const group = document.createElement("div");
    group.className = "choices";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", this._words.choices);
    for (const choice of reply.choices) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = choice.title;
      button.onclick = () => {
        this._part("#text").focus();
        this._send({ id: newMessageId(), choice: choice.id }, choice.title);
      };
      group.append(button);
    }
    this._part(".log").append(group);
  }

  _showTyping() {
    const typing = document.createElement("div");
    typing.className = "typing";
    typing.append(this._unseen(this._words.typing), ...[0, 1, 2].map(() => document.createElement("i")));
    this._part(".log").append(typing);
    this._scrollTo(typing);
    return typing;
  }

  /** @param {unknown} error */
  _showHelp(error) {
    const help = this._part(".help");
    const reply = error instanceof NotSent ? error.reply : undefined;
    const text = reply?.text ?? `${this._words.offline}\n${this._words.emergency}`;
    help.replaceChildren(rendered(text));
    if (this._phone) {
      const call = document.createElement("p");
      const link = document.createElement("a");
      link.href = telephone(this._phone);
      link.textContent = this._phone;
      call.append(`${this._words.call} `, link);
      help.append(call);
    }
    help.hidden = false;
  }

  _hideHelp() {
    this._part(".help").hidden = true;
  }

  /** @param {"patient" | "assistant"} who */
  _add(who) {
    const entry = document.createElement("div");
    entry.className = `entry ${who}`;
    this._part(".log").append(entry);
    return entry;
  }

  /** @param {string} text */
  _unseen(text) {
    const span = document.createElement("span");
    span.className = "unseen";
    span.textContent = `${text}: `;
    return span;
  }

  /**
   * Tell the page what happened, never what was said.
   * @param {string} name
   * @param {object} [detail]
   */
  _tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("knee-desk", KneeDesk);
