/** Talks to the assistant: docs/http-api.md. Knows nothing of the page. */

import { forgetToken, keepToken, keptToken } from "./token.js";

/** @typedef {{id: string, title: string}} Choice */
/** @typedef {{kind: "advice"|"answer"|"leg_check"|"notice", level?: "emergency"|"urgent", text: string, lang?: string, choices: Choice[]}} Reply */
/** @typedef {{id: string, at: string, text: string, replies: Reply[], can_be_rated?: boolean, helpful?: boolean|null, requested_visit?: string|null}} Turn */
/** @typedef {{notice: string, greeting: Reply}} Beginning */
/** @typedef {Beginning & {turns: Turn[], last_event_id: string}} History */
/** @typedef {{id: string, text?: string, choice?: string}} Message */

const PATIENCE_MILLISECONDS = 15000;

/** A request that did not get through: a code, the server's own words for the patient if it had any, how long to wait. */
export class NotSent extends Error {
  /**
   * @param {string} code "offline", "forgotten" by the patient, "fault" for a mistake of ours, or the server's code
   * @param {Reply} [reply]
   * @param {number} [waitSeconds]
   */
  constructor(code, reply, waitSeconds = 0) {
    super(code);
    this.code = code;
    this.reply = reply;
    this.waitSeconds = waitSeconds;
  }

  /** Whether this message alone is at fault, so that others need not wait until it gets through. */
  get isOfMessage() {
    return this.code === "fault" || this.code.startsWith("invalid_");
  }

  /** Whether the conversation has ended, so that only a new one can go on. */
  get isEnded() {
    return this.code === "token_expired" || this.code === "token_invalid";
  }
}

export class Connection {
  /** @param {string} server the assistant's address, without a slash at its end */
  constructor(server) {
    this._base = `${server}/webhooks/widget`;
    /** @type {Set<AbortController>} */
    this._onTheirWay = new Set();
  }

  /** Whether this tab has a conversation to go on with. */
  get isStarted() {
    return keptToken() !== null;
  }

  /** What tells this conversation from others on this page's site. */
  get token() {
    return keptToken();
  }

  /** Forget the conversation, and what is on its way; the next one is a new one. */
  forget() {
    for (const request of this._onTheirWay) request.abort(new NotSent("forgotten"));
    forgetToken();
  }

  /**
   * Start a conversation.
   * @returns {Promise<Beginning>}
   */
  async start() {
    const started = await this._json("POST", "/conversations");
    keepToken(started.token);
    return started;
  }

  /**
   * Send a message. The same id again is answered with the same replies, so trying again is safe.
   * @param {Message} message
   * @returns {Promise<Turn>}
   */
  send(message) {
    return this._json("POST", "/messages", message);
  }

  /** @returns {Promise<History>} */
  history() {
    return this._json("GET", "/messages");
  }

  /**
   * @param {string} id the message whose answer it is about
   * @param {boolean} helpful
   */
  rate(id, helpful) {
    return this._json("POST", "/feedback", { id, helpful });
  }

  /**
   * Listen for turns answered after the event of this id, as text of the event-stream format.
   * @param {string} lastEventId
   * @param {AbortSignal} signal
   */
  async listen(lastEventId, signal) {
    const response = await this._fetch("GET", "/events", { "Last-Event-ID": lastEventId }, undefined, signal);
    if (!response.ok || !response.body) throw await refusal(response);
    return response.body.pipeThrough(new TextDecoderStream());
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async _json(method, path, body) {
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(new NotSent("offline")), PATIENCE_MILLISECONDS);
    this._onTheirWay.add(request);
    try {
      const response = await this._fetch(method, path, { "Content-Type": "application/json" }, body, request.signal);
      const content = response.ok ? await contentOf(response) : await refusal(response);
      request.signal.throwIfAborted(); // what came too late is not heard
      if (!response.ok) throw content;
      return content;
    } catch (error) {
      throw request.signal.reason ?? error;
    } finally {
      clearTimeout(timer);
      this._onTheirWay.delete(request);
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {Record<string, string>} headers
   * @param {object | undefined} body
   * @param {AbortSignal} signal
   */
  async _fetch(method, path, headers, body, signal) {
    const token = keptToken();
    if (token) headers = { ...headers, Authorization: `Bearer ${token}` };
    try {
      return await fetch(this._base + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal,
      });
    } catch {
      throw new NotSent("offline");
    }
  }
}

/** @param {Response} response */
async function contentOf(response) {
  try {
    return await response.json();
  } catch {
    throw new NotSent("offline"); // the connection broke in the middle of the answer
  }
}

/** @param {Response} response */
async function refusal(response) {
  // A proxy in between answers with a page of its own.
  const content = await response.json().catch(() => ({}));
  const wait = Number(response.headers.get("Retry-After")) || 0;
  return new NotSent(content.error?.code ?? "unavailable", content.reply, wait);
}

/** A message id nobody else has, also on pages without TLS, where randomUUID is missing. */
export function newMessageId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
