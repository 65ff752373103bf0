import { showBox } from "../../charts/box.ts";
import { FIRST_RUNS, showImportance } from "../../charts/importance.ts";
import { showParallel } from "../../charts/parallel.ts";
import { showScatter } from "../../charts/scatter.ts";
import type { Ask, FieldsDocument } from "../../kernel/documents.ts";
import type { Colours } from "../../plot/colours.ts";
import { Notice } from "../../plot/view.ts";
import { element } from "../../ui/dom.ts";
import { fieldPicker } from "../fieldpicker.ts";
import type { PanelState } from "../state.ts";
import { shownCount } from "../text.ts";
import { documentView, showInTable, type ViewContext } from "./document.ts";
import { type Fields, fieldNotes, hasMetric, needed } from "./fields.ts";

const CHARTS = ["Parallel coordinates", "Scatter", "Box plots", "Importance"] as const;
type Chart = (typeof CHARTS)[number];

/** What is done until a chart is there. */
const DOING: Readonly<Record<Chart, string>> = {
  "Parallel coordinates": "Reading the axes",
  Scatter: "Reading the dots",
  "Box plots": "Reading the boxes",
  Importance: "Looking for what explains the metric",
};

/** How many axes are drawn at first, and how many pixels each needs. */
const MAX_AXES = 8;
const MIN_AXIS_WIDTH = 92;
/** More runs cannot be told apart by colours. */
const MAX_COLOURS = 8;

/** The choices of the user, which stay for other runs as long as those have the fields. */
interface ChartChoices {
  chart: Chart;
  axes?: string[];
  scatter?: { x: string; y: string; colour: string | null };
  box?: { field: string; by: string | null };
  metric?: string;
}

/** Show the charts, one at a time, in the body of their tab. */
export function drawCharts(state: PanelState, body: HTMLElement): void {
  const choices: ChartChoices = { chart: "Parallel coordinates" };
  const view = documentView(state, "charts", body, async (given) => {
    const { showHidden, ask } = withHidden(state, given.ask);
    const context = { ...given, ask };
    const found = await context.fields("parallel");
    const metric = needed(found.metric);
    const place = element("div", {});
    const notice = new Notice(context.signal);
    notice.root.classList.add("nbtrack-panel-about");
    const draw = async (name: Chart) => {
      if (choices.chart !== name) {
        // No chart stands under the name of another.
        place.replaceChildren();
      }
      choices.chart = name;
      for (const button of buttons) {
        button.setAttribute("aria-pressed", String(button.textContent === name));
      }
      // Each chart has an element of its own, so that a late answer of another chart does not show.
      const own = element("div", {});
      const width = body.clientWidth;
      const { colours } = state;
      const charting = { found, state, colours, metric, choices, width, context: { ...context, place: own } };
      const coming = drawChart(charting).catch((error: unknown) => own.replaceChildren(alertOf(error)));
      const doing = { text: DOING[name], again: () => void draw(name) };
      if (
        (await notice.during(
          coming.then(() => own),
          doing,
        )) !== undefined
      ) {
        place.replaceChildren(own);
      }
    };
    const buttons = CHARTS.map((name) => {
      const button = element("button", { type: "button", class: "nbtrack-panel-button" }, name);
      button.addEventListener("click", () => void draw(name));
      return button;
    });
    const bar = { class: "nbtrack-panel-tools", role: "toolbar", "aria-label": "Charts" };
    context.place.replaceChildren(element("div", bar, ...buttons, showHidden), notice.root, place);
    await draw(choices.chart);
  });
  state.hidden.onChanged(() => view.outdate());
}

/** Leave hidden runs out of charts that draw each run, and offer to show them. */
export function withHidden({ hidden }: PanelState, given: Ask): { showHidden: HTMLElement; ask: Ask } {
  const showHidden = element("button", { type: "button", class: "nbtrack-panel-link", hidden: true });
  let left: string[] = [];
  showHidden.addEventListener("click", () => hidden.setHidden(left, new Set()));
  const ask: Ask = async (kind, payload) => {
    const answer = await given(kind, payload);
    const each = kind === "scatter" || kind === "parallel";
    const { runs } = each ? (answer as FieldsDocument) : { runs: [] };
    left = runs.map(({ id }) => id).filter((id) => hidden.ids.has(id));
    showHidden.hidden = left.length === 0;
    showHidden.textContent = `Show ${shownCount(left.length, "hidden run", "hidden runs")}`;
    return each ? (withoutHidden(answer as FieldsDocument, hidden.ids) as typeof answer) : answer;
  };
  return { showHidden, ask };
}

function alertOf(error: unknown): HTMLElement {
  const text = error instanceof Error ? error.message : String(error);
  return element("p", { role: "alert", class: "nbtrack-panel-about" }, text);
}

interface ChartContext {
  state: PanelState;
  found: Fields;
  colours: Colours;
  context: ViewContext;
  metric: string;
  choices: ChartChoices;
  /** The width in pixels. */
  width: number;
}

async function drawChart(charting: ChartContext): Promise<void> {
  switch (charting.choices.chart) {
    case "Scatter":
      await drawScatter(charting);
      break;
    case "Box plots":
      await drawBoxes(charting);
      break;
    case "Importance":
      await drawImportance(charting);
      break;
    default:
      await drawParallel(charting);
  }
}

