import { element, keepKeys } from "../ui/dom.ts";
import { actions } from "./actions.ts";
import { columnsButton } from "./columns.ts";
import { FilterBox } from "./filter.ts";
import { Filters } from "./filters.ts";
import { Grid } from "./grid.ts";
import type { Model } from "./model.ts";
import { Requests } from "./requests.ts";
import { experimentsButton, toggle } from "./scope.ts";
import { Table } from "./table.ts";
import { type Tab, tabs } from "./tabs.ts";
import { shownCount } from "./text.ts";
import { timeButton } from "./timerange.ts";
import { viewTabs } from "./viewtabs.ts";

/** Show a panel in an element until the signal is aborted. */
export function show(model: Model, place: HTMLElement, signal: AbortSignal): void {
  const table = new Table(model, new Requests(model, signal), signal);
  const views: Tab[] = [{ name: "table", title: "Runs", body: runsView(table) }, ...viewTabs(table)];
  const section = element(
    "section",
    { class: "nbtrack-panel", "aria-label": "nbtrack runs" },
    element("header", { class: "nbtrack-panel-top" }, tabs(model, views, signal), state(table)),
    ...views.map(({ body }) => body),
  );
  keepKeys(section, signal);
  place.replaceChildren(section);
}

function runsView(table: Table): HTMLElement {
  const box = new FilterBox(table);
  const deleted = toggle("Deleted", "Show the deleted runs instead", (on) => table.ask({ deleted: on }));
  const draw = () => deleted.setAttribute("aria-pressed", String(table.query.deleted));
  table.on(["query"], draw);
  draw();
  const differing = toggle("Only what differs", "Hide columns in which all runs have the same", (on) =>
    table.setOnlyDiffering(on),
  );
  const tools = element(
    "div",
    { class: "nbtrack-panel-tools", role: "toolbar", "aria-label": "Table" },
    new Filters(table, box).root,
    timeButton(table, box),
    experimentsButton(table),
    columnsButton(table),
    differing,
    toggle("Nested", "Show children below their parents", (on) => table.unfold(on ? new Set() : null)),
    deleted,
  );
  return element(
    "div",
    { class: "nbtrack-panel-view" },
    element("div", { class: "nbtrack-panel-bar" }, box.root, tools),
    box.told,
    new Grid(table).root,
    nothing(table, box),
    actions(table),
  );
}

/** How many runs there are, and whether the kernel is heard of. */
function state(table: Table): HTMLElement {
  const total = element("span", { class: "nbtrack-panel-total", role: "status" });
  const waiting = element("span", { class: "nbtrack-panel-waiting", role: "status" });
  const draw = () => {
    // A tree has rows for those runs alone that are unfolded.
    const [one, many] = table.unfolded === null ? ["run", "runs"] : ["row", "rows"];
    const text = table.loaded ? shownCount(table.cache.total, one ?? "", many ?? "") : "";
    // Screen readers read a live region out whenever its text is set, even to the same text.
    if (total.textContent !== text) {
      total.textContent = text;
    }
    waiting.textContent = table.waiting ? "Waiting for the kernel: a cell is running" : "";
  };
  table.on(["rows", "anew", "waiting"], draw);
  draw();
  return element("div", { class: "nbtrack-panel-state" }, waiting, total);
}

/** What stands where there are no runs: why, and what to do. */
function nothing(table: Table, box: FilterBox): HTMLElement {
  const root = element("div", { class: "nbtrack-panel-nothing", hidden: true });
  const draw = () => {
    const { filter, experiments, deleted } = table.query;
    root.hidden = !table.loaded || table.cache.total > 0;
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
        table.ask({ experiments: null });
      });
      root.replaceChildren("No run matches. ", clear);
    }
  };
  table.on(["rows", "anew"], draw);
  draw();
  return root;
}
