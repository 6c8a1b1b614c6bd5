/** The widget's looks. docs/embed.md lists the custom properties that a site may set. */

/** Where the chat takes the whole screen: phones, and pages zoomed to 400%. */
export const NARROW = "(max-width: 30em), (max-height: 28em)";

// A constructed sheet needs no permission in the site's Content-Security-Policy. Sizes are in em of a size that no
// site can shrink: many set 62.5% on their root. The names --kd-… are ours; a site's own --accent stays outside.
export const style = new CSSStyleSheet();
style.replaceSync(`
:host {
  all: initial !important;
  position: fixed !important;
  inset: auto max(1rem, env(safe-area-inset-right)) max(1rem, env(safe-area-inset-bottom)) auto !important;
  z-index: var(--knee-desk-z-index, 2147483000) !important;
  display: block !important;
  color-scheme: light dark !important;
}
:host([position="left"]) { inset: auto auto max(1rem, env(safe-area-inset-bottom)) max(1rem, env(safe-area-inset-left)) !important; }
:host([hidden]) { display: none !important; }

.launcher, .panel {
  --kd-accent: var(--kd-fill, #0b5c66);
  --kd-on-accent: var(--kd-onFill, #ffffff);
  --kd-edge: var(--kd-edgeOnLight, #0b5c66);
  --kd-paper: var(--knee-desk-paper, #ffffff);
  --kd-ink: var(--knee-desk-ink, #14212b);
  --kd-soft: var(--knee-desk-soft, #eef4f5);
  --kd-line: #6d7a86;
  --kd-alert: #b3151b;
  --kd-alert-soft: #fdeeee;
  --kd-warn: #8a4b00;
  --kd-warn-soft: #fdf3e4;
  font: max(16px, 1rem)/1.5 var(--knee-desk-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
}
@media (prefers-color-scheme: dark) {
  .launcher, .panel {
    --kd-accent: var(--kd-fill, #8fd6df);
    --kd-on-accent: var(--kd-onFill, #08262b);
    --kd-edge: var(--kd-edgeOnDark, #8fd6df);
    --kd-paper: var(--knee-desk-paper-dark, #121a20);
    --kd-ink: var(--knee-desk-ink-dark, #eaf0f3);
    --kd-soft: var(--knee-desk-soft-dark, #22303a);
    --kd-line: #8a97a3;
    --kd-alert: #ff8f8f;
    --kd-alert-soft: #3a1a1d;
    --kd-warn: #f3b562;
    --kd-warn-soft: #33260f;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; margin: 0; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--kd-edge); outline-offset: 2px; }
a { color: inherit; font-weight: 600; text-underline-offset: 0.15em; }
a[href^="tel:"] { white-space: nowrap; }

.launcher {
  display: inline-flex; align-items: center; gap: 0.6em; min-height: 3.4em; padding: 0.5em 1.4em 0.5em 1.2em;
  border: 2px solid transparent; border-radius: 2em; background: var(--kd-accent); color: var(--kd-on-accent);
  font-weight: 600; line-height: 1.2; box-shadow: 0 0.15em 0.4em rgb(0 0 0 / 0.2), 0 0.5em 1.4em rgb(0 0 0 / 0.22);
}
.launcher svg { width: 1.5em; height: 1.5em; fill: currentColor; flex: none; }
.launcher:focus-visible { outline-color: var(--kd-edge); box-shadow: 0 0 0 2px var(--kd-paper); outline-offset: 3px; }

.panel { position: static; margin: 0; padding: 0; max-width: none; max-height: none; inset: auto; }
.panel[open] {
  display: flex; flex-direction: column;
  width: min(var(--knee-desk-width, 25em), 100vw - 2rem); height: min(var(--knee-desk-height, 42em), 100dvh - 2rem);
  background: var(--kd-paper); color: var(--kd-ink); border: 1px solid var(--kd-line); border-radius: 1.1em; overflow: hidden;
  box-shadow: 0 0.2em 0.6em rgb(0 0 0 / 0.16), 0 1em 2.6em rgb(0 0 0 / 0.28);
}
.head { flex: none; display: flex; align-items: center; gap: 0.15em; padding: 0.55em 0.5em 0.55em 1.1em; padding-inline: 1.1em 0.5em; background: var(--kd-accent); color: var(--kd-on-accent); }
.head h2 { flex: 1; margin: 0; font-size: 1.05em; line-height: 1.3; overflow-wrap: anywhere; }
.head button { flex: none; display: grid; place-items: center; width: 2.6em; height: 2.6em; padding: 0; border: 2px solid transparent; border-radius: 0.6em; background: transparent; }
.head button:hover { background: color-mix(in srgb, currentColor 16%, transparent); }
.head button:focus-visible { outline-color: currentColor; outline-offset: -4px; }
.head svg { width: 1.3em; height: 1.3em; fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; }
.head [aria-controls] svg { stroke-width: 4; }
.menu { flex: none; display: grid; padding: 0.35em; border-bottom: 1px solid var(--kd-line); background: var(--kd-soft); }
.menu button { min-height: 2.6em; padding: 0.3em 0.8em; border: 2px solid transparent; border-radius: 0.6em; background: transparent; text-align: start; }
.menu button:hover { background: var(--kd-paper); }
.menu button:focus-visible { outline-offset: -3px; }
.menu [aria-pressed="true"]::after { content: " ✓"; }

.log { flex: 1; min-height: 7em; overflow-y: auto; overscroll-behavior: contain; margin: 0; padding: 1em; display: flex; flex-direction: column; gap: 0.65em; }
.log:focus-visible { outline-offset: -4px; border-radius: 0.4em; }
.notice { flex: none; padding: 0 0 0.75em; font-size: 0.875em; border-bottom: 1px solid color-mix(in srgb, var(--kd-line) 45%, transparent); }
.notice p, .note { margin: 0; }
.note { flex: none; align-self: center; font-size: 0.875em; text-align: center; }
.entry { flex: none; max-width: 88%; padding: 0.6em 0.9em; border-radius: 1.1em; overflow-wrap: anywhere; }
.entry p, .entry ul { margin: 0; }
.entry p + p, .entry ul + p { margin-top: 0.5em; }
.entry ul { margin-top: 0.3em; padding-inline-start: 1.2em; }
.entry li + li { margin-top: 0.15em; }
.entry.patient { align-self: flex-end; background: var(--kd-accent); color: var(--kd-on-accent); border-end-end-radius: 0.3em; white-space: pre-wrap; }
.entry.assistant { align-self: flex-start; background: var(--kd-soft); border-end-start-radius: 0.3em; }
.entry.advice { max-width: 100%; padding: 0.9em 1em; border: 2px solid var(--kd-warn); border-inline-start-width: 0.5em; border-radius: 0.8em; background: var(--kd-warn-soft); }
.entry.advice.emergency { border-color: var(--kd-alert); background: var(--kd-alert-soft); }
.entry.advice p:first-of-type { font-size: 1.2em; line-height: 1.35; font-weight: 700; }
.entry.failed { outline: 2px dashed var(--kd-alert); outline-offset: 2px; }
time { display: none; margin-top: 0.3em; font-size: 0.8em; }
.timed time { display: block; }

.status { flex: none; align-self: flex-end; font-size: 0.9em; text-align: end; }
.status button, .choices button, .rating button {
  min-height: 2.5em; padding: 0.35em 1em; border: 2px solid var(--kd-edge); border-radius: 1.25em;
  background: var(--kd-paper); color: var(--kd-ink); font-weight: 600; text-align: start; line-height: 1.35; overflow-wrap: anywhere;
}
.choices, .rating { flex: none; display: flex; flex-wrap: wrap; align-items: center; gap: 0.5em; }
.choices button:hover, .status button:hover, .rating [aria-pressed="false"]:hover { background: var(--kd-soft); }
.rating { font-size: 0.875em; }
.rating button { min-height: 2.2em; padding: 0.2em 0.9em; border-width: 1px; border-color: var(--kd-line); }
.rating [aria-pressed="true"] { background: var(--kd-accent); color: var(--kd-on-accent); }
.typing { flex: none; align-self: flex-start; display: flex; align-items: center; gap: 0.3em; padding: 0.85em; background: var(--kd-soft); border-radius: 1.1em; }
.typing i { width: 0.5em; height: 0.5em; border-radius: 50%; background: var(--kd-ink); animation: wave 1.2s infinite; }
.typing i:nth-of-type(2) { animation-delay: 0.15s; }
.typing i:nth-of-type(3) { animation-delay: 0.3s; }
.typing span { margin-inline-start: 0.4em; font-size: 0.875em; }
@keyframes wave { 0%, 60%, 100% { opacity: 0.25; } 30% { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .typing i { animation: none; opacity: 0.6; } }

.help { flex: none; }
.help:not(:empty) { padding: 0.7em 1em; border-top: 3px solid var(--kd-alert); background: var(--kd-alert-soft); font-size: 0.95em; }
.help p { margin: 0; }
.help * + p { margin-top: 0.3em; }

.writing { flex: none; display: flex; gap: 0.5em; align-items: flex-end; padding: 0.65em; border-top: 1px solid color-mix(in srgb, var(--kd-line) 45%, transparent); }
.writing textarea { flex: 1; min-width: 0; height: 2.8em; min-height: 2.8em; max-height: 8em; padding: 0.6em 0.8em; border: 1px solid var(--kd-line); border-radius: 0.8em; background: var(--kd-paper); color: var(--kd-ink); line-height: 1.5; resize: none; field-sizing: content; }
@supports (field-sizing: content) { .writing textarea { height: auto; } }
.writing textarea:focus-visible { outline-offset: 0; }
.writing textarea::placeholder { color: inherit; opacity: 0.8; }
.writing button { min-height: 2.8em; padding: 0.4em 1.1em; border: 2px solid transparent; border-radius: 0.8em; background: var(--kd-accent); color: var(--kd-on-accent); font-weight: 600; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; border: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media ${NARROW} {
  :host([open]) { inset: 0 !important; }
  .panel[open] { position: fixed; inset: 0; width: 100vw; height: 100dvh; border: 0; border-radius: 0; overflow-y: auto; }
  .head { position: sticky; top: 0; z-index: 1; }
}
@media (forced-colors: active) {
  .launcher, .head button, .menu button, .writing button { border-color: ButtonText; }
  .entry, .typing { border: 1px solid CanvasText; }
  .entry.advice { border-width: 4px; }
  .rating [aria-pressed="true"] { border: 3px solid Highlight; }
  .launcher svg { fill: ButtonText; }
  .head svg { stroke: ButtonText; }
}
`);
