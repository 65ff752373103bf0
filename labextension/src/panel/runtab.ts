import type { Model as RunModel } from "../runpage/model.ts";
import { show } from "../runpage/view.ts";
import { element } from "../widget/dom.ts";
import { Pager } from "./pager.ts";
import type { Table } from "./table.ts";

const HINT = "Choose a run in the table to see all that is kept of it.";

/**
 * Show in the tab's body the run which was chosen last, as a page of its own; `showCurve` shows the curve of a metric of
 * the chosen runs.
 */
export function runTab(table: Table, body: HTMLElement, showCurve: (metric: string) => void): void {
  const { model, signal } = table;
  const place = element("div", {});
  /** The one of the chosen runs that was gone to, as long as these are the chosen ones. */
  let gone: { id: string; among: ReadonlySet<string> } | null = null;
  const pager = new Pager(table, (id) => {
    gone = { id, among: table.selection.ids };
    look();
  });
  body.replaceChildren(pager.root, place);
  let shown: string | null = null;
  let drawn = new AbortController();
  signal.addEventListener("abort", () => drawn.abort());

  const onCurve = (metric: string, run: string) => {
    // The page may have gone on to a child run.
    if (!table.selection.has(run)) {
      shown = run;
      table.selection.ids = new Set([run]);
      table.chosen();
    }
    showCurve(metric);
  };
  const wanted = () => {
    const { ids } = table.selection;
    return gone?.among === ids ? gone.id : ([...ids].at(-1) ?? "");
  };
  const draw = async () => {
    const id = wanted();
    if (id === shown) {
      return;
    }
    shown = id;
    drawn.abort();
    drawn = new AbortController();
    const mine = drawn.signal;
    if (id === "") {
      place.replaceChildren(element("p", { class: "nbtrack-panel-about" }, HINT));
      return;
    }
    try {
      const { page } = await table.requests.ask("open", { ids: [id] });
      const child = (await model.widget_manager?.get_model(page)) as RunModel | undefined;
      if (!mine.aborted && child !== undefined) {
        show(child, place, mine, { onCurve });
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      place.replaceChildren(element("p", { class: "nbtrack-panel-about", role: "alert" }, message));
      shown = null;
    }
  };
  const look = () => {
    if (model.get("view") === "run") {
      pager.show(wanted());
      void draw();
    }
  };
  table.on(["chosen"], look);
  model.on("change:view", look);
  signal.addEventListener("abort", () => model.off("change:view", look));
  look();
}
