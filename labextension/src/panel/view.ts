import { element, keepKeys } from "../ui/dom.ts";
import { actions } from "./actions.ts";
import { PanelClient } from "./client.ts";
import { columnsButton } from "./fieldpicker.ts";
import { FilterBox } from "./filter/box.ts";
import { SavedFilters } from "./filter/saved.ts";
import { experimentsButton, timeButton } from "./filter/scope.ts";
import { help } from "./help.ts";
import type { Model } from "./model.ts";
import { copyLineButton } from "./pythonline.ts";
import { showMenu } from "./showmenu.ts";
import { PanelState } from "./state.ts";
import { moreColumns } from "./table/morecolumns.ts";
import { RunTable } from "./table/table.ts";
import { shownCount } from "./text.ts";
import { type Tab, tabs, viewTabs } from "./views/tabs.ts";

/** Show a panel in an element until the signal is aborted. */
export function show(model: Model, place: HTMLElement, signal: AbortSignal): void {
  const state = new PanelState(model, new PanelClient(model, signal), signal);
  const box = new FilterBox(state);
  const keys = help(state);
  const views: Tab[] = [{ name: "table", body: runsView(state, box, keys.root) }, ...viewTabs(state)];
  const section = element(
    "section",
    { class: "nbtrack-panel", "aria-label": "nbtrack runs" },
    element("header", { class: "nbtrack-panel-top" }, tabs(model, views, signal), status(state)),
    ...views.map(({ body }) => body),
  );
  keepKeys(section, signal);
  keys.listen(section, box.input);
  place.replaceChildren(section);
}

function runsView(state: PanelState, box: FilterBox, keys: HTMLElement): HTMLElement {
  const columns = columnsButton(state);
  // What narrows the runs, then what shows them.
  const narrows = [timeButton(state, box), experimentsButton(state), new SavedFilters(state, box).root];
  const shows = [columns.root, showMenu(state), keys];
  const tools = element(
    "div",
    { class: "nbtrack-panel-tools", role: "toolbar", "aria-label": "Table" },
    ...narrows,
    element("span", { class: "nbtrack-panel-shows" }, ...shows),
  );
  const more = moreColumns(state, columns.button);
  return element(
    "div",
    { class: "nbtrack-panel-view" },
    element("div", { class: "nbtrack-panel-bar" }, box.root, tools),
    box.message,
    new RunTable(state, more).root,
    nothing(state, box),
    actions(state),
  );
}

/** Say that the kernel keeps the panel waiting, and of when the rows are. */
function sayWaiting(place: HTMLElement, { waiting, requests, cache }: PanelState): void {
  const asOf = waiting ? `as of ${cache.asOf}` : "";
  // Who was never answered does not know why.
  const why = requests.heard ? "Waiting for the kernel: a cell is running" : "The kernel does not answer";
  const said = waiting ? `${why}, ${asOf}` : "";
  // Screen readers read a live region out whenever its text is set, even to the same text.
  if (place.textContent !== said) {
    place.textContent = said;
    place.title = said;
    place.dataset["short"] = asOf;
  }
}

/** How many runs there are, and whether the kernel is busy. */
function status(state: PanelState): HTMLElement {
  const total = element("span", { class: "nbtrack-panel-total", role: "status" });
  const waiting = element("span", { class: "nbtrack-panel-waiting", role: "status" });
  const draw = () => {
    // A tree has no rows for runs whose parent is folded.
    const [one, many] = state.unfolded === null ? ["run", "runs"] : ["row", "rows"];
    const text = state.loaded ? shownCount(state.cache.total, one ?? "", many ?? "") : "";
    // Screen readers read a live region out whenever its text is set, even to the same text.
    if (total.textContent !== text) {
      total.textContent = text;
    }
    sayWaiting(waiting, state);
  };
  state.on(["rows", "anew", "waiting"], draw);
  draw();
  return element("div", { class: "nbtrack-panel-state" }, waiting, total, copyLineButton(state));
}

/** What is shown where there are no runs: why, and what to do. */
function nothing(state: PanelState, box: FilterBox): HTMLElement {
  const root = element("div", { class: "nbtrack-panel-nothing", hidden: true });
  const draw = () => {
    const { filter, experiments, deleted } = state.query;
    root.hidden = !state.loaded || state.cache.total > 0;
    if (root.hidden) {
      return;
    }
    if (deleted) {
      root.replaceChildren("No deleted runs.");
    } else if (filter.trim() === "" && experiments === null) {
      root.replaceChildren(
        element("strong", {}, "No runs yet."),
        element("div", {}, "Put ", element("code", {}, "%%track"), " as the first line of a cell, or write"),
        element(
          "pre",
          {},
          'with nbtrack.start_run():\n    nbtrack.log_param("alpha", 0.5)\n    nbtrack.log_metric("rmse", 0.73)',
        ),
        element("div", {}, "and they appear here by themselves."),
      );
    } else {
      const clear = element("button", { type: "button", class: "nbtrack-panel-link" }, "Show all runs");
      clear.addEventListener("click", () => {
        box.use("");
        state.setQuery({ experiments: null });
      });
      root.replaceChildren("No run matches. ", clear);
    }
  };
  state.on(["rows", "anew"], draw);
  draw();
  return root;
}
