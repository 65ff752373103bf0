import { showBox } from "../../charts/box.ts";
import { FIRST_RUNS, showImportance } from "../../charts/importance.ts";
import { showParallel } from "../../charts/parallel.ts";
import { showScatter } from "../../charts/scatter.ts";
import type { CurveData } from "../../curves/lines.ts";
import { type Chosen, freshChosen } from "../../curves/state.ts";
import { showCurves } from "../../curves/view.ts";
import type { Ask, DocumentRequests } from "../../kernel/documents.ts";
import type { Marked } from "../../plot/marked.ts";
import type { Arrangement } from "../messages.ts";
import type { PanelState } from "../state.ts";
import { colouring, drawable } from "./charts.ts";
import { type Fields, fieldNotes } from "./fields.ts";

/** The kinds of charts of a workspace, with the names that the user adds them by. */
export const KINDS = {
  curves: "Line",
  bars: "Bar",
  scatter: "Scatter",
  parallel: "Parallel coordinates",
  box: "Box",
  importance: "Importance",
} as const;
export type ChartKind = keyof typeof KINDS;

/** A chart of a workspace: what it is asked with is saved with the arrangement. */
export type Card = Arrangement["charts"][number];

/** What the charts of a workspace share. */
export interface CardContext {
  state: PanelState;
  found: Fields;
  ask: Ask;
  marked: Marked;
}

export function isKind(kind: string): kind is ChartKind {
  return Object.hasOwn(KINDS, kind);
}

/** Return a new chart of a kind, of what these runs have. */
export function freshCard(kind: ChartKind, found: Fields): Card {
  const metric = found.metric ?? "";
  const y = `metrics.${metric}`;
  const [first] = found.varied;
  switch (kind) {
    case "curves":
      return { kind, asked: { metric: found.curve ?? metric } };
    case "scatter":
      return { kind, asked: { x: first ?? "start_time", y, colour: colouring(found, metric) } };
    case "parallel":
      return { kind, asked: { fields: [...found.varied.slice(0, 5), y] } };
    case "box":
      return { kind, asked: { field: y, by: found.repeated ?? first ?? null } };
    default:
      return { kind, asked: { metric } };
  }
}

/** A chart that is drawn. */
export interface DrawnCard {
  /** Load it again. */
  refresh: () => void;
  /** What it is asked with now. */
  asked: () => Card["asked"];
}

/** Draw a chart, in which the user may change what it is asked with. */
export async function drawCard(
  { kind, asked: given }: Card,
  place: HTMLElement,
  context: CardContext,
  signal: AbortSignal,
): Promise<DrawnCard> {
  const { state, found, ask, marked } = context;
  if (kind === "curves" || kind === "bars") {
    return await drawLines({ kind, asked: given }, place, context, signal);
  }
  const noteOf = fieldNotes(found);
  const { colours } = state;
  let asked: object = given;
  const onChoose = (next: object) => {
    asked = next;
  };
  if (kind === "scatter") {
    const options = { colours, ask, fields: drawable(found), noteOf, onChoose, marked };
    showScatter(place, await ask("scatter", given as Asked<"scatter">), options, signal);
  } else if (kind === "parallel") {
    const { fields } = given as Asked<"parallel">;
    const onOrder = (moved: string[]) => onChoose({ fields: moved });
    const options = { colours, colour: fields.at(-1) ?? "", onOrder, marked };
    showParallel(place, await ask("parallel", { fields }), options, signal);
  } else if (kind === "box") {
    const values = found.metrics.map((name) => `metrics.${name}`);
    const options = { ask, values, fields: found.params, noteOf, onChoose };
    showBox(place, await ask("box", given as Asked<"box">), options, signal);
  } else {
    const { metric } = given as Asked<"importance">;
    const options = {
      ask,
      metrics: found.metrics,
      noteOf,
      onChoose: (next: string) => onChoose({ metric: next }),
    };
    const document = await ask("importance", { metric, most: FIRST_RUNS });
    showImportance(place, document, options, signal);
  }
  return { refresh: () => undefined, asked: () => ({ ...asked }) };
}

type Asked<Kind extends keyof DocumentRequests> = DocumentRequests[Kind]["payload"];

async function drawLines(
  card: Card,
  place: HTMLElement,
  { state, found, ask, marked }: CardContext,
  signal: AbortSignal,
): Promise<DrawnCard> {
  const given: Partial<Chosen> = card.asked;
  const isBars = card.kind === "bars";
  const metric = given.metric ?? found.curve ?? "";
  const chosen = { ...freshChosen(metric), ...given, metric, hidden: new Set(state.hidden.ids) };
  const { x, by } = chosen;
  const data: CurveData =
    by.length > 0
      ? await ask("grouped_curves", { metric, x, points: 300, by })
      : await ask("curves", { metric, x, points: 300 });
  const options = {
    colours: state.colours,
    ask,
    metrics: isBars ? found.metrics : found.histories,
    alongs: found.histories,
    fields: found.params,
    noteOf: fieldNotes(found),
    chosen,
    marked,
    bars: isBars,
  };
  const shown = showCurves(place, data, options, signal);
  return {
    refresh: shown.refresh,
    asked: () => {
      const { metric: own, x: along, by: groups, logX, logY, band, trimmed, smoothing } = shown.chosen;
      return { metric: own, x: along, by: groups, logX, logY, band, trimmed, smoothing };
    },
  };
}