async function drawScatter({ colours, context, found, choices, metric }: ChartContext): Promise<void> {
  const { place, ask, signal } = context;
  const y = `metrics.${metric}`;
  // Each run has a colour of its own where that tells the runs apart.
  const colour = found.runs > MAX_COLOURS ? colouring(found, metric) : null;
  const first = { x: found.varied[0] ?? "start_time", y, colour };
  const payload =
    choices.scatter && has(found, choices.scatter.x, choices.scatter.y) ? choices.scatter : first;
  const options = {
    colours,
    ask,
    fields: drawable(found),
    noteOf: fieldNotes(found),
    onPick: (id: string) => context.choose([id]),
    onChoose: (scatter: NonNullable<ChartChoices["scatter"]>) => {
      choices.scatter = scatter;
    },
  };
  showScatter(place, await ask("scatter", payload), options, signal);
}

/** Return what colours the dots of many runs at first: another metric in which they differ, or else the same. */
export function colouring({ curve, metrics, use }: Fields, metric: string): string {
  // That of the curves says how good a run is, which others may not.
  const other = [...(curve === null ? [] : [curve]), ...metrics].find((name) => {
    const { count = 0, values = 0 } = use.get(`metrics.${name}`) ?? {};
    const { count: usual = 0 } = use.get(`metrics.${metric}`) ?? {};
    return name !== metric && values > 1 && count * 2 >= usual;
  });
  return `metrics.${other ?? metric}`;
}

async function drawBoxes({ context, found, choices, metric }: ChartContext): Promise<void> {
  const { place, ask, signal } = context;
  // Boxes of one run each would say nothing, so some group must have several.
  const first = { field: `metrics.${metric}`, by: found.repeated ?? found.varied[0] ?? null };
  const payload = choices.box && has(found, choices.box.field, choices.box.by) ? choices.box : first;
  const options = {
    ask,
    values: found.metrics.map((name) => `metrics.${name}`),
    fields: found.params,
    noteOf: fieldNotes(found),
    onChoose: (box: NonNullable<ChartChoices["box"]>) => {
      choices.box = box;
    },
  };
  showBox(place, await ask("box", payload), options, signal);
}

async function drawImportance({ context, found, choices, metric: first }: ChartContext): Promise<void> {
  const { place, ask, signal } = context;
  const metric = choices.metric !== undefined && hasMetric(found, choices.metric) ? choices.metric : first;
  const options = {
    ask,
    metrics: found.metrics,
    noteOf: fieldNotes(found),
    onChoose: (chosen: string) => {
      choices.metric = chosen;
    },
  };
  showImportance(place, await ask("importance", { metric, most: FIRST_RUNS }), options, signal);
}

async function drawParallel(charting: ChartContext): Promise<void> {
  const { state, context, found, choices, metric } = charting;
  const { place, ask, signal } = context;
  const chart = element("div", {});
  const use = element(
    "button",
    { type: "button", class: "nbtrack-panel-button", hidden: true },
    "Show these in the table",
  );
  let brushed = "";
  use.addEventListener("click", () => showInTable(state, brushed));
  const onFilter = (text: string) => {
    brushed = text;
    use.hidden = text === "";
  };
  const redraw = async (fields: string[]) => {
    const document = await ask("parallel", { fields });
    onFilter("");
    const onOrder = (moved: string[]) => {
      choices.axes = moved;
      picker.set(moved);
    };
    const options = { colours: charting.colours, colour: `metrics.${metric}`, onFilter, onOrder };
    showParallel(chart, document, options, signal);
  };
  const picking = { label: "Axes", names: drawable(found), noteOf: fieldNotes(found) };
  const picker = fieldPicker(picking, signal, (chosen) => {
    choices.axes = chosen;
    void redraw(chosen).catch((error: unknown) => chart.replaceChildren(alertOf(error)));
  });
  const axes = axesOf(charting);
  picker.set(axes);
  await redraw(axes);
  const bar = { class: "nbtrack-panel-tools", role: "toolbar", "aria-label": "Axes" };
  place.replaceChildren(
    element("div", bar, picker.root),
    chart,
    element("div", { class: "nbtrack-panel-use" }, use),
  );
}

function axesOf({ found, choices, metric, width }: ChartContext): string[] {
  const before = choices.axes ?? [];
  if (before.filter((name) => has(found, name)).length > 1) {
    return before;
  }
  const most = width > 0 ? Math.max(3, Math.min(MAX_AXES, Math.floor(width / MIN_AXIS_WIDTH) - 1)) : MAX_AXES;
  return [...found.varied.slice(0, most), `metrics.${metric}`];
}

/** Return the fields that an axis can show. */
export function drawable({ params, metrics }: Fields): string[] {
  return [...params, ...metrics.map((name) => `metrics.${name}`), "duration", "start_time"];
}

/** Return whether each of these fields has a value in some run. All runs have the attributes. */
function has({ use }: Fields, ...names: readonly (string | null)[]): boolean {
  return names.every((name) => name === null || use.get(name)?.count !== 0);
}

/** Return a document without the runs that are hidden. */
export function withoutHidden(document: FieldsDocument, hidden: ReadonlySet<string>): FieldsDocument {
  const indexes = [...document.runs.keys()].filter((at) => !hidden.has(document.runs[at]?.id ?? ""));
  if (indexes.length === document.runs.length) {
    return document;
  }
  const of = <Value>(all: readonly Value[]) => indexes.flatMap((at) => all.slice(at, at + 1));
  const columns = document.columns.map((column) => ({ ...column, values: of(column.values) }));
  return { ...document, runs: of(document.runs), columns };
}
