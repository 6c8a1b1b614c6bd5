/**
 * One conversation: loads it, sends one message after the other, each exactly once, and hears what comes later.
 * What it finds out it tells the transcript; what went wrong, the one who watches.
 */

import { newMessageId, NotSent } from "./connection.js";
import { TurnEvents } from "./events.js";

/** @typedef {import("./connection.js").Beginning} Beginning */
/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./connection.js").Message} Message */
/** @typedef {import("./connection.js").Turn} Turn */
/** @typedef {import("./transcript.js").Transcript} Transcript */
/** A message on its way, or waiting for another try. @typedef {{message: Message, shown: string, entry: HTMLElement, unmark: () => void}} Outgoing */
/** @typedef {{greeting(): string | null, expired(): string, tell(name: string, detail?: object): void, trouble(error: NotSent): void, relief(): void, ended(): void}} Watching */

export class Conversation {
  /**
   * @param {Connection} connection
   * @param {Transcript} transcript
   * @param {Watching} watching
   */
  constructor(connection, transcript, watching) {
    this._connection = connection;
    this._transcript = transcript;
    this._watching = watching;
    this._events = new TurnEvents(connection, (turn) => this._take(turn));
    /** The work in hand: loading, then one message after the other. @type {Promise<void>} */
    this._work = Promise.resolve();
    /** The token of what is shown; null while nothing is loaded. @type {string | null} */
    this._token = null;
    /** @type {Set<string>} */
    this._answered = new Set();
    /** @type {Map<string, Outgoing>} */
    this._outgoing = new Map();
    this._isListening = false;
    /** Tells the copies of this tab that the conversation was ended. @type {BroadcastChannel | null} */
    this._copies = null;
  }

  /** Load the conversation unless it is there, and hear of what comes. */
  resume() {
    this._isListening = true;
    this._hearOfEnd();
    // After the back button the page is as it was left, and the conversation may have been ended since.
    if (this._token && this._token !== this._connection.token) this._reset();
    this._enqueue(async () => {
      await this._load();
      if (this._isListening) this._events.start();
    });
  }

  /** Hear nothing until `resume`. */
  rest() {
    this._isListening = false;
    this._events.stop();
    this._copies?.close();
    this._copies = null;
  }

  /** Connect again: the network is back. */
  reconnect() {
    this._events.stop();
    this.resume();
  }

  /** @param {string} text */
  say(text) {
    this._send({ id: newMessageId(), text }, text);
  }

  /** @param {import("./connection.js").Choice} choice */
  choose(choice) {
    this._send({ id: newMessageId(), choice: choice.id }, choice.title);
  }

  /**
   * Tell whether an answer helped; return whether that was kept.
   * @param {Turn} turn
   * @param {boolean} helpful
   */
  async rate(turn, helpful) {
    try {
      await this._connection.rate(turn.id, helpful);
      return true;
    } catch (error) {
      if (error instanceof NotSent) return false;
      throw error;
    }
  }

  /** End the conversation on this device, in this tab and its copies. */
  forget() {
    this._copies?.postMessage(this._token);
    this._connection.forget();
    this._reset();
    this._watching.ended();
    this.resume();
  }

  _reset() {
    this._events.stop();
    this._events.lastId = "0";
    this._transcript.clear();
    this._token = null;
    this._answered.clear();
    this._outgoing.clear();
  }

  _hearOfEnd() {
    if (this._copies) return;
    this._copies = new BroadcastChannel("kneedesk-ended");
    this._copies.onmessage = ({ data }) => {
      if (data && data === this._token) this.forget();
    };
  }

  /** @param {() => Promise<void>} job */
  _enqueue(job) {
    this._work = this._work.then(job).catch((error) => {
      const isExpected = error instanceof NotSent;
      this._watching.trouble(isExpected ? error : new NotSent("fault"));
      if (!isExpected) reportError(error); // and go on: the next message must not wait for our mistake
    });
  }

  /** Fetch the conversation so far, or start one. */
  async _load() {
    if (this._token) return;
    if (!this._connection.isStarted) return this._begin(await this._connection.start());
    try {
      const history = await this._connection.history();
      this._begin(history);
      this._events.lastId = history.last_event_id;
      this._transcript.quietly(() => history.turns.forEach((turn) => this._show(turn, false)));
    } catch (error) {
      if (!(error instanceof NotSent && error.isEnded)) throw error;
      this._connection.forget();
      await this._load();
    }
  }

  /** @param {Beginning} beginning */
  _begin(beginning) {
    this._token = this._connection.token;
    const text = this._watching.greeting() ?? beginning.greeting.text;
    this._transcript.showNotice(beginning.notice);
    this._transcript.showReply({ ...beginning.greeting, text }, false);
    this._watching.relief();
  }

  /**
   * Show the message and deliver it as soon as those before it are answered.
   * @param {Message} message
   * @param {string} shown
   */
  _send(message, shown) {
    const entry = this._transcript.showPatient(shown);
    const outgoing = { message, shown, entry, unmark: () => {} };
    this._outgoing.set(message.id, outgoing);
    this._watching.tell("message-sent");
    this._enqueue(() => this._deliver(outgoing));
  }

  /**
   * @param {Outgoing} outgoing
   * @returns {Promise<void>}
   */
  async _deliver(outgoing) {
    const endTyping = this._transcript.showTyping();
    try {
      await this._load();
      this._take(await this._connection.send(outgoing.message));
    } catch (error) {
      if (!(error instanceof NotSent)) throw error;
      if (error.isEnded) return this._deliverAnew(outgoing);
      this._offerAgain(outgoing, error);
      throw error;
    } finally {
      endTyping();
    }
    if (this._isListening) this._events.start();
  }

  /**
   * The token has expired: go on in a new conversation, and say so. A choice of the old one is unknown to it.
   * @param {Outgoing} outgoing
   * @returns {Promise<void>}
   */
  async _deliverAnew(outgoing) {
    const { message, shown } = outgoing;
    this._connection.forget();
    this._outgoing.delete(message.id);
    this._events.stop();
    this._events.lastId = "0";
    this._token = null;
    this._transcript.note(this._watching.expired());
    const anew = { ...outgoing, message: { id: message.id, text: shown } };
    this._outgoing.set(message.id, anew);
    return this._deliver(anew);
  }

  /**
   * @param {Outgoing} outgoing
   * @param {NotSent} error
   */
  _offerAgain(outgoing, error) {
    outgoing.unmark = this._transcript.markUnsent(outgoing.entry, error.waitSeconds, () => {
      outgoing.unmark();
      this._enqueue(() => this._deliver(outgoing));
    });
  }

  /**
   * Take an answered turn, from wherever it comes: the answer to our message, a copy of this tab, the staff.
   * @param {Turn} turn
   */
  _take(turn) {
    this._watching.relief();
    if (!this._answered.has(turn.id)) this._show(turn, true);
  }

  /**
   * @param {Turn} turn
   * @param {boolean} isNew
   */
  _show(turn, isNew) {
    this._answered.add(turn.id);
    const outgoing = this._outgoing.get(turn.id);
    outgoing?.unmark(); // it got through after all, only the answer was lost
    this._outgoing.delete(turn.id);
    if (!outgoing && turn.text) this._transcript.showPatient(turn.text, turn.at);
    this._transcript.showReplies(turn, isNew);
    if (!isNew) return;
    const advice = turn.replies.find((reply) => reply.kind === "advice");
    if (advice) this._watching.tell("red-flag", { level: advice.level });
    if (turn.requested_visit) this._watching.tell("booking-requested");
  }
}
