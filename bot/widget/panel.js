/** The widget's fixed parts: the button that opens it, and the window with its head, menu, log and writing line. */

import { button, element, icon } from "./elements.js";

/** @typedef {ReturnType<typeof makePanel>} Panel */
/** @typedef {import("./words.js").Words} Words */

const SPEECH = "M12 3C6.500 3 2 6.800 2 11.500c0 2.400 1.200 4.600 3.100 6.100L4 21.500l4.600-1.900c1 .3 2.200.4 3.400.4 5.500 0 10-3.800 10-8.500S17.500 3 12 3z";
const CROSS = "M6 6l12 12M18 6L6 18";
const DOTS = "M12 5h.01M12 12h.01M12 19h.01";

const ignore = () => {};

export function makePanel() {
  const launcherLabel = element("span");
  const launcher = element(
    "button",
    { class: "launcher", part: "launcher", type: "button", "aria-haspopup": "dialog" },
    icon(SPEECH),
    launcherLabel,
  );
  const title = element("h2", { id: "title" });
  const more = element("button", { type: "button", "aria-expanded": "false", "aria-controls": "menu" }, icon(DOTS));
  const close = element("button", { type: "button" }, icon(CROSS));
  const times = button({ "aria-pressed": "false" }, "", ignore);
  const [copy, print, forget] = [0, 1, 2].map(() => button({}, "", ignore));
  const menu = element("div", { id: "menu", class: "menu", hidden: "" }, times, copy, print, forget);
  const log = element("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
  const help = element("div", { class: "help", role: "status" });
  const label = element("label", { class: "unseen", for: "text" });
  const text = element("textarea", { id: "text", rows: "1", maxlength: "4000", enterkeyhint: "send", autocomplete: "off" });
  const send = element("button", { type: "submit" });
  const form = element("form", { class: "writing" }, label, text, send);
  const head = element("div", { class: "head" }, title, more, close);
  const dialog = element(
    "dialog",
    { class: "panel", part: "panel", "aria-labelledby": "title" },
    ...[head, menu, log, help, form],
  );
  return { launcher, launcherLabel, dialog, title, more, close, menu, times, copy, print, forget, log, help, form, label, text, send };
}

/**
 * @param {Panel} panel
 * @param {Words} words
 * @param {string} clinic
 */
export function labelPanel(panel, words, clinic) {
  panel.launcher.lang = panel.dialog.lang = words.lang;
  panel.launcherLabel.textContent = words.open;
  panel.title.textContent = clinic || words.title;
  for (const [part, label] of /** @type {const} */ ([[panel.more, words.more], [panel.close, words.close]])) {
    part.setAttribute("aria-label", label);
    part.title = label;
  }
  panel.times.textContent = words.times;
  panel.copy.textContent = words.copy;
  panel.print.textContent = words.print;
  panel.forget.textContent = words.forget;
  panel.log.setAttribute("aria-label", words.transcript);
  panel.label.textContent = words.label;
  panel.text.placeholder = words.placeholder;
  panel.send.textContent = words.send;
}
