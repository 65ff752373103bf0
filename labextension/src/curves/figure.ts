import type { Range } from "../kernel/documents.ts";
import { drawAxes, labelRoom, type Plot } from "../plot/axes.ts";
import type { Fill, Pen } from "../plot/pen.ts";
import { extent, linear, logarithmic, moments, padded, type Scale } from "../plot/scales.ts";
import type { Sheet, Size } from "../plot/stage.ts";
import { lengthText } from "../ui/text.ts";
import { type Line, smoothed } from "./lines.ts";
import { alongMetric, type CurvesState, withEnds } from "./state.ts";

const TITLES: Record<string, string> = { step: "step", relative: "time since the run began", time: "time" };
const TOP = 22;
const BOTTOM = 44;
const RIGHT = 14;
const RAW_ALPHA = 0.22;
/** With more curves, bands and raw lines would only be grey. */
const MAX_BANDS = 12;
/** With more curves, dashes do not help to tell them apart. */
const MAX_DASHED = 24;
/** A spike stands out this many times as far as usual. */
const SPIKE_RATIO = 6;

/** The layout of the curves, by which a pointer finds values. */
export interface Layout {
  plot: Plot;
  x: Scale;
  y: Scale;
}

/** Return the layout of the curves. */
export function layOut(state: CurvesState, { width, height }: Size): Layout {
  const { zoom, logY, ends, metric } = state.chosen;
  const lines = state.shown;
  const below: Plot = { left: 0, top: TOP, width, height: height - TOP - BOTTOM };
  const xDomain = zoom.x ?? withEnds(wholeX(state, lines), ends.x.get(state.chosen.x));
  const up: Range = [below.top + below.height, below.top];
  const yDomain = zoom.y ?? withEnds(domainY(state, lines, xDomain), ends.y.get(metric));
  const steps = Math.max(3, Math.round(below.height / 55));
  const y = logY ? logarithmic(yDomain, up, steps) : linear(yDomain, up, steps);
  const left = labelRoom(y) + 4;
  const plot = { ...below, left, width: Math.max(60, width - left - RIGHT) };
  return { plot, x: scaleX(state, xDomain, plot), y };
}

function wholeX({ chosen }: CurvesState, lines: readonly Line[]): Range {
  if (alongMetric(chosen.x) !== undefined) {
    // Points are in the order of steps, so the ends may be anywhere.
    const ends = lines.map(({ xs }) => extent(chosen.logX ? xs.filter((x) => x > 0) : xs));
    return extent(ends.flat());
  }
  return extent(lines.flatMap(({ xs }) => [xs[0] ?? null, xs.at(-1) ?? null]));
}

function scaleX({ chosen }: CurvesState, domain: Range, { left, width }: Plot): Scale {
  const across: Range = [left, left + width];
  const steps = Math.max(2, Math.round(width / 95));
  if (chosen.x === "time") {
    return moments(domain, across, steps);
  }
  if (chosen.logX) {
    const least = { step: 1, relative: 1e-3 }[chosen.x as string] ?? 0;
    return logarithmic([Math.max(domain[0], least), domain[1]], across, steps);
  }
  const scale = linear(domain, across, steps, chosen.x === "step");
  const lengths = chosen.x === "relative" && domain[1] - domain[0] > 120;
  return lengths ? { ...scale, ticks: inMinutes(domain, steps) } : scale;
}

/** Return a scale of durations, with ticks at whole minutes and hours. */
function inMinutes(domain: Range, count: number): Scale["ticks"] {
  const wanted = (domain[1] - domain[0]) / count;
  const step = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400].find(
    (one) => one >= wanted,
  );
  const every = step ?? Math.ceil(wanted / 86_400) * 86_400;
  const ticks: Scale["ticks"] = [];
  for (let value = Math.ceil(domain[0] / every) * every; value <= domain[1]; value += every) {
    ticks.push({ value, text: value === 0 ? "0" : lengthText(value) });
  }
  return ticks;
}

/** The part of the values at each end that may be out of view when outliers are trimmed. */
const TRIMMED_PART = 0.02;

function trimmedRange(lines: readonly Line[], inView: (line: Line) => Float64Array): Range {
  const values = Float64Array.from(lines.flatMap((line) => [...inView(line)]))
    .filter(Number.isFinite)
    .sort();
  const at = (part: number) => values[Math.round(part * (values.length - 1))] ?? Number.NaN;
  return extent([at(TRIMMED_PART), at(1 - TRIMMED_PART)]);
}

function domainY({ chosen }: CurvesState, lines: readonly Line[], within: Range): Range {
  if (chosen.trimmed) {
    const domain = trimmedRange(lines, ({ xs, means }) =>
      means.filter((y, place) => isWithin(xs[place], within) && (!chosen.logY || y > 0)),
    );
    return chosen.logY ? domain : padded(domain);
  }
  const ends = lines.map(({ xs, means, lows, highs }) => {
    const inView = (ys: Float64Array) =>
      ys.filter((y, place) => isWithin(xs[place], within) && (!chosen.logY || y > 0));
    const least = inView(chosen.band && lows !== null ? lows : means);
    const most = inView(chosen.band && highs !== null ? highs : means);
    return least.length === 0 ? [] : [extent(least)[0], extent(most)[1]];
  });
  const domain = extent(ends.flat());
  return chosen.logY ? domain : padded(domain);
}

function isWithin(x: number | undefined, [from, to]: Range): boolean {
  return x !== undefined && x >= from && x <= to;
}

