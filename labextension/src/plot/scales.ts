/** Scales: from values to pixels and back, with ticks. */

import type { Column, Range } from "../kernel/documents.ts";
import { momentText, numberText, tickText } from "../ui/text.ts";

interface Tick {
  value: number;
  text: string;
}

export interface Scale {
  kind: "linear" | "log" | "time" | "category";
  domain: Range;
  ticks: Tick[];
  place: (value: number) => number;
  value: (place: number) => number;
}

/** Return a linear scale with about `count` round ticks. For whole numbers the ticks are whole. */
export function linear(domain: Range, range: Range, count = 6, whole = false): Scale {
  const [low, high] = widened(domain, whole);
  const step = whole ? wholeStep((high - low) / count) : roundStep((high - low) / count);
  const most = Math.max(Math.abs(low), Math.abs(high));
  const ticks: Tick[] = [];
  for (let turn = Math.ceil(low / step - 1e-9); turn * step <= high + step * 1e-9; turn += 1) {
    ticks.push({ value: turn * step, text: tickText(turn * step, step, most) });
  }
  return { kind: "linear", domain: [low, high], ticks, ...straight([low, high], range) };
}

/** Return a logarithmic scale of positive values. */
export function logarithmic(domain: Range, range: Range, count = 6): Scale {
  const high = domain[1] > 0 ? domain[1] : 1;
  const low = domain[0] > 0 ? domain[0] : high / 1000;
  const [from, to] =
    low === high ? [Math.log10(low) - 0.5, Math.log10(high) + 0.5] : [low, high].map(Math.log10);
  const logs: Range = [from ?? 0, to ?? 1];
  const { place, value } = straight(logs, range);
  return {
    kind: "log",
    domain: [10 ** logs[0], 10 ** logs[1]],
    ticks: logTicks(logs, count),
    place: (one) => (one > 0 ? place(Math.log10(one)) : Number.NaN),
    value: (one) => 10 ** value(one),
  };
}

function logTicks([from, to]: Range, count: number): Tick[] {
  const decades = to - from;
  if (decades < 0.7) {
    return linear([10 ** from, 10 ** to], [0, 1], count).ticks.filter(({ value }) => value > 0);
  }
  const every = Math.max(1, Math.ceil(decades / count));
  const within = decades < 2.5 ? [1, 2, 5] : [1];
  const ticks: Tick[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power += 1) {
    for (const part of power % every === 0 ? within : []) {
      const value = part * 10 ** power;
      if (Math.log10(value) >= from - 1e-9 && Math.log10(value) <= to + 1e-9) {
        ticks.push({ value, text: tickText(value, value) });
      }
    }
  }
  return ticks;
}

const SPANS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
  3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

/** Return a scale of seconds since the epoch, with ticks in the local time zone. */
export function moments(domain: Range, range: Range, count = 5): Scale {
  const [low, high] = widened(domain);
  const wanted = (high - low) / count;
  const step = SPANS.find((span) => span >= wanted) ?? 86_400 * roundStep(wanted / 86_400);
  // Steps below a minute are the same in all time zones.
  const shift = step < 60 ? 0 : new Date(low * 1000).getTimezoneOffset() * 60;
  const ticks: Tick[] = [];
  for (let turn = Math.ceil((low - shift) / step - 1e-6); turn * step + shift <= high; turn += 1) {
    const value = turn * step + shift;
    ticks.push({ value, text: momentTick(value, step, high - low) });
  }
  return { kind: "time", domain: [low, high], ticks, ...straight([low, high], range) };
}

function momentTick(value: number, step: number, span: number): string {
  const text = momentText(value + 1e-6);
  if (step >= 86_400) {
    return text.slice(0, 10);
  }
  if (step >= 60) {
    return span < 86_400 ? text.slice(11, 16) : text.slice(5, 16);
  }
  const part = step < 1 ? (value % 1).toFixed(step < 0.01 ? 3 : 2).slice(1) : "";
  return text.slice(11, 19) + part;
}

/** Return a scale of names, each in the middle of its band. */
export function categories(names: readonly string[], range: Range): Scale {
  const domain: Range = [-0.5, Math.max(1, names.length) - 0.5];
  const ticks = names.map((text, value) => ({ value, text }));
  return { kind: "category", domain, ticks, ...straight(domain, range) };
}

/** Return the scale that suits a column. */
export function scaleOf(column: Column, range: Range, count?: number): Scale {
  if (column.kind === "category") {
    return categories(column.categories, range);
  }
  const domain = extent(column.values);
  if (column.kind === "time") {
    return moments(padded(domain), range, count);
  }
  const scale = column.log ? logarithmic(domain, range, count) : linear(domain, range, count, column.whole);
  const own = column.field.startsWith("params.") ? fewValues(column.values) : null;
  return own === null ? scale : { ...scale, ticks: own.map((value) => ({ value, text: numberText(value) })) };
}

/** An axis of a param that has no more values is ticked at each of them, and nowhere else. */
const MAX_OWN_TICKS = 8;

function fewValues(values: readonly (number | null)[]): number[] | null {
  const known = new Set(values.filter((value) => value !== null));
  const few = known.size > 0 && known.size <= MAX_OWN_TICKS;
  return few ? [...known].sort((one, other) => one - other) : null;
}

/** Return the least and the greatest of the numbers. */
export function extent(values: Iterable<number | null>): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value !== null && Number.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** Return a domain with a margin on both sides. */
export function padded([low, high]: Range, part = 0.04): Range {
  const air = (high - low) * part;
  return [low - air, high + air];
}

function widened([low, high]: Range, whole = false): Range {
  if (high - low > Math.abs(high) * 1e-12) {
    return [low, high];
  }
  const air = whole ? 1 : Math.abs(low) * 0.1 || 1;
  return [low - air, high + air];
}

function straight(domain: Range, range: Range): Pick<Scale, "place" | "value"> {
  const rate = (range[1] - range[0]) / (domain[1] - domain[0]);
  return {
    place: (value) => range[0] + (value - domain[0]) * rate,
    value: (place) => domain[0] + (place - range[0]) / rate,
  };
}

function wholeStep(wanted: number): number {
  const step = Math.max(1, roundStep(wanted));
  return step === 2.5 ? 5 : step;
}

function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const part = wanted / power;
  const rounded = [1, 2, 2.5, 5].find((one) => part <= one + 1e-9) ?? 10;
  return rounded * power;
}
