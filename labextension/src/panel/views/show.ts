import { showCompare } from "../../compare/view.ts";
import { freshChosen } from "../../curves/state.ts";
import type { PanelState } from "../state.ts";
import { drawCharts } from "./charts.ts";
import { type CurveChoices, CurvesView } from "./curves.ts";
import { documentView } from "./document.ts";
import { drawGroups } from "./groups.ts";
import { drawRun } from "./run.ts";
import type { ShowViews, ViewPlaces } from "./types.ts";

/** Show the views that compare runs, each in its place. The returned `showCurve` shows the curves of a metric. */
function comparisonViews(state: PanelState, places: ViewPlaces): { showCurve: (metric: string) => void } {
  const { colours } = state;
  const baseline: { id: string | null } = { id: null };
  documentView(state, "compare", places.compare, async ({ place, compare, ask, signal }) => {
    const shown = showCompare(place, await compare(), { colours, baseline, ask }, signal);
    return () => void compare().then((document) => shown.update(document));
  });
  const choices: CurveChoices = { overview: false, hidden: state.hidden };
  const curves = documentView(state, "curves", places.curves, async (context) => {
    const found = await context.fields("curves");
    const curving = new CurvesView(context, found, colours, choices);
    await curving.draw();
    return () => curving.refresh();
  });
  state.hidden.onChanged(() => {
    // The curves have drawn what the user hides in them.
    if (state.model.get("view") !== "curves") {
      curves.outdate();
    }
  });
  drawCharts(state, places.charts, colours);
  const showCurves = (metric: string, by: readonly string[]) => {
    choices.chosen = { ...freshChosen(metric), ...choices.chosen, metric, by: [...by], hidden: new Set() };
    choices.overview = false;
    curves.outdate();
    state.model.set("view", "curves");
    state.model.save_changes();
  };
  drawGroups(state, places.groups, showCurves);
  return { showCurve: (metric) => showCurves(metric, []) };
}

/** Show a panel's views beside the table, each in its place, until the panel is removed. */
export const show: ShowViews = (state, places) => {
  const { showCurve } = comparisonViews(state, places);
  drawRun(state, places.run, showCurve);
};
