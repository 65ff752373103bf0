const SPAN = 200;

/**
 * Return an exponential moving average, without the pull of its start towards zero.
 *
 * Its memory is a part of what is in view and not a number of points: curves of many and of few points, whole or
 * downsampled, are smoothed alike.
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
      const steps = Number.isNaN(before) || span <= 0 ? 1 : ((x - before) / span) * SPAN;
      const kept = weight ** steps;
      sum = sum * kept + value;
      whole = whole * kept + 1;
      before = x;
      result[place] = sum / whole;
    } else {
      result[place] = Number.NaN;
    }
  }
  return result;
}
