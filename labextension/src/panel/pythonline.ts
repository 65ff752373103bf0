import { element } from "../ui/dom.ts";
import { copyText } from "../ui/export.ts";
import type { PanelState } from "./state.ts";

/** Chosen runs that the line names. */
const MAX_NAMED = 20;
/** Characters of a run's id that tell it. */
const SHORT_ID = 8;
/** For how many milliseconds the button says what it did. */
const FEEDBACK_TIME = 2000;

/** Return the line of Python that shows a panel as this one is. `plain` says that its columns are those it began with. */
export function pythonLine({ model, query, columns, selection }: PanelState, plain: boolean): string {
  const { filter, order_by, experiments, deleted } = query;
  const chosen = [...selection.ids].slice(0, MAX_NAMED).map((id) => id.slice(0, SHORT_ID));
  const view = model.get("view");
  // JSON's texts and lists are Python's too.
  const parts: [string, unknown, boolean][] = [
    ["filter", filter, filter.trim() !== ""],
    ["order_by", order_by, order_by.length > 0],
    ["experiment", experiments, experiments !== null],
    ["columns", columns, !plain],
    ["view", view, view !== "table"],
    ["selected", chosen, chosen.length > 0],
  ];
  const told = parts.flatMap(([name, value, there]) => (there ? [`${name}=${JSON.stringify(value)}`] : []));
  return `nbtrack.panel(${[...told, ...(deleted ? ["deleted=True"] : [])].join(", ")})`;
}

/** The button that copies that line, to be sent to somebody or kept in the notebook. */
export function copyLineButton(state: PanelState): HTMLButtonElement {
  const first = state.columns.join("\n");
  const title = "Copy a line of Python that shows this panel";
  // A report asks no store, so nobody else could show it.
  const attributes = {
    type: "button",
    class: "nbtrack-panel-link nbtrack-of-store",
    title,
    "aria-live": "polite",
  };
  const made = element("button", attributes, "Copy");
  let timer: ReturnType<typeof setTimeout> | undefined;
  made.addEventListener("click", async () => {
    const done = await copyText(pythonLine(state, state.columns.join("\n") === first));
    made.textContent = done ? "Copied" : "Not copied";
    clearTimeout(timer);
    timer = setTimeout(() => {
      made.textContent = "Copy";
    }, FEEDBACK_TIME);
  });
  state.signal.addEventListener("abort", () => clearTimeout(timer));
  return made;
}
