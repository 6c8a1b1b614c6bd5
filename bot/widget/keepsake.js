/** Lets the patient take the conversation along: copied as text, or printed. */

import { element } from "./elements.js";

/** @typedef {{who: string, at: string, text: string}} Said */

/**
 * @param {string} title
 * @param {Said[]} said
 */
function asText(title, said) {
  return [title, ...said.map(({ who, at, text }) => `${who}${at && ` (${at})`}:\n${text.trim()}`)].join("\n\n");
}

/**
 * Copy the conversation; return whether the browser allowed it.
 * @param {string} title
 * @param {Said[]} said
 */
export async function copy(title, said) {
  if (!navigator.clipboard) return false; // a page without TLS has none
  try {
    await navigator.clipboard.writeText(asText(title, said));
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

/**
 * Print the conversation alone: the page around it stays off the paper.
 * @param {ShadowRoot} root
 * @param {string} title
 * @param {Said[]} said
 */
export function print(root, title, said) {
  const frame = element("iframe", { class: "unseen", "aria-hidden": "true", tabindex: "-1", title });
  root.append(frame);
  const page = frame.contentWindow;
  if (!page) return;
  const body = page.document.body;
  body.append(element("h1", {}, title));
  for (const { who, at, text } of said) {
    body.append(element("h2", {}, at ? `${who}, ${at}` : who));
    for (const line of text.split("\n")) body.append(element("p", {}, line));
  }
  page.document.title = title;
  page.addEventListener("afterprint", () => frame.remove());
  page.print();
}
