/** The widget's looks. Colours and sizes can be set from outside by the custom properties of `:host`. */

export const style = new CSSStyleSheet();
style.replaceSync(`
:host {
  all: initial !important;
  position: fixed !important;
  inset: auto max(1rem, env(safe-area-inset-right)) max(1rem, env(safe-area-inset-bottom)) auto !important;
  z-index: 2147483000 !important;
  display: block !important;
  color-scheme: light dark;
  --accent: var(--knee-desk-accent, #0b5c66);
  --on-accent: var(--knee-desk-on-accent, #ffffff);
  --paper: var(--knee-desk-paper, #ffffff);
  --ink: var(--knee-desk-ink, #14212b);
  --soft: var(--knee-desk-soft, #eef3f5);
  --line: #76828e;
  --alert: #a4161a;
  --warn: #8a4b00;
}
:host([position="left"]) { inset: auto auto max(1rem, env(safe-area-inset-bottom)) max(1rem, env(safe-area-inset-left)) !important; }
:host([hidden]) { display: none !important; }
@media (prefers-color-scheme: dark) {
  :host {
    --accent: var(--knee-desk-accent-dark, #8fd6df);
    --on-accent: var(--knee-desk-on-accent-dark, #08262b);
    --paper: var(--knee-desk-paper-dark, #121a20);
    --ink: var(--knee-desk-ink-dark, #eaf0f3);
    --soft: var(--knee-desk-soft-dark, #22303a);
    --line: #8a97a3;
  }
}
.launcher, .panel { font: 1rem/1.5 var(--knee-desk-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif); }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.panel button, textarea { font: inherit; color: inherit; margin: 0; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: inherit; font-weight: 600; }

.launcher {
  display: inline-flex; align-items: center; gap: 0.6rem; min-height: 3.25rem; padding: 0.5rem 1.25rem;
  border: 2px solid transparent; border-radius: 2rem; background: var(--accent); color: var(--on-accent);
  font-weight: 600; box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 0.3);
}
.launcher svg { width: 1.5rem; height: 1.5rem; fill: currentColor; }

.panel {
  display: flex; flex-direction: column; width: min(24rem, calc(100vw - 2rem)); height: min(40rem, calc(100dvh - 2rem));
  background: var(--paper); color: var(--ink); border: 1px solid var(--line); border-radius: 1rem; overflow: hidden;
  box-shadow: 0 0.5rem 2rem rgb(0 0 0 / 0.35);
}
.head { display: flex; align-items: center; gap: 0.5rem; padding: 0.6rem 0.6rem 0.6rem 1rem; background: var(--accent); color: var(--on-accent); }
.head h2 { flex: 1; margin: 0; font-size: 1.05rem; line-height: 1.3; }
.head button { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border: 2px solid transparent; border-radius: 0.6rem; background: transparent; color: inherit; }
.head button:focus-visible { outline-color: currentColor; outline-offset: -3px; }
.head svg { width: 1.25rem; height: 1.25rem; fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }

.notice { padding: 0 0 0.6rem; font-size: 0.85rem; border-bottom: 1px solid var(--line); }
.notice p { margin: 0; }

.log { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; margin: 0; padding: 1rem; display: flex; flex-direction: column; gap: 0.6rem; }
.entry { max-width: 88%; padding: 0.6rem 0.85rem; border-radius: 1rem; overflow-wrap: anywhere; }
.entry p, .entry ul { margin: 0 0 0.45rem; }
.entry p:last-child, .entry ul:last-child { margin-bottom: 0; }
.entry ul { padding-inline-start: 1.2rem; }
.entry.patient { align-self: flex-end; background: var(--accent); color: var(--on-accent); border-end-end-radius: 0.25rem; white-space: pre-wrap; }
.entry.assistant { align-self: flex-start; background: var(--soft); border-end-start-radius: 0.25rem; }
.entry.advice { max-width: 100%; border: 3px solid var(--warn); background: var(--paper); }
.entry.advice.emergency { border-color: var(--alert); }
.entry.advice p:first-of-type { font-size: 1.15rem; font-weight: 700; }
.entry.failed { outline: 2px dashed var(--alert); outline-offset: 2px; }
.status { align-self: flex-end; font-size: 0.9rem; }
.status button, .choices button {
  min-height: 2.5rem; padding: 0.3rem 0.9rem; border: 2px solid var(--accent); border-radius: 1.25rem; background: var(--paper); color: var(--ink); font-weight: 600;
}
.choices { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.choices button { text-align: start; border-radius: 1.2rem; font-weight: 500; line-height: 1.35; }
.choices button:hover, .status button:hover { background: var(--soft); }
.typing { align-self: flex-start; display: flex; gap: 0.3rem; padding: 0.8rem; background: var(--soft); border-radius: 1rem; }
.typing i { width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--ink); animation: wave 1.2s infinite; }
.typing i:nth-child(2) { animation-delay: 0.15s; }
.typing i:nth-child(3) { animation-delay: 0.3s; }
@keyframes wave { 0%, 60%, 100% { opacity: 0.25; } 30% { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .typing i { animation: none; opacity: 0.6; } }

.help { margin: 0; padding: 0.6rem 1rem; border-top: 3px solid var(--alert); background: var(--paper); font-size: 0.95rem; }
.help p { margin: 0; }

.writing { display: flex; gap: 0.5rem; align-items: flex-end; padding: 0.6rem; border-top: 1px solid var(--line); }
.writing textarea { flex: 1; min-height: 2.75rem; max-height: 8rem; padding: 0.55rem 0.75rem; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--paper); color: var(--ink); resize: none; }
.writing textarea::placeholder { color: inherit; opacity: 0.75; }
.writing button { min-height: 2.75rem; padding: 0.4rem 1rem; border: 2px solid transparent; border-radius: 0.75rem; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media (max-width: 30rem), (max-height: 28rem) {
  :host([open]) { inset: 0 !important; }
  .panel { width: 100vw; height: 100dvh; border: 0; border-radius: 0; }
}
@media (forced-colors: active) {
  .launcher, .head button, .writing button { border-color: ButtonText; }
  .entry { border: 1px solid CanvasText; }
  .entry.advice { border-width: 4px; }
}
`);
