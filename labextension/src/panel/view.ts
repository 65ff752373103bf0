import { element, keepKeys } from "../ui/dom.ts";
import { actions } from "./actions.ts";
import { PanelClient } from "./client.ts";
import { toggle } from "./controls.ts";
import { columnsButton } from "./fieldpicker.ts";
import { FilterBox } from "./filter/box.ts";
import { SavedFilters } from "./filter/saved.ts";
import { experimentsButton, timeButton } from "./filter/scope.ts";
import type { Model } from "./model.ts";
import { PanelState } from "./state.ts";
import { RunTable } from "./table/table.ts";
import { shownCount } from "./text.ts";
import { type Tab, tabs, viewTabs } from "./views/tabs.ts";

/** Show a panel in an element until the signal is aborted. */
export function show(model: Model, place: HTMLElement, signal: AbortSignal): void {
  const state = new PanelState(model, new PanelClient(model, signal), signal);
  const views: Tab[] = [{ name: "table", body: runsView(state) }, ...viewTabs(state)];
  const section = element(
    "section",
    { class: "nbtrack-panel", "aria-label": "nbtrack runs" },
    element("header", { class: "nbtrack-panel-top" }, tabs(model, views, signal), status(state)),
    ...views.map(({ body }) => body),
  );
  keepKeys(section, signal);
  place.replaceChildren(section);
}

function runsView(state: PanelState): HTMLElement {
  const box = new FilterBox(state);
  const deleted = toggle("Deleted", "Show the deleted runs instead", (on) => state.setQuery({ deleted: on }));
  const draw = () => deleted.setAttribute("aria-pressed", String(state.query.deleted));
  state.on(["query"], draw);
  draw();
  const differing = toggle("Only what differs", "Hide columns in which all runs have the same", (on) =>
    state.stats.setOnlyDiffering(on),
  );
  const tools = element(
    "div",
    { class: "nbtrack-panel-tools", role: "toolbar", "aria-label": "Table" },
    new SavedFilters(state, box).root,
    timeButton(state, box),
    experimentsButton(state),
    columnsButton(state),
    differing,
    toggle("Nested", "Show children below their parents", (on) => state.unfold(on ? new Set() : null)),
    deleted,
  );
  return element(
    "div",
    { class: "nbtrack-panel-view" },
    element("div", { class: "nbtrack-panel-bar" }, box.root, tools),
    box.message,
    new RunTable(state).root,
    nothing(state, box),
    actions(state),
  );
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
    waiting.textContent = state.waiting ? "Waiting for the kernel: a cell is running" : "";
  };
  state.on(["rows", "anew", "waiting"], draw);
  draw();
  return element("div", { class: "nbtrack-panel-state" }, waiting, total);
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
