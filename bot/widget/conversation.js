/**
 * One conversation: loads it, sends one message after the other, each exactly once, and hears what comes later.
 * What it finds out it tells the transcript; what went wrong, the one who watches.
 */

import { newMessageId, NotSent } from "./connection.js";
import { Copies } from "./copies.js";
import { TurnEvents } from "./events.js";
import { Outbox } from "./outbox.js";

/** @typedef {import("./connection.js").Beginning} Beginning */
/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./connection.js").Message} Message */
/** @typedef {import("./connection.js").Reply} Reply */
/** @typedef {import("./outbox.js").Outgoing} Outgoing */
/** @typedef {import("./connection.js").Turn} Turn */
/** @typedef {import("./transcript.js").Transcript} Transcript */
/** @typedef {{greeting(): Partial<Reply>, expired(): string, tell(name: string, detail?: object): void, trouble(error: NotSent): void, relief(): void, ended(): void}} Watching */

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
    this._copies = new Copies((token) => token && token === connection.token && this._end());
    this._outbox = new Outbox(transcript, {
      deliver: (outgoing) => this._deliver(outgoing, true),
      report: (error) => this._report(error),
      again: () => this._deliverWaiting(),
    });
    /** The work in hand: loading, then delivering. @type {Promise<void>} */
    this._work = Promise.resolve();
    /** The token of what is shown; null while nothing is loaded. @type {string | null} */
    this._token = null;
    /** The messages that are shown, and those of them whose replies are. @type {Set<string>} */
    this._shown = new Set();
    /** @type {Set<string>} */
    this._answered = new Set();
    this._isDelivering = false;
    this._isListening = false;
  }

  /** Hear when a copy of this tab ends the conversation, be the chat open or not. */
  arrive() {
    this._copies.listen();
  }

  /** Hear nothing at all until `arrive`. */
  leave() {
    this.rest();
    this._copies.hangUp();
  }

  /** Load the conversation unless it is there, and hear of what comes. */
  resume() {
    this._isListening = true;
    // After the back button the page is as it was left, and the conversation may have been ended since.
    if (this._token && this._token !== this._connection.token) this._reset();
    this._enqueue(async () => {
      await this._load();
      if (this._isListening) this._events.start();
    });
  }

  /** Hear of no turns until `resume`. */
  rest() {
    this._isListening = false;
    this._events.stop();
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
    this._copies.tell(this._connection.token);
    this._end();
  }

  _end() {
    this._connection.forget();
    this._reset();
    this._watching.ended();
    if (this._isListening) this.resume();
  }

  _reset() {
    this._hangUp();
    this._transcript.clear();
    this._shown.clear();
    this._answered.clear();
    this._outbox.clear();
  }

  /** What is loaded and heard next is another conversation. */
  _hangUp() {
    this._events.stop();
    this._events.lastId = "0";
    this._token = null;
  }

  /** @param {() => Promise<void>} job */
  _enqueue(job) {
    this._work = this._work.then(job).catch((error) => this._report(error));
  }

  /** @param {unknown} error */
  _report(error) {
    if (!(error instanceof NotSent)) {
      this._watching.trouble(new NotSent("fault"));
      reportError(error); // and go on: the next message must not wait for our mistake
    } else if (error.code !== "forgotten") this._watching.trouble(error);
  }

  /** Fetch the conversation so far, or start one. */
  async _load() {
    if (this._token) return;
    if (this._connection.isStarted) {
      try {
        return this._continue(await this._connection.history());
      } catch (error) {
        if (!(error instanceof NotSent && error.isEnded)) throw error;
        this._connection.forget();
      }
    }
    const beginning = await this._connection.start();
    this._transcript.above(this._outbox.firstEntry, () => this._begin(beginning));
  }

  /** @param {import("./connection.js").History} history */
  _continue(history) {
    this._events.lastId = history.last_event_id;
    this._transcript.quietly(() =>
      this._transcript.above(this._outbox.firstEntry, () => {
        this._begin(history);
        history.turns.forEach((turn) => this._show(turn, false));
      }),
    );
  }

  /** @param {Beginning} beginning */
  _begin({ notice, greeting }) {
    this._token = this._connection.token;
    this._transcript.showNotice(notice);
    // A greeting of the site's own may be in another language than the choices below it.
    this._transcript.showReply({ ...greeting, ...this._watching.greeting(), choices: [] }, false);
    this._transcript.offerChoices(greeting);
    this._watching.relief();
  }

  /**
   * Show the message and deliver it as soon as those before it are answered.
   * @param {Message} message
   * @param {string} shown
   */
  _send(message, shown) {
    this._shown.add(message.id);
    this._outbox.add(message, shown);
    this._watching.tell("message-sent");
    this._deliverWaiting();
  }

  _deliverWaiting() {
    this._outbox.unmark();
    if (this._isDelivering) return; // what was added has its turn
    this._isDelivering = true;
    this._enqueue(async () => {
      try {
        await this._outbox.empty();
      } finally {
        this._isDelivering = false;
      }
      if (this._isListening && this._token) this._events.start();
    });
  }

  /**
   * @param {Outgoing} outgoing
   * @param {boolean} mayGoAnew
   * @returns {Promise<void>}
   */
  async _deliver(outgoing, mayGoAnew) {
    const endTyping = this._transcript.showTyping();
    try {
      await this._load();
      this._take(await this._connection.send(outgoing.message));
    } catch (error) {
      // Once: a server that refuses every token must not be asked for one after the other.
      if (!(error instanceof NotSent && error.isEnded && mayGoAnew)) throw error;
      this._goAnew(outgoing);
      return this._deliver(outgoing, false);
    } finally {
      endTyping();
    }
  }

  /**
   * The token has expired: go on in a new conversation, and say so.
   * @param {Outgoing} outgoing
   */
  _goAnew(outgoing) {
    this._connection.forget();
    this._hangUp();
    this._transcript.above(outgoing.entry, () => this._transcript.note(this._watching.expired()));
    this._outbox.putIntoWords();
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
    if (turn.text && !this._shown.has(turn.id)) this._transcript.showPatient(turn.text, turn.at);
    this._shown.add(turn.id);
    if (!turn.replies.length) return; // the stream will bring them
    this._answered.add(turn.id);
    this._outbox.remove(turn.id);
    this._transcript.showReplies(turn, isNew);
    if (!isNew) return;
    const advice = turn.replies.find((reply) => reply.kind === "advice");
    if (advice) this._watching.tell("red-flag", { level: advice.level });
    if (turn.requested_visit) this._watching.tell("booking-requested");
  }
}
