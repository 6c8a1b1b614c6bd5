/**
 * Turns the clinic's text into elements: paragraphs, lists, and links for phone numbers and addresses.
 * Everything else stays text; nothing is ever parsed as HTML.
 */

const LINK = /(https:\/\/[^\s<>"]+[^\s<>".,;:!?)])|(\(\d{3}\) \d{3}-\d{4})|\b(911|988)\b/g;

/**
 * @param {string} text
 * @returns {DocumentFragment}
 */
export function rendered(text) {
  const fragment = document.createDocumentFragment();
  /** @type {HTMLUListElement | null} */
  let list = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("- ")) {
      list ??= fragment.appendChild(document.createElement("ul"));
      list.append(filled("li", line.slice(2)));
    } else if (line.trim()) {
      list = null;
      fragment.append(filled("p", line));
    }
  }
  return fragment;
}

/**
 * @param {string} tag
 * @param {string} text
 */
function filled(tag, text) {
  const element = document.createElement(tag);
  let rest = 0;
  for (const match of text.matchAll(LINK)) {
    element.append(text.slice(rest, match.index), linked(match));
    rest = match.index + match[0].length;
  }
  element.append(text.slice(rest));
  return element;
}

/** @param {RegExpMatchArray} match */
function linked(match) {
  const link = document.createElement("a");
  link.textContent = match[0];
  if (match[1]) {
    link.href = match[1];
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  } else {
    link.href = telephone(match[0]);
  }
  return link;
}

/** @param {string} number */
export function telephone(number) {
  const digits = number.replace(/\D/g, "");
  return `tel:${digits.length === 10 ? "+1" : ""}${digits}`;
}
