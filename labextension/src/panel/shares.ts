import type { Cell, Head, Scale } from "./messages.ts";

/** From so many times as much on, a column is shaded by powers of ten. */
const WIDE = 100;

/** Return how long a number's bar is, as a part of its column's longest. */
export function shareOf(value: Cell | undefined, scale: Scale | undefined): number | null {
  const ends = endsOf(value, scale);
  if (ends === null) {
    return null;
  }
  const [number, low, high] = ends;
  // Bars from zero say more, where zero is near.
  const from = low > 0 && low < high / 2 ? 0 : low;
  return part(number, from, high);
}

/** Return how strongly a number is shaded, from 0 to 1: the better the stronger, or else the greater. */
export function strengthOf(
  value: Cell | undefined,
  scale: Scale | undefined,
  better: Head["better"],
): number | null {
  const ends = endsOf(value, scale);
  if (ends === null) {
    return null;
  }
  const [number, low, high] = ends;
  const wide = low > 0 && high / low > WIDE;
  const way = wide ? part(Math.log(number), Math.log(low), Math.log(high)) : part(number, low, high);
  return better === "down" ? part(1 - way, 0, 1) : way;
}

function endsOf(value: Cell | undefined, scale: Scale | undefined): [number, number, number] | null {
  const low = scale?.low;
  const high = scale?.high;
  if (typeof value !== "number" || typeof low !== "number" || typeof high !== "number" || high <= low) {
    return null;
  }
  // A run may have gone beyond since the ends were asked for.
  return [Math.max(low, Math.min(high, value)), low, high];
}

/** Return how far a number is on the way between two others, as a part of 1. */
function part(value: number, from: number, to: number): number {
  return Math.round(Math.max(0, Math.min(1, (value - from) / (to - from))) * 1000) / 1000;
}
