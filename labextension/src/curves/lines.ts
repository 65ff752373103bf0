import {
  type CurvesDocument,
  type GroupCurvesDocument,
  type RunHead,
  UNSTARRED,
} from "../kernel/documents.ts";

/** A curve in the form in which it is drawn. */
export interface Line {
  id: string;
  name: string;
  xs: Float64Array;
  means: Float64Array;
  /** Undefined where each bucket has one point. */
  lows: Float64Array | null;
  highs: Float64Array | null;
  last: readonly [number, number | null] | null;
  count: number;
  lost: number;
  /** The number of runs of a mean. */
  runs: number;
  /** Whether it may be marked as the best. */
  starred: boolean;
}

export type CurveData = CurvesDocument | GroupCurvesDocument;

/** Return the curves of a document. */
export function linesOf(data: CurveData): Line[] {
  return "packed" in data ? ofRuns(data) : ofGroups(data);
}

/** Return a curve of its last point alone. */
export function lastOf(line: Line): Line {
  const [x, y] = line.last ?? [0, null];
  const some = line.last !== null;
  const [xs, means] = [some ? [x] : [], some ? [y ?? Number.NaN] : []];
  const one = { xs: Float64Array.from(xs), means: Float64Array.from(means), lows: null, highs: null };
  return { ...line, ...one, count: Math.min(1, line.count) };
}

function ofRuns({ runs, packed, origin }: CurvesDocument): Line[] {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  let place = 0;
  const read = (size: number, shift: number): Float64Array => {
    const column = new Float64Array(size);
    for (let row = 0; row < size; row += 1) {
      column[row] = view.getFloat32(place + row * 4, true) + shift;
    }
    place += size * 4;
    return column;
  };
  return runs.map((run) => {
    const xs = read(run.size, origin);
    const means = read(run.size, 0);
    const lows = run.exact ? null : read(run.size, 0);
    const highs = run.exact ? null : read(run.size, 0);
    const starred = !UNSTARRED.has(run.status);
    return { id: run.id, name: nameOf(run), xs, means, lows, highs, starred, ...kept(run) };
  });
}

function kept(run: { last: Line["last"]; count: number; lost: number }) {
  return { last: run.last, count: run.count, lost: run.lost, runs: 1 };
}

export function nameOf({ id, name }: RunHead): string {
  return name === "" ? id.slice(0, 8) : name;
}

function ofGroups({ groups }: GroupCurvesDocument): Line[] {
  return groups.map((group) => {
    const means = numbers(group.mean);
    const spread = numbers(group.std).map((one) => (Number.isNaN(one) ? 0 : one));
    const lastX = group.x.at(-1);
    return {
      id: `group ${group.label}`,
      name: group.label,
      xs: Float64Array.from(group.x),
      means,
      lows: means.map((mean, place) => mean - (spread[place] ?? 0)),
      highs: means.map((mean, place) => mean + (spread[place] ?? 0)),
      last: lastX === undefined ? null : [lastX, group.mean.at(-1) ?? null],
      count: group.x.length,
      lost: 0,
      runs: group.runs.length,
      starred: true,
    };
  });
}

function numbers(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.NaN);
}

/** Return the index of the x nearest to a value in rising numbers, or -1 where there are none. */
export function nearest(xs: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((xs[middle] ?? 0) < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low > 0 && value - (xs[low - 1] ?? 0) < (xs[low] ?? 0) - value) {
    return low - 1;
  }
  return xs.length === 0 ? -1 : low;
}

const SMOOTHING_SPAN = 200;

/**
 * Return an exponential moving average, corrected for the bias of its start.
 *
 * The average decays along the visible part of the x axis and not along points, so that curves of many and of few
 * points, whole or downsampled, are smoothed alike.
 */
export function smoothed(xs: Float64Array, ys: Float64Array, amount: number, span: number): Float64Array {
  const result = new Float64Array(ys.length);
  const weight = Math.min(Math.max(0, amount), 0.999);
  let sum = 0;
  let whole = 0;
  let before = Number.NaN;
  for (let place = 0; place < ys.length; place += 1) {
    const value = ys[place] ?? Number.NaN;
    const x = xs[place] ?? 0;
    if (Number.isFinite(value)) {
      const steps = Number.isNaN(before) || span <= 0 ? 1 : ((x - before) / span) * SMOOTHING_SPAN;
      const decay = weight ** steps;
      sum = sum * decay + value;
      whole = whole * decay + 1;
      before = x;
      result[place] = sum / whole;
    } else {
      result[place] = Number.NaN;
    }
  }
  return result;
}
