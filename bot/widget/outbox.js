/** The messages without an answer, in the order they were written: none overtakes one that failed. */

import { NotSent } from "./connection.js";

/** @typedef {import("./connection.js").Message} Message */
/** @typedef {import("./transcript.js").Transcript} Transcript */
/**
 * A message on its way, or waiting for another try. One that is set aside holds up no other.
 * @typedef {{message: Message, shown: string, entry: HTMLElement, isSetAside: boolean, unmark: () => void}} Outgoing
 */
/** @typedef {{deliver(outgoing: Outgoing): Promise<void>, report(error: unknown): void, again(): void}} Delivering */

export class Outbox {
  /**
   * @param {Transcript} transcript
   * @param {Delivering} delivering
   */
  constructor(transcript, delivering) {
    this._transcript = transcript;
    this._delivering = delivering;
    /** @type {Map<string, Outgoing>} */
    this._outgoing = new Map();
  }

  /** Where the conversation goes on; null if nothing waits. */
  get firstEntry() {
    const [first] = this._outgoing.values();
    return first?.entry ?? null;
  }

  /**
   * @param {Message} message
   * @param {string} shown
   */
  add(message, shown) {
    const entry = this._transcript.showPatient(shown);
    this._outgoing.set(message.id, { message, shown, entry, isSetAside: false, unmark: () => {} });
  }

  /**
   * The message got through, even if its own answer was lost.
   * @param {string} id
   */
  remove(id) {
    this._outgoing.get(id)?.unmark();
    this._outgoing.delete(id);
  }

  clear() {
    this._outgoing.clear();
  }

  /** Say choices in words: another conversation knows none of them. */
  putIntoWords() {
    for (const outgoing of this._outgoing.values()) outgoing.message = { id: outgoing.message.id, text: outgoing.shown };
  }

  /** Take the marks off what is tried again. */
  unmark() {
    for (const outgoing of this._waiting()) outgoing.unmark();
  }

  /** Deliver what waits, also what is added meanwhile, until one fails. */
  async empty() {
    for (const outgoing of this._waiting()) if (!(await this._getsThrough(outgoing))) return;
  }

  *_waiting() {
    for (const outgoing of this._outgoing.values()) if (!outgoing.isSetAside) yield outgoing;
  }

  /**
   * Deliver a message; return whether those after it may go.
   * @param {Outgoing} outgoing
   */
  async _getsThrough(outgoing) {
    try {
      await this._delivering.deliver(outgoing);
    } catch (error) {
      const isOver = !this._outgoing.has(outgoing.message.id); // answered on another way, or ended by the patient
      const failure = error instanceof NotSent ? error : new NotSent("fault");
      if (isOver && failure === error) return true;
      this._delivering.report(error);
      outgoing.isSetAside = failure.isOfMessage;
      if (!isOver) this._markUnsent(failure.isOfMessage ? [outgoing] : [...this._waiting()], failure.waitSeconds);
      return failure.isOfMessage;
    }
    this._outgoing.delete(outgoing.message.id);
    return true;
  }

  /**
   * @param {Outgoing[]} unsent
   * @param {number} waitSeconds
   */
  _markUnsent(unsent, waitSeconds) {
    for (const outgoing of unsent) {
      outgoing.unmark = this._transcript.markUnsent(outgoing.entry, waitSeconds, () => {
        outgoing.isSetAside = false;
        this._delivering.again();
      });
    }
  }
}
