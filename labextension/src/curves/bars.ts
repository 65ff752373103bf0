import type { Range } from "../kernel/documents.ts";
import { cut, textWidth } from "../plot/axes.ts";
import { extent, linear, padded, type Scale } from "../plot/scales.ts";
import { type Sheet, Stage } from "../plot/stage.ts";
import { Tooltip } from "../plot/view.ts";
import { numberText } from "../ui/text.ts";
import type { Line } from "./lines.ts";
import type { CurvesState } from "./state.ts";

const ROW = 22;
const TOP = 40;
const BOTTOM = 8;
/** How many bars are drawn. The table has all runs. */
const MAX_BARS = 200;
const GAP = 8;

/** Return whether no run has more than one point. */
export function isOnePoint(lines: readonly Line[]): boolean {
  const some = lines.filter(({ count }) => count > 0);
  return some.length > 0 && some.every(({ count }) => count === 1);
}

/** The bars of a metric with one point a run, the best run first. */
export class Bars {
  readonly stage: Stage;
  readonly #state: CurvesState;
  readonly #tip = new Tooltip();

  constructor(state: CurvesState, signal: AbortSignal) {
    this.#state = state;
    const drawing = {
      height: () => TOP + ROW * Math.max(1, this.#rows.length) + BOTTOM,
      draw: (sheet: Sheet) => {
        const rows = this.#rows;
        const labels = rows.slice(0, 10).map((line) => `${line.name} ${valueText(line)}`);
        this.stage.surface.setAttribute("aria-label", `Bars, the best first: ${labels.join(", ")}`);
        drawBars(sheet, state, rows);
      },
    };
    this.stage = new Stage(drawing, "A bar for each run; the table below has the figures", signal, false);
    this.stage.root.append(this.#tip.root);
    const { surface } = this.stage;
    surface.addEventListener("pointermove", ({ offsetX, offsetY }) => this.#point(offsetX, offsetY));
    surface.addEventListener("pointerleave", () => this.#tip.hide());
  }

  get #rows(): Line[] {
    return ranked(this.#state).slice(0, MAX_BARS);
  }

  /** Hide the tooltip of a bar that is no longer shown. */
  clear(): void {
    this.#tip.hide();
  }

  #point(x: number, y: number): void {
    const line = this.#rows[Math.floor((y - TOP) / ROW)];
    if (line === undefined) {
      this.#tip.hide();
      return;
    }
    const { dark } = this.stage.theme;
    const entry = { colour: this.#state.colours.of(line.id, dark), name: this.#state.chosen.metric };
    this.#tip.show(line.name, [{ ...entry, value: valueText(line) }], {
      x,
      y,
      width: this.stage.size.width,
    });
  }
}

/** Return the runs that have the metric, the best first, or the greatest first where no direction is known. */
export function ranked({ lines, data }: CurvesState): Line[] {
  const sign = data.direction === "down" ? 1 : -1;
  const value = (line: Line) => line.means[0] ?? Number.NaN;
  return lines
    .filter(({ count }) => count > 0)
    .sort((one, other) => {
      const lost = Number(Number.isNaN(value(one))) - Number(Number.isNaN(value(other)));
      return lost || sign * (value(one) - value(other)) || 0;
    });
}

function valueText({ means, lows, highs, runs }: Line): string {
  const [mean = Number.NaN] = means;
  if (Number.isNaN(mean)) {
    return "NaN or infinite";
  }
  const spread = runs > 1 ? ((highs?.[0] ?? mean) - (lows?.[0] ?? mean)) / 2 : 0;
  return spread > 0 ? `${numberText(mean)} ± ${numberText(spread, 2)}` : numberText(mean);
}

/** Return the scale, and whether to draw bars, which begin at zero. Where zero is far, dots are drawn. */
function scaleOfBars(rows: readonly Line[], across: Range): { scale: Scale; bars: boolean } {
  const ends = rows.flatMap(({ means, lows, highs, runs }) =>
    runs > 1 ? [lows?.[0] ?? null, highs?.[0] ?? null] : [means[0] ?? null],
  );
  const [low, high] = extent(ends);
  const near = low <= 0 && high >= 0 ? true : Math.abs(low + high) < 3 * (high - low);
  const one = low === high;
  const domain: Range = near || one ? [Math.min(0, low), Math.max(0, high)] : padded([low, high], 0.08);
  const count = Math.max(2, Math.round((across[1] - across[0]) / 95));
  return { scale: linear(domain, across, count), bars: near || one };
}

function drawBars(sheet: Sheet, state: CurvesState, rows: readonly Line[]): void {
  const { pen, theme, size } = sheet;
  const names = rows.map((line) => line.name + (line.runs > 1 ? ` (${line.runs.toLocaleString("en")})` : ""));
  const longest = Math.max(40, ...names.map((name) => textWidth(name, 12)));
  const left = Math.min(size.width * 0.36, longest) + GAP + 4;
  const room = Math.max(60, ...rows.map((line) => textWidth(valueText(line)))) + 52;
  const { scale, bars } = scaleOfBars(rows, [left, Math.max(left + 40, size.width - room)]);
  const bottom = TOP + ROW * rows.length;
  pen.text(cut(state.chosen.metric, size.width - 8), [2, 9], { colour: theme.ink, size: 12, bold: true });
  for (const { value, text } of scale.ticks) {
    const x = scale.place(value);
    pen.line([x, x], [TOP - 4, bottom], { colour: theme.line });
    pen.text(text, [x, TOP - 13], { colour: theme.quiet, anchor: "middle" });
  }
  const from = bars ? scale.place(0) : scale.place(scale.domain[0]);
  const best = bestOf(state, rows);
  for (const [place, line] of rows.entries()) {
    const y = TOP + ROW * place + ROW / 2;
    const bold = line.means[0] === best && line.starred;
    const name = cut(names[place] ?? "", left - GAP - 4, 12);
    pen.text(name, [left - GAP, y], { colour: theme.ink, anchor: "end", size: 12, bold });
    const end = drawBar(sheet, line, { y, from, scale, bars, colour: state.colours.of(line.id, theme.dark) });
    const lost = Number.isNaN(line.means[0]);
    const text = valueText(line) + (bold ? "  best" : "");
    pen.text(text, [end + GAP, y], { colour: lost ? theme.quiet : theme.ink, bold });
  }
}

/** Return the best value, if the direction is known. */
function bestOf({ data }: CurvesState, rows: readonly Line[]): number | undefined {
  const starred = rows.filter((line) => line.starred);
  const values = new Set(starred.map(({ means }) => means[0] ?? Number.NaN).filter(Number.isFinite));
  const [first] = values;
  return data.direction === null || values.size < 2 ? undefined : first;
}

interface Bar {
  y: number;
  from: number;
  scale: Scale;
  bars: boolean;
  colour: string;
}

/** Draw a bar, or a dot where all bars would look the same. Return the x of its number. */
function drawBar({ pen, theme }: Sheet, line: Line, { y, from, scale, bars, colour }: Bar): number {
  const mean = line.means[0] ?? Number.NaN;
  if (Number.isNaN(mean)) {
    return from;
  }
  const x = scale.place(mean);
  if (bars) {
    pen.rectangle([Math.min(from, x), y - 7, Math.max(1, Math.abs(x - from)), 14], colour, 0.9);
  } else {
    pen.line([from, x], [y, y], { colour, alpha: 0.45 });
    pen.circle([x, y], 4.5, colour);
  }
  const [low = mean, high = mean] = [line.lows?.[0], line.highs?.[0]];
  if (line.runs > 1 && high > low) {
    pen.line([scale.place(low), scale.place(high)], [y, y], { colour: theme.ink, width: 1.5 });
    return Math.max(from, scale.place(high));
  }
  return Math.max(from, x) + (bars ? 0 : 4);
}
