import type { PanelState } from "../state.ts";
import { drawCharts } from "./charts.ts";
import { drawCompare } from "./compare.ts";
import { CurvesTab } from "./curves.ts";
import { drawGroups } from "./groups.ts";
import { drawRun } from "./run.ts";
import type { ShowViews, ViewName } from "./types.ts";
import { drawWorkspace } from "./workspace.ts";

/** Draws a view in the body of its tab; other views than the curves may show those of a metric. */
type DrawView = (state: PanelState, body: HTMLElement, curves: CurvesTab) => void;

const DRAW: Readonly<Record<ViewName, DrawView>> = {
  compare: drawCompare,
  curves: (_state, body, curves) => curves.draw(body),
  charts: drawCharts,
  workspace: drawWorkspace,
  groups: (state, body, curves) => drawGroups(state, body, (metric, by) => curves.show(metric, by)),
  run: (state, body, curves) => drawRun(state, body, (metric) => curves.show(metric, [])),
};

/** Show a panel's views beside the table, each in its place, until the panel is removed. */
export const show: ShowViews = (state, places) => {
  const curves = new CurvesTab(state);
  for (const name of Object.keys(DRAW) as ViewName[]) {
    DRAW[name](state, places[name], curves);
  }
};
