/**
 * Turns the clinic's text into elements: paragraphs, lists, and links for phone numbers and addresses.
 * Everything else stays text.
 */

import { element } from "./elements.js";

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
      list ??= fragment.appendChild(element("ul"));
      list.append(element("li", {}, ...withLinks(line.slice(2))));
    } else if (line.trim()) {
      list = null;
      fragment.append(element("p", {}, ...withLinks(line)));
    }
  }
  return fragment;
}

/** @param {string} text */
function withLinks(text) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let rest = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(rest, match.index), match[1] ? outward(match[1]) : phoneLink(match[0]));
    rest = match.index + match[0].length;
  }
  parts.push(text.slice(rest));
  return parts;
}

/** @param {string} address */
function outward(address) {
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address);
}

/** @param {string} number */
export function phoneLink(number) {
  const digits = number.replace(/\D/g, "");
  return element("a", { href: `tel:${digits.length === 10 ? "+1" : ""}${digits}` }, number);
}
