/** What charts are drawn with. The same strokes go to the canvas of the page or into an SVG file. */

export interface Stroke {
  colour: string;
  width?: number;
  alpha?: number;
  dash?: readonly number[];
}

export interface Lettering {
  colour: string;
  size?: number;
  anchor?: "start" | "middle" | "end";
  bold?: boolean;
  /** Degrees, clockwise. */
  turn?: number;
}

export interface Fill {
  colour: string;
  alpha: number;
}

export type Places = ArrayLike<number>;
/** From the left, from the top. */
export type Point = readonly [number, number];
/** Left, top, width, height. */
export type Area = readonly [number, number, number, number];

export interface Pen {
  /** A line through the points, with gaps at points that are not numbers. */
  line: (xs: Places, ys: Places, stroke: Stroke) => void;
  /** The area between two lines. */
  band: (xs: Places, lows: Places, highs: Places, fill: Fill) => void;
  circle: (at: Point, radius: number, fill: string, look?: { alpha?: number; edge?: string }) => void;
  rectangle: (area: Area, fill: string, alpha?: number) => void;
  /** A text, whose middle is at the height of `at`. */
  text: (text: string, at: Point, lettering: Lettering) => void;
  /** Draw within a rectangle only. */
  within: (area: Area, draw: () => void) => void;
}

export const FONT = 11;

/** Return the ranges of points without a gap, each as the first index and the index after the last. */
export function* stretches(xs: Places, ys: Places): Generator<[number, number]> {
  let first = -1;
  for (let place = 0; place <= xs.length; place += 1) {
    const there = place < xs.length && Number.isFinite(xs[place]) && Number.isFinite(ys[place]);
    if (there && first < 0) {
      first = place;
    } else if (!there && first >= 0) {
      yield [first, place];
      first = -1;
    }
  }
}
