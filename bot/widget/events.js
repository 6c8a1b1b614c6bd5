/**
 * Hears of turns that are answered later or in another tab. Server-sent events, read with fetch: the browser's own
 * EventSource cannot send the token.
 */

import { NotSent } from "./connection.js";

/** @typedef {import("./connection.js").Connection} Connection */
/** @typedef {import("./connection.js").Turn} Turn */

const FIRST_PAUSE_SECONDS = 2;
const LONGEST_PAUSE_SECONDS = 60;
// The server says something every 15 s. After a sleep the old connection is dead and nobody tells us.
const SILENCE_MILLISECONDS = 40000;

export class TurnEvents {
  /**
   * @param {Connection} connection
   * @param {(turn: Turn) => void} onTurn
   */
  constructor(connection, onTurn) {
    this._connection = connection;
    this._onTurn = onTurn;
    /** @type {AbortController | null} */
    this._running = null;
    this.lastId = "0";
  }

  /** Listen, from after the last event on. */
  start() {
    if (this._running) return;
    this._running = new AbortController();
    this._keepListening(this._running.signal);
  }

  stop() {
    this._running?.abort();
    this._running = null;
  }

  /** @param {AbortSignal} stopped */
  async _keepListening(stopped) {
    let failures = 0;
    while (!stopped.aborted) {
      let pause = FIRST_PAUSE_SECONDS;
      try {
        await this._listen(stopped, () => (failures = 0));
      } catch (error) {
        if (!(error instanceof NotSent)) throw error;
        if (stopped.aborted) return; // by now somebody else may listen
        if (error.isEnded) return this.stop();
        failures += 1;
        pause = Math.max(error.waitSeconds, Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** failures));
      }
      await sleep(pause * (0.5 + Math.random()), stopped); // not all at once when the server is back
    }
  }

  /**
   * @param {AbortSignal} stopped
   * @param {() => void} onWords
   */
  async _listen(stopped, onWords) {
    const silence = new AbortController();
    const end = () => silence.abort();
    stopped.addEventListener("abort", end);
    let timer = setTimeout(end, SILENCE_MILLISECONDS);
    try {
      const reader = (await this._connection.listen(this.lastId, silence.signal)).getReader();
      for (let rest = ""; ; ) {
        const { done, value } = await reader.read().catch(() => {
          throw new NotSent("offline"); // the connection broke, or was closed by us
        });
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(end, SILENCE_MILLISECONDS);
        onWords();
        rest = this._take(rest + value);
      }
    } finally {
      clearTimeout(timer);
      stopped.removeEventListener("abort", end);
    }
  }

  /**
   * Take the whole events off the text and return what is left of it.
   * @param {string} text
   */
  _take(text) {
    const events = text.split("\n\n");
    const rest = events.pop() ?? "";
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event);
      if (data) this._hear(data[1]);
      const id = /^id: (.*)$/m.exec(event);
      if (id) this.lastId = id[1];
    }
    return rest;
  }

  /** @param {string} data */
  _hear(data) {
    try {
      this._onTurn(JSON.parse(data));
    } catch (error) {
      reportError(error); // and listen on: the next event may be the staff's word
    }
  }
}

/**
 * @param {number} seconds
 * @param {AbortSignal} stopped
 * @returns {Promise<void>}
 */
function sleep(seconds, stopped) {
  return new Promise((done) => {
    setTimeout(done, seconds * 1000);
    stopped.addEventListener("abort", () => done(), { once: true });
  });
}
