import { showCompare } from "../compare/view.ts";
import { freshChosen } from "../curves/state.ts";
import { drawCharts } from "./charting.ts";
import { Curving, type Kept } from "./curving.ts";
import { documentView } from "./document.ts";
import { grouping } from "./grouping.ts";
import type { Table } from "./table.ts";
import type { Places } from "./viewtabs.ts";

/** Show the views that compare runs, each in its place; `showCurve` shows the curves of a metric. */
export function comparing(table: Table, places: Places): { showCurve: (metric: string) => void } {
  const { colours } = table;
  const baseline: { id: string | null } = { id: null };
  documentView(table, "compare", places.compare, async ({ place, compare, ask, signal }) => {
    const shown = showCompare(place, await compare(), { colours, baseline, ask }, signal);
    return () => void compare().then((document) => shown.update(document));
  });
  const kept: Kept = { overview: false, hidden: table.hidden };
  const curves = documentView(table, "curves", places.curves, async (drawing) => {
    const found = await drawing.fields("curves");
    const curving = new Curving(drawing, found, colours, kept);
    await curving.draw();
    return () => curving.refresh();
  });
  table.hidden.onChanged(() => {
    // What is hidden in the curves themselves is hidden there already.
    if (table.model.get("view") !== "curves") {
      curves.outdate();
    }
  });
  drawCharts(table, places.charts, colours);
  const show = (metric: string, by: readonly string[]) => {
    kept.chosen = { ...freshChosen(metric), ...kept.chosen, metric, by: [...by], hidden: new Set() };
    kept.overview = false;
    curves.outdate();
    table.model.set("view", "curves");
    table.model.save_changes();
  };
  grouping(table, places.groups, show);
  return { showCurve: (metric) => show(metric, []) };
}
