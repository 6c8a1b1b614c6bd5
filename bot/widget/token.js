/** Keeps the conversation's token in sessionStorage: for this tab, until it is closed. Nothing else is ever kept. */

const NAME = "kneedesk-token";

/** Where the browser forbids storage (a sandboxed frame, blocked cookies), the conversation lasts as long as the page. */
let inMemory = /** @type {string | null} */ (null);

/** @param {string} token */
export function keepToken(token) {
  inMemory = token;
  inStorage((storage) => storage.setItem(NAME, token));
}

export function forgetToken() {
  inMemory = null;
  inStorage((storage) => storage.removeItem(NAME));
}

/** @returns {string | null} */
export function keptToken() {
  const found = inStorage((storage) => ({ token: storage.getItem(NAME) }));
  return found ? found.token : inMemory;
}

/**
 * @template Result
 * @param {(storage: Storage) => Result} use
 * @returns {Result | null} null where the browser forbids it
 */
function inStorage(use) {
  try {
    return use(sessionStorage);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
