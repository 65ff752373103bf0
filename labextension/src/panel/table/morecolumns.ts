import { problemOf } from "../../kernel/replies.ts";
import { element } from "../../ui/dom.ts";
import type { PanelState } from "../state.ts";

/** Milliseconds between two questions which columns there are, while the store changes. */
const INTERVAL = 5000;

/** What says behind the heads how many columns are not shown, and so does `chooser`, the button that chooses them. */
export function moreColumns(state: PanelState, chooser: HTMLButtonElement): HTMLElement {
  const button = element("button", {
    type: "button",
    class: "nbtrack-panel-morecolumns",
    title: "Columns that are not shown: click to choose",
    tabindex: "-1",
    "aria-hidden": "true",
    hidden: true,
  });
  let every: readonly string[] = [];
  let asked = 0;
  const draw = () => {
    const shown = new Set(state.shown);
    const count = every.filter((name) => !shown.has(name)).length;
    button.hidden = count === 0 || state.narrow || state.cache.total === 0;
    chooser.textContent = count === 0 ? "Columns" : `Columns +${count.toLocaleString("en")}`;
    button.textContent = `+${count.toLocaleString("en")} ${count === 1 ? "column" : "columns"}`;
  };
  const look = () => {
    const now = Date.now();
    if (!state.loaded || state.signal.aborted || now - asked < INTERVAL) {
      draw();
      return;
    }
    asked = now;
    state.requests.ask("names", {}, { quiet: true }).then(({ columns }) => {
      every = columns;
      draw();
    }, problemOf);
  };
  button.addEventListener("click", () => chooser.click());
  state.on(["rows", "anew"], look);
  state.on(["heads"], draw);
  return button;
}
