/** Shows the conversation: entries, advice, choices, feedback. Knows nothing of the server. */

import { button, element, unseen } from "./elements.js";
import { rendered } from "./text.js";

/** @typedef {import("./connection.js").Choice} Choice */
/** @typedef {import("./connection.js").Reply} Reply */
/** @typedef {import("./connection.js").Turn} Turn */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {{element: HTMLElement, who: string, at: Date | null, text: string}} Entry */
/** @typedef {{choose(choice: Choice): void, rate(turn: Turn, helpful: boolean): Promise<boolean>}} Answering */

const SLOW_MILLISECONDS = 6000;

export class Transcript {
  /**
   * @param {HTMLElement} log
   * @param {() => Words} words
   * @param {Answering} answering
   */
  constructor(log, words, answering) {
    this._log = log;
    this._words = words;
    this._answering = answering;
    /** @type {Entry[]} */
    this._entries = [];
    /** What waits for an answer of the patient: choices, and whether the last answer helped. @type {HTMLElement[]} */
    this._offers = [];
    /** Before what is shown next; null at the end. @type {HTMLElement | null} */
    this._next = null;
  }

  clear() {
    this._log.replaceChildren();
    this._entries = [];
    this._offers = [];
  }

  /**
   * What was said, as a copy or a print shows it.
   * @returns {import("./keepsake.js").Said[]}
   */
  get said() {
    return this._entries.map(({ element, who, at, text }) => {
      const isUnsent = element.classList.contains("failed");
      return { who, at: this._time(at), text: isUnsent ? `${text}\n(${this._words().notSent})` : text };
    });
  }

  /**
   * Add many entries without a screen reader reading them all out: it looks once they are laid out.
   * @param {() => void} add
   */
  quietly(add) {
    this._log.setAttribute("aria-busy", "true");
    add();
    requestAnimationFrame(() => setTimeout(() => this._log.setAttribute("aria-busy", "false")));
  }

  /**
   * Add entries above the message that waits, if one does: it is what the conversation goes on with.
   * @param {HTMLElement | null} waiting
   * @param {() => void} add
   */
  above(waiting, add) {
    this._next = waiting;
    add();
    this._next = null;
    if (!waiting) return;
    this._withdrawOffers();
    this._scrollTo(/** @type {HTMLElement} */ (this._log.lastElementChild));
  }

  /** @param {string} text */
  showNotice(text) {
    this._append(element("div", { class: "notice", lang: "en" }, rendered(text)));
  }

  /**
   * Say something about the chat itself.
   * @param {string} text
   */
  note(text) {
    this._scrollTo(this._append(element("p", { class: "note", lang: this._words().lang }, text)));
  }

  /**
   * @param {string} text
   * @param {string} [at]
   */
  showPatient(text, at) {
    this._withdrawOffers();
    const words = this._words();
    const shown = element("div", { class: "entry patient", dir: "auto" }, unseen(`${words.you}: `, words.lang), text);
    this._enter(shown, words.you, text, at);
    return shown;
  }

  /**
   * @param {Turn} turn
   * @param {boolean} isNew whether it has just come, and not from the history
   */
  showReplies(turn, isNew) {
    // A reply that nobody asked for just then leaves the question that waits for an answer.
    if (turn.text) this._withdrawOffers();
    const entries = turn.replies.map((reply) => this.showReply(reply, isNew, turn.at));
    if (turn.can_be_rated) this._offerRating(turn);
    if (entries.length) this._scrollTo(entries[0]);
  }

  /**
   * @param {Reply} reply
   * @param {boolean} isNew
   * @param {string} [at]
   */
  showReply(reply, isNew, at) {
    const lang = reply.lang ?? "en";
    const words = this._words();
    const shown = element("div", { class: "entry assistant", dir: "auto", lang }, unseen(`${words.assistant}: `, words.lang));
    shown.append(rendered(reply.text));
    if (reply.kind === "advice") this._markAsAdvice(shown, reply, isNew);
    this._enter(shown, words.assistant, reply.text, at);
    this.offerChoices(reply);
    return shown;
  }

  /** Show that the assistant is at work; return what ends it. */
  showTyping() {
    const words = this._words();
    const dots = [0, 1, 2].map(() => element("i"));
    const typing = this._append(element("div", { class: "typing", lang: words.lang }, unseen(words.typing, words.lang), ...dots));
    this._scrollTo(typing);
    const slow = setTimeout(() => typing.append(element("span", {}, words.slow)), SLOW_MILLISECONDS);
    return () => {
      clearTimeout(slow);
      typing.remove();
    };
  }

