import type { Ask, Importance, ImportanceDocument } from "../kernel/documents.ts";
import { cut, textWidth } from "../plot/axes.ts";
import { slotColour } from "../plot/colours.ts";
import { cautions, choice, dataTable, type FieldNote, fieldChoices } from "../plot/controls.ts";
import { type Sheet, Stage } from "../plot/stage.ts";
import { type Chart, ChartView } from "../plot/view.ts";
import { element } from "../ui/dom.ts";
import { numberText } from "../ui/text.ts";

interface ImportanceOptions {
  ask?: Ask;
  /** The metrics to choose from. */
  metrics?: readonly string[];
  /** Returns the note on a column. */
  noteOf?: (name: string) => FieldNote;
  /** Called with the metric that the user chose. */
  onChoose?: (metric: string) => void;
}

const ROW = 30;
const TOP = 34;
const MAX_PARAMS = 30;
/** From so many runs a first answer is made, which comes soon. */
export const FIRST_RUNS = 200;
/** A forest that explains less of the metric says little of what matters, as the kernel's caution says. */
const MIN_SCORE = 0.3;

/** Show how important each param is for a metric, in an element until the signal is aborted. */
export function showImportance(
  place: HTMLElement,
  document: ImportanceDocument,
  { ask, metrics = [], noteOf, onChoose }: ImportanceOptions,
  signal: AbortSignal,
): void {
  const chartView = new ChartView(barsOf, signal);
  const choices = fieldChoices(metrics, noteOf && ((name) => noteOf(`metrics.${name}`)));
  const exact = (shown: ImportanceDocument) => {
    const { metric, runs, final } = shown;
    if (ask !== undefined && !final) {
      const text = `Looking at all ${runs.toLocaleString("en")} runs for the exact importance`;
      const again = () => exact(shown);
      void chartView.wait(ask("importance", { metric }), { text, again });
    }
  };
  const chooser = choice("Metric", choices, document.metric, (metric) => {
    onChoose?.(metric);
    if (ask !== undefined) {
      const doing = { text: `Looking for what explains ${metric}` };
      void chartView.wait(ask("importance", { metric, most: FIRST_RUNS }), doing, exact);
    }
  });
  const controls = ask === undefined || metrics.length === 0 ? [] : [chooser];
  place.replaceChildren(chartView.view("importance", "Importance of params", controls));
  chartView.take(document);
  exact(document);
}

function barsOf(document: ImportanceDocument, signal: AbortSignal): Chart {
  const params = document.params.slice(0, MAX_PARAMS);
  const stage = new Stage(
    {
      height: () => TOP + ROW * Math.max(1, params.length) + 8,
      draw: (sheet) => drawBars(sheet, params, (document.score ?? 0) >= MIN_SCORE),
    },
    `Importance of params for ${document.metric}: ${params.map(({ param, share }) => `${param} ${percent(share)}`).join(", ")}`,
    signal,
    false,
  );
  const score =
    document.score === null
      ? ""
      : ` A forest explains ${percent(Math.max(0, document.score))} of it on runs it has not seen.`;
  const [runs, looked] = [document.runs, document.looked_at].map((count) => count.toLocaleString("en"));
  const some = document.looked_at < document.runs ? `, by ${looked} of them drawn by chance` : "";
  const about = `${document.metric} in ${runs} ${document.runs === 1 ? "run" : "runs"}${some}.${score}`;
  const rows = () =>
    document.params.map(({ param, share, importance, spread, correlation, count }) => [
      param,
      percent(share),
      importance === null ? "–" : `${numberText(importance, 3)} ± ${numberText(spread, 2)}`,
      numberText(correlation, 3),
      numberText(count),
    ]);
  const nothing = element(
    "p",
    { class: "nbtrack-empty", hidden: params.length > 0 },
    "No param differs between these runs.",
  );
  const heads = ["Param", "Share", "Fall of R²", "Rank correlation", "Runs that have it"];
  return {
    stage,
    name: `importance-${document.metric}`,
    shown: [
      element("p", {}, about),
      cautions(document.cautions),
      nothing,
      stage.root,
      dataTable(heads, rows),
    ],
    figures: () => ({
      heads: ["param", "share", "importance", "spread", "correlation", "runs"],
      rows: document.params.map(({ param, share, importance, spread, correlation, count }) => [
        param,
        share,
        importance,
        spread,
        correlation,
        count,
      ]),
    }),
  };
}

function percent(share: number | null): string {
  return share === null ? "–" : `${Math.round(share * 100)} %`;
}

/** Where the two kinds of bars begin, and how long they are at most. */
interface Bars {
  /** Whether what is drawn explains something. */
  tells: boolean;
  names: number;
  wide: number;
  most: number;
  middle: number;
  half: number;
}

function drawBars(sheet: Sheet, params: readonly Importance[], tells: boolean): void {
  const { pen, theme, size } = sheet;
  const longest = Math.max(60, ...params.map(({ param }) => textWidth(param, 12)));
  const names = Math.min(size.width * 0.42, longest) + 16;
  const wide = (size.width - names - 16) * 0.55;
  const left = names + wide + 56;
  const half = Math.max(20, (size.width - left - 44) / 2);
  const most = Math.max(0.01, ...params.map(({ share }) => share ?? 0));
  const bars: Bars = { tells, names, wide, most, half, middle: left + half };
  const head = { colour: theme.quiet, size: 12 };
  pen.text("importance", [names, 12], head);
  pen.text("rank correlation", [bars.middle, 12], { ...head, anchor: "middle" });
  const [from, to] = [TOP - 8, TOP + ROW * params.length];
  pen.line([bars.middle, bars.middle], [from, to], { colour: theme.quiet });
  for (const [place, row] of params.entries()) {
    const y = TOP + ROW * place + ROW / 2;
    pen.text(cut(row.param, names - 14, 12), [names - 8, y], { colour: theme.ink, anchor: "end", size: 12 });
    drawShare(sheet, row.share, bars, y);
    drawCorrelation(sheet, row.correlation, bars, y);
  }
}

function drawShare(
  { pen, theme }: Sheet,
  share: number | null,
  { tells, names, wide, most }: Bars,
  y: number,
): void {
  const long = share === null ? 0 : (share / most) * wide;
  if (share !== null) {
    const [colour, alpha] = tells ? [slotColour(0, theme.dark), 0.9] : [theme.quiet, 0.35];
    pen.rectangle([names, y - 8, Math.max(1, long), 16], colour, alpha);
  }
  pen.text(percent(share), [names + long + 6, y], { colour: theme.ink });
}

function drawCorrelation(
  { pen, theme }: Sheet,
  value: number | null,
  { middle, half }: Bars,
  y: number,
): void {
  if (value === null) {
    pen.text("none: text", [middle + 6, y], { colour: theme.quiet });
    return;
  }
  const end = value * half;
  const left = middle + Math.min(0, end);
  pen.rectangle(
    [left, y - 8, Math.max(1, Math.abs(end)), 16],
    slotColour(value < 0 ? 1 : 2, theme.dark),
    0.9,
  );
  const anchor = value < 0 ? "end" : "start";
  pen.text(value.toFixed(2), [middle + end + (value < 0 ? -6 : 6), y], { colour: theme.ink, anchor });
}
