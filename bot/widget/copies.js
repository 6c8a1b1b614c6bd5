/** Tells the copies of this tab that the patient has ended the conversation, and hears it from them. */

const NAME = "kneedesk-ended";

export class Copies {
  /** @param {(token: unknown) => void} onEnded */
  constructor(onEnded) {
    this._onEnded = onEnded;
    /** @type {BroadcastChannel | null} */
    this._channel = null;
  }

  listen() {
    this._channel ??= openChannel();
    if (this._channel) this._channel.onmessage = ({ data }) => this._onEnded(data);
  }

  hangUp() {
    this._channel?.close();
    this._channel = null;
  }

  /** @param {string | null} token */
  tell(token) {
    this._channel?.postMessage(token);
  }
}

/** @returns {BroadcastChannel | null} null where the browser keeps tabs apart; the chat works without */
function openChannel() {
  try {
    return new BroadcastChannel(NAME);
  } catch (error) {
    if (error instanceof DOMException && error.name === "SecurityError") return null;
    throw error;
  }
}
