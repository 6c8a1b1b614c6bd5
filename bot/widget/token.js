/** Keeps the conversation's token in sessionStorage: for this tab, until it is closed. Nothing else is ever kept. */

const NAME = "kneedesk-token";

/** Where the browser keeps nothing (a sandboxed frame, blocked cookies), the conversation lasts as long as the page. */
let inMemory = /** @type {string | null} */ (null);

/** @param {string} token */
export function keepToken(token) {
  const found = inStorage((storage) => {
    storage.setItem(NAME, token);
    return storage.getItem(NAME);
  });
  inMemory = found === token ? null : token;
}

export function forgetToken() {
  inMemory = null;
  inStorage((storage) => storage.removeItem(NAME));
}

/** @returns {string | null} */
export function keptToken() {
  return inMemory ?? inStorage((storage) => storage.getItem(NAME));
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
