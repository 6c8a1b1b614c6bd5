/**
 * Talks to the assistant: docs/http-api.md. Knows nothing of the page.
 * The token stays in sessionStorage and nothing a patient writes does.
 */

/** @typedef {{id: string, title: string}} Choice */
/** @typedef {{kind: "advice"|"answer"|"leg_check"|"notice", level?: "emergency"|"urgent", text: string, choices: Choice[]}} Reply */
/** @typedef {{id: string, at: string, text: string, replies: Reply[]}} Turn */
/** @typedef {{notice: string, greeting: Reply}} Beginning */
/** @typedef {{id: string, text?: string, choice?: string}} Message */

const TOKEN = "kneedesk-token";
const PATIENCE_MILLISECONDS = 15000;

/** A message that did not get through: a code, and the server's own words for the patient if it had any. */
export class NotSent extends Error {
  /**
   * @param {string} code "offline", or the server's code
   * @param {Reply} [reply]
   */
  constructor(code, reply) {
    super(code);
    this.code = code;
    this.reply = reply;
  }
}

export class Connection {
  /** @param {string} server the assistant's address, without a slash at its end */
  constructor(server) {
    this._base = `${server}/webhooks/widget`;
  }

  /** Whether this tab has a conversation to go on with. */
  get isStarted() {
    return sessionStorage.getItem(TOKEN) !== null;
  }

  /** Forget the conversation; the next one is a new one. */
  forget() {
    sessionStorage.removeItem(TOKEN);
  }

  /**
   * Start a conversation.
   * @returns {Promise<Beginning>}
   */
  async start() {
    const started = await this._request("POST", "/conversations");
    sessionStorage.setItem(TOKEN, started.token);
    return started;
  }

  /**
   * Send a message. The same id again is answered with the same replies, so trying again is safe.
   * @param {Message} message
   * @returns {Promise<Turn>}
   */
  send(message) {
    return this._request("POST", "/messages", message);
  }

  /** @returns {Promise<Beginning & {turns: Turn[]}>} */
  history() {
    return this._request("GET", "/messages");
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async _request(method, path, body) {
    /** @type {Record<string, string>} */
    const headers = { "Content-Type": "application/json" };
    const token = sessionStorage.getItem(TOKEN);
    if (token) headers.Authorization = `Bearer ${token}`;
    let response;
    let content;
    try {
      response = await fetch(this._base + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      });
      content = await response.json();
    } catch {
      throw new NotSent("offline");
    }
    if (!response.ok) throw new NotSent(content.error?.code ?? "unavailable", content.reply);
    return content;
  }
}

/** A message id nobody else has, also on pages without TLS, where randomUUID is missing. */
export function newMessageId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