  /**
   * Mark a message that did not get through; return what takes the mark away.
   * @param {HTMLElement} entry
   * @param {number} waitSeconds
   * @param {() => void} tryAgain
   */
  markUnsent(entry, waitSeconds, tryAgain) {
    const words = this._words();
    const wait = waitSeconds ? ` ${words.waitFirst.replace("{seconds}", String(waitSeconds))}` : "";
    const again = button({}, words.tryAgain, () => tryAgain());
    const status = element("div", { class: "status", lang: words.lang }, `${words.notSent}${wait} `, again);
    entry.classList.add("failed");
    entry.after(status);
    this._scrollTo(status);
    return () => {
      entry.classList.remove("failed");
      this._remove(status);
    };
  }

  /**
   * The patient does not need to have read it, so the page is never pulled away from under them: the focus follows
   * only if it is in the chat and nothing has been typed that it would be taken from.
   * @param {HTMLElement} entry
   * @param {Reply} reply
   * @param {boolean} isNew
   */
  _markAsAdvice(entry, reply, isNew) {
    entry.classList.add("advice", reply.level ?? "urgent");
    if (!isNew) return;
    entry.setAttribute("role", "alert");
    entry.tabIndex = -1;
    const focused = this._focused;
    const isTyping = focused instanceof HTMLTextAreaElement && focused.value !== "";
    if (focused && !isTyping) queueMicrotask(() => entry.focus({ preventScroll: true }));
  }

  /** @param {Reply} reply */
  offerChoices({ choices, lang = "en" }) {
    if (!choices.length) return;
    const words = this._words();
    const group = element("div", { class: "choices", role: "group", "aria-label": words.choices, lang: words.lang });
    for (const choice of choices) group.append(button({ dir: "auto", lang }, choice.title, () => this._answering.choose(choice)));
    this._offer(group);
  }

  /** @param {Turn} turn */
  _offerRating(turn) {
    const words = this._words();
    const group = element("div", { class: "rating", role: "group", "aria-label": words.helpful, lang: words.lang });
    const thanks = element("span", { role: "status" });
    const buttons = [true, false].map((helpful) =>
      button({ "aria-pressed": String(turn.helpful === helpful) }, helpful ? words.yes : words.no, async () => {
        const isKept = await this._answering.rate(turn, helpful);
        thanks.textContent = isKept ? words.thanks : words.notRated;
        if (isKept) buttons.forEach((other, index) => other.setAttribute("aria-pressed", String(helpful === (index === 0))));
      }),
    );
    group.append(element("span", {}, words.helpful), ...buttons, thanks);
    this._offer(group);
  }

  /** @param {HTMLElement} group */
  _offer(group) {
    this._offers.push(this._append(group));
  }

  _withdrawOffers() {
    for (const group of this._offers) this._remove(group);
    this._offers = [];
  }

  /**
   * Take it away, and leave the focus in the chat: whoever is thrown out of it would miss an advice.
   * @param {HTMLElement} shown
   */
  _remove(shown) {
    if (shown.contains(this._focused)) this._log.focus({ preventScroll: true });
    shown.remove();
  }

  get _focused() {
    return /** @type {ShadowRoot} */ (this._log.getRootNode()).activeElement;
  }

  /**
   * @param {HTMLElement} shown
   * @param {string} who
   * @param {string} text
   * @param {string} [at]
   */
  _enter(shown, who, text, at) {
    const moment = at === undefined ? new Date() : new Date(at);
    const known = Number.isNaN(moment.valueOf()) ? null : moment;
    if (known) shown.append(element("time", { datetime: known.toISOString() }, this._time(known)));
    const place = this._entries.findIndex((entry) => entry.element === this._next);
    this._entries.splice(place < 0 ? this._entries.length : place, 0, { element: shown, who, at: known, text });
    this._log.insertBefore(shown, this._offers[0] ?? this._next);
    this._scrollTo(shown);
  }

  /** @param {Date | null} moment */
  _time(moment) {
    const { lang } = this._words();
    return moment ? moment.toLocaleString(lang, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" }) : "";
  }

  /**
   * @template {HTMLElement} Shown
   * @param {Shown} shown
   */
  _append(shown) {
    this._log.insertBefore(shown, this._next);
    return shown;
  }

  /**
   * Show the end of the conversation, or the beginning of an entry that is taller than the window.
   * @param {HTMLElement} entry
   */
  _scrollTo(entry) {
    this._log.scrollTop = this._log.scrollHeight;
    const hidden = this._log.getBoundingClientRect().top - entry.getBoundingClientRect().top;
    if (hidden > 0) this._log.scrollTop -= hidden + 8;
  }
}
