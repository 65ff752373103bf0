/** A surface between scattered points, by inverse distance weighting. */

import type { Plot } from "../plot/axes.ts";

export interface Spot {
  x: number;
  y: number;
  /** From 0 (the least) to 1. */
  height: number;
}

interface Surface {
  /** Pixels between two nodes. */
  step: number;
  across: number;
  down: number;
  /** Row by row, from the top left. */
  heights: Float64Array;
}

/** How many nodes times points are quick enough to compute. */
const MAX_WORK = 12_000_000;
const MIN_STEP = 4;
/** Keeps the weight of a near point finite, as several runs may lie at one point. */
const SOFTENING = 1e-4;

/** Return a surface over the plot: heights weighted by the inverse square of the distance. */
export function surfaceOf(spots: readonly Spot[], { left, top, width, height }: Plot): Surface {
  const nodes = Math.max(400, MAX_WORK / Math.max(1, spots.length));
  const step = Math.max(MIN_STEP, Math.sqrt((width * height) / nodes));
  const across = Math.max(2, Math.floor(width / step) + 1);
  const down = Math.max(2, Math.floor(height / step) + 1);
  const heights = new Float64Array(across * down);
  for (let row = 0; row < down; row += 1) {
    for (let column = 0; column < across; column += 1) {
      heights[row * across + column] = heightAt(spots, left + column * step, top + row * step, {
        width,
        height,
      });
    }
  }
  return { step, across, down, heights };
}

function heightAt(
  spots: readonly Spot[],
  x: number,
  y: number,
  { width, height }: { width: number; height: number },
): number {
  let sum = 0;
  let weights = 0;
  for (const spot of spots) {
    const weight = 1 / (((spot.x - x) / width) ** 2 + ((spot.y - y) / height) ** 2 + SOFTENING);
    sum += weight * spot.height;
    weights += weight;
  }
  return sum / weights;
}

/** Return a contour line by marching squares: points with gaps, in pixels from the corner of the surface. */
export function levelLine(surface: Surface, level: number): { xs: number[]; ys: number[] } {
  const { step, across, down, heights } = surface;
  const xs: number[] = [];
  const ys: number[] = [];
  const at = (column: number, row: number) => heights[row * across + column] ?? 0;
  for (let row = 0; row + 1 < down; row += 1) {
    for (let column = 0; column + 1 < across; column += 1) {
      const corners = [
        at(column, row),
        at(column + 1, row),
        at(column + 1, row + 1),
        at(column, row + 1),
      ] as const;
      const crossed = crossings(corners, level);
      for (let place = 0; place + 1 < crossed.length; place += 2) {
        for (const [x, y] of crossed.slice(place, place + 2)) {
          xs.push((column + x) * step);
          ys.push((row + y) * step);
        }
        xs.push(Number.NaN);
        ys.push(Number.NaN);
      }
    }
  }
  return { xs, ys };
}

const CORNERS = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
] as const;

/** Return where a level crosses the sides of a cell, from 0 to 1. Two crossings make a line. */
function crossings(corners: readonly number[], level: number): [number, number][] {
  const found: [number, number][] = [];
  for (const [side, [x, y]] of CORNERS.entries()) {
    const next = (side + 1) % 4;
    const [from = 0, to = 0] = [corners[side], corners[next]];
    if (from > level !== to > level) {
      const part = (level - from) / (to - from);
      const [endX, endY] = CORNERS[next] ?? [0, 0];
      found.push([x + (endX - x) * part, y + (endY - y) * part]);
    }
  }
  return found;
}
