/** How badges look. They lie on the lower edge of a cell's code, which has room there, and so move and cover nothing. */
const STYLE = `
.nbtrack-cell-badge, .nbtrack-cell-said {
  position: absolute;
  z-index: 5;
  box-sizing: border-box;
  right: 12px;
  max-width: min(480px, 100% - var(--jp-cell-prompt-width, 64px) - 24px);
  border: 1px solid var(--jp-border-color1, #bdbdbd);
  border-radius: var(--jp-border-radius, 2px);
  background: var(--jp-layout-color1, #fff);
  color: var(--jp-ui-font-color1, #212121);
  font-family: var(--jp-ui-font-family, system-ui, sans-serif);
  font-size: 11px;
}
.nbtrack-cell-badge {
  display: flex;
  gap: 6px;
  align-items: center;
  bottom: -10px;
  height: 16px;
  padding: 0 7px;
  overflow: hidden;
  cursor: pointer;
  font-variant-numeric: tabular-nums;
  line-height: 14px;
  white-space: nowrap;
}
.nbtrack-cell-badge:hover, .nbtrack-cell-badge[aria-expanded="true"] { background: var(--jp-layout-color2, #eee); }
.nbtrack-cell-badge:focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px; }
.nbtrack-cell-badge > span { flex: none; }
.nbtrack-cell-badge > .nbtrack-cell-metric { flex: 0 1 auto; overflow: hidden; text-overflow: ellipsis; }
.nbtrack-cell-dot { width: 7px; height: 7px; border-radius: 50%; background: var(--jp-success-color1, #2e7d32); }
.nbtrack-cell-badge[data-outcome="running"] .nbtrack-cell-dot {
  border: 1.5px solid var(--jp-brand-color1, #1976d2);
  border-right-color: transparent;
  width: 5px;
  height: 5px;
  background: none;
  animation: nbtrack-cell-turn 1s linear infinite;
}
.nbtrack-cell-badge:is([data-outcome="failed"], [data-outcome="crashed"]) .nbtrack-cell-dot {
  border-radius: 0;
  background: var(--jp-error-color1, #c62828);
}
.nbtrack-cell-badge:is([data-outcome="killed"], [data-outcome="unfinished"]) .nbtrack-cell-dot {
  border-radius: 0;
  background: var(--jp-warn-color1, #b3590a);
}
.nbtrack-cell-change[data-better="true"] {
  color: color-mix(in srgb, var(--jp-success-color1, #2e7d32) 65%, var(--jp-ui-font-color1, #212121));
}
.nbtrack-cell-change[data-better="false"] {
  color: color-mix(in srgb, var(--jp-warn-color1, #b3590a) 60%, var(--jp-ui-font-color1, #212121));
}
.jp-OutputArea-output [data-nbtrack-run] { text-decoration: underline dotted; text-underline-offset: 3px; cursor: pointer; }
.jp-OutputArea-output [data-nbtrack-run]:hover { text-decoration-style: solid; }
.nbtrack-cell-stale { font-style: italic; }
.nbtrack-cell-stale::before { content: "·"; margin-right: 6px; font-style: normal; }
.nbtrack-cell-said { z-index: 7; bottom: -14px; margin: 0; padding: 4px 8px; box-shadow: var(--jp-elevation-z2, 0 1px 3px #0004); }
@keyframes nbtrack-cell-turn { to { transform: rotate(1turn); } }
@media (prefers-reduced-motion: reduce) { .nbtrack-cell-dot { animation: none !important; } }
@media print { .nbtrack-cell-badge, .nbtrack-cell-said { display: none; } }
`;

/** Add the style to the page, once. */
export function addStyle(): void {
  const id = "nbtrack-cells-style";
  if (document.querySelector(`#${id}`) === null) {
    const made = document.createElement("style");
    made.id = id;
    made.textContent = STYLE;
    document.head.append(made);
  }
}
