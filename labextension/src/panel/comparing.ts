import { showBox } from "../charts/box.ts";
import type { Colours } from "../charts/colours.ts";
import { showImportance } from "../charts/importance.ts";
import { showParallel } from "../charts/parallel.ts";
import { showScatter } from "../charts/scatter.ts";
import { showCompare } from "../compare/view.ts";
import { showCurves } from "../curves/view.ts";
import { element } from "../widget/dom.ts";
import { DocumentView, type Drawing } from "./document.ts";
import type { Table } from "./table.ts";
import type { Tab } from "./tabs.ts";

/** So many axes are drawn at first. */
const AXES = 8;

/** The tabs that compare runs. */
export function comparing(table: Table, colours: Colours): Tab[] {
  const compare = new DocumentView(table, "compare", async ({ place, compare: ask, signal }) => {
    const shown = showCompare(place, await ask(), { colours }, signal);
    return () => void ask().then((document) => shown.update(document));
  });
  const curves = new DocumentView(table, "curves", async ({ place, ask, signal }) => {
    const { metrics, params } = await fields(table);
    const [metric] = metrics;
    if (metric === undefined) {
      throw new Error("No run has a metric yet.");
    }
    const asked = { metric, x: "step", points: 400, within: null, spacing: "even" } as const;
    const shown = showCurves(
      place,
      await ask("curves", asked),
      { colours, ask, metrics, fields: params },
      signal,
    );
    return () => shown.refresh();
  });
  const charts = new DocumentView(table, "charts", async (drawing) => {
    await drawCharts(table, colours, drawing);
  });
  return [
    { name: "compare", title: "Compare", body: compare.body },
    { name: "curves", title: "Curves", body: curves.body },
    { name: "charts", title: "Charts", body: charts.body },
  ];
}

/** What runs have, that of the table's columns first. */
async function fields(table: Table): Promise<{ metrics: string[]; params: string[] }> {
  const { columns } = await table.requests.ask("names", {});
  const known = new Set(columns);
  const ordered = [...new Set([...table.columns.filter((name) => known.has(name)), ...columns])];
  return {
    metrics: ordered
      .filter((name) => name.startsWith("metrics."))
      .map((name) => name.slice("metrics.".length)),
    params: ordered.filter((name) => name.startsWith("params.")),
  };
}

const CHARTS = ["Parallel coordinates", "Scatter", "Box plots", "Importance"] as const;
type Chart = (typeof CHARTS)[number];
const shownCharts = new WeakMap<Table, Chart>();

async function drawCharts(table: Table, colours: Colours, drawing: Drawing): Promise<void> {
  const { metrics, params } = await fields(table);
  const [metric] = metrics;
  if (metric === undefined) {
    throw new Error("No run has a metric yet.");
  }
  const place = element("div", {});
  const bar = element("div", { class: "nbtrack-panel-tools", role: "toolbar", "aria-label": "Charts" });
  const buttons = CHARTS.map((name) => {
    const button = element("button", { type: "button", class: "nbtrack-panel-button" }, name);
    button.addEventListener("click", () => void draw(name));
    return button;
  });
  const draw = async (name: Chart) => {
    shownCharts.set(table, name);
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.textContent === name));
    }
    try {
      await drawChart(name, { table, colours, drawing: { ...drawing, place }, metrics, params, metric });
    } catch (error) {
      place.replaceChildren(
        element("p", { role: "alert" }, error instanceof Error ? error.message : String(error)),
      );
    }
  };
  bar.append(...buttons);
  drawing.place.replaceChildren(bar, place);
  await draw(shownCharts.get(table) ?? "Parallel coordinates");
}

interface Charting {
  table: Table;
  colours: Colours;
  drawing: Drawing;
  metrics: string[];
  params: string[];
  metric: string;
}

async function drawChart(name: Chart, charting: Charting): Promise<void> {
  const { table, colours, drawing, metrics, params, metric } = charting;
  const { place, ask, signal } = drawing;
  const values = metrics.map((one) => `metrics.${one}`);
  const all = [...params, ...values, "duration"];
  switch (name) {
    case "Scatter": {
      const asked = { x: params[0] ?? "start_time", y: `metrics.${metric}`, colour: null };
      showScatter(
        place,
        await ask("scatter", asked),
        { colours, ask, fields: all, onPick: (id) => pick(table, id) },
        signal,
      );
      break;
    }
    case "Box plots": {
      const asked = { field: `metrics.${metric}`, by: params[0] ?? null };
      showBox(place, await ask("box", asked), { ask, values, fields: params }, signal);
      break;
    }
    case "Importance":
      showImportance(place, await ask("importance", { metric }), { ask, metrics }, signal);
      break;
    default: {
      const asked = { fields: [...params.slice(0, AXES), `metrics.${metric}`] };
      const use = element(
        "button",
        { type: "button", class: "nbtrack-panel-button", hidden: true },
        "Show these in the table",
      );
      const chart = element("div", {});
      let brushed = "";
      use.addEventListener("click", () => {
        const { filter } = table.query;
        table.ask({ filter: filter.trim() === "" ? brushed : `(${filter}) AND ${brushed}` });
        table.model.set("view", "table");
        table.model.save_changes();
      });
      const onFilter = (text: string) => {
        brushed = text;
        use.hidden = text === "";
      };
      showParallel(chart, await ask("parallel", asked), { colours, onFilter }, signal);
      place.replaceChildren(chart, use);
    }
  }
}

/** Choose one run, as a click on its row does. */
function pick(table: Table, id: string): void {
  table.selection.only(id, table.selection.cursor);
  table.chosen();
}