/** Draw axes, bands and lines. */
export function drawCurves(
  sheet: Sheet,
  state: CurvesState,
  layout: Layout,
  title = state.chosen.metric,
): void {
  const { pen, theme } = sheet;
  const { plot, x, y } = layout;
  const { chosen, colours } = state;
  const lines = state.shown;
  drawAxes(sheet, plot, { x, y }, { x: TITLES[chosen.x] ?? alongMetric(chosen.x) ?? "", y: title });
  const crowd = Math.min(1, MAX_BANDS / Math.max(1, lines.length));
  pen.within([plot.left, plot.top, plot.width, plot.height], () => {
    for (const line of chosen.band ? lines : []) {
      const colour = colours.of(line.id, theme.dark);
      drawBand(pen, state, line, { ...layout, colour, alpha: 0.05 + 0.17 * crowd });
    }
    for (const line of lines) {
      drawLine(sheet, state, line, { ...layout, width: 1 + 0.6 * crowd });
    }
  });
}

function drawBand(pen: Pen, state: CurvesState, line: Line, { x, y, ...fill }: Layout & Fill): void {
  if (line.lows === null || line.highs === null) {
    return;
  }
  // Below zero there is no logarithm, so the band ends at the edge.
  const onScale = (value: number) => y.place(y.kind === "log" && value <= 0 ? y.domain[0] / 10 : value);
  const xs = line.xs.map(x.place);
  if (alongMetric(state.chosen.x) !== undefined) {
    drawReach(pen, line, { xs, place: onScale, colour: fill.colour });
    return;
  }
  // The band of a group is smoothed with its mean. The band of a run shows its points, and is not.
  const edge = (ys: Float64Array) => (isGroup(state) ? smooth(state, line.xs, ys, x) : ys).map(onScale);
  pen.band(xs, edge(line.lows), edge(line.highs), fill);
  if (!isGroup(state)) {
    drawSpikes(pen, line, { xs, place: onScale, colour: fill.colour });
  }
}

/** Draw the range of each bucket as a bar, where the line may turn back and a band would overlap itself. */
function drawReach(
  pen: Pen,
  { lows, highs }: Line,
  { xs, place, colour }: { xs: Float64Array; place: (value: number) => number; colour: string },
): void {
  for (const [bucket, x] of xs.entries()) {
    const ends = [place(lows?.[bucket] ?? 0), place(highs?.[bucket] ?? 0)];
    pen.line([x, x], ends, { colour, width: 1, alpha: 0.3 });
  }
}

function isGroup({ data }: CurvesState): boolean {
  return !("packed" in data);
}

/** Draw the spikes of a line's band by themselves. Among many faint bands they would not be visible. */
function drawSpikes(
  pen: Pen,
  { means, lows, highs }: Line,
  { xs, place, colour }: { xs: Float64Array; place: (value: number) => number; colour: string },
): void {
  const reach = means.map((mean, bucket) =>
    Math.max((highs?.[bucket] ?? mean) - mean, mean - (lows?.[bucket] ?? mean)),
  );
  const usual = median(reach);
  for (const [bucket, far] of reach.entries()) {
    if (far > usual * SPIKE_RATIO && usual > 0) {
      const ends = [place(lows?.[bucket] ?? 0), place(highs?.[bucket] ?? 0)];
      pen.line([xs[bucket] ?? 0, xs[bucket] ?? 0], ends, { colour, width: 1.5, alpha: 0.85 });
    }
  }
}

function median(values: Float64Array): number {
  const known = values.filter((value) => Number.isFinite(value)).sort();
  return known[Math.floor(known.length / 2)] ?? 0;
}

/** Draw one line. Where it is smoothed, the raw line is drawn faintly behind it. */
export function drawLine(
  { pen, theme }: Sheet,
  state: CurvesState,
  line: Line,
  { x, y, width }: Layout & { width: number },
): void {
  const { shown, chosen, colours } = state;
  const colour = colours.of(line.id, theme.dark);
  const few = shown.length <= MAX_DASHED;
  const stroke = { colour, width, dash: few ? colours.dash(line.id) : [], alpha: few || width > 2 ? 1 : 0.8 };
  const xs = line.xs.map(x.place);
  if (xs.length === 1 && Number.isFinite(line.means[0])) {
    // A metric that was logged once is drawn as a point.
    pen.circle([xs[0] ?? 0, y.place(line.means[0] ?? 0)], width > 2 ? 5 : 3.5, colour);
    return;
  }
  if (chosen.smoothing === 0) {
    pen.line(xs, line.means.map(y.place), stroke);
    return;
  }
  pen.line(xs, line.means.map(y.place), { colour, width: 1, alpha: few ? RAW_ALPHA : RAW_ALPHA / 2 });
  pen.line(xs, smooth(state, line.xs, line.means, x).map(y.place), stroke);
}

/** Return smoothed values. */
export function smooth({ chosen }: CurvesState, xs: Float64Array, ys: Float64Array, x: Scale): Float64Array {
  if (chosen.smoothing === 0) {
    return ys;
  }
  if (alongMetric(chosen.x) !== undefined) {
    // The average runs along the steps.
    const places = ys.map((_, place) => place);
    return smoothed(places, ys, chosen.smoothing, places.length);
  }
  const isLog = x.kind === "log";
  const along = isLog ? xs.map((one) => Math.log10(Math.max(one, x.domain[0]))) : xs;
  const span = isLog ? Math.log10(x.domain[1] / x.domain[0]) : x.domain[1] - x.domain[0];
  return smoothed(along, ys, chosen.smoothing, span);
}
