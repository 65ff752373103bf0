import { labelFont } from "./colours.ts";
import { FONT } from "./pen.ts";
import type { Scale } from "./scales.ts";
import type { Sheet } from "./stage.ts";

/** The rectangle that data is drawn in. */
export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
}

const LETTER_WIDTH = 6.1;
const PADDING = 8;
const LABEL_HEIGHT = 12;

let measuring: CanvasRenderingContext2D | null | undefined;

/** Return how wide a text is in the font of the page; about how wide where there is no canvas. */
export function textWidth(text: string, size = FONT): number {
  measuring ??= document.createElement("canvas").getContext("2d") ?? null;
  if (measuring === null) {
    return [...text].length * LETTER_WIDTH * (size / FONT);
  }
  measuring.font = `${size}px ${labelFont()}`;
  return measuring.measureText(text).width;
}

/** Return a text cut to a width. */
export function cut(text: string, width: number, size = FONT): string {
  const letters = [...text.replaceAll(/\s+/gu, " ")];
  if (textWidth(letters.join(""), size) <= width) {
    return letters.join("");
  }
  let [fits, tooLong] = [1, letters.length];
  while (fits + 1 < tooLong) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (textWidth(`${letters.slice(0, middle).join("")}…`, size) <= width) {
      fits = middle;
    } else {
      tooLong = middle;
    }
  }
  return `${letters.slice(0, fits).join("")}…`;
}

/** Return how much room the labels of a vertical scale need. */
export function labelRoom(scale: Scale, most = 150): number {
  return Math.min(most, Math.max(16, ...scale.ticks.map(({ text }) => textWidth(text)))) + PADDING;
}

/** Draw both axes with their grid and titles. */
export function drawAxes(
  { pen, theme }: Sheet,
  plot: Plot,
  { x, y }: { x: Scale; y: Scale },
  titles: { x: string; y: string },
): void {
  const { left, top, width, height } = plot;
  const bottom = top + height;
  let above = Number.POSITIVE_INFINITY;
  for (const { value, text } of y.ticks) {
    const place = y.place(value);
    if (y.kind !== "category") {
      pen.line([left, left + width], [place, place], { colour: theme.line });
    }
    // Labels that would touch the one before are left out.
    if (y.kind === "category" || above - place >= LABEL_HEIGHT) {
      pen.text(cut(text, 150), [left - PADDING, place], { colour: theme.quiet, anchor: "end" });
      above = place;
    }
  }
  drawBottom({ pen, theme }, plot, x);
  pen.line([left, left + width], [bottom, bottom], { colour: theme.quiet });
  pen.text(cut(titles.x, width), [left + width / 2, bottom + 36], {
    colour: theme.ink,
    anchor: "middle",
    size: 12,
  });
  pen.text(cut(titles.y, left + width), [2, 9], { colour: theme.ink, size: 12, bold: true });
}

function drawBottom(
  { pen, theme }: Pick<Sheet, "pen" | "theme">,
  { left, top, width, height }: Plot,
  x: Scale,
): void {
  const bottom = top + height;
  const band = width / Math.max(1, x.ticks.length);
  let free = Number.NEGATIVE_INFINITY;
  for (const { value, text } of x.ticks) {
    const place = x.place(value);
    const label = x.kind === "category" ? cut(text, Math.max(band - 6, 24)) : text;
    const half = textWidth(label) / 2;
    if (x.kind !== "category") {
      pen.line([place, place], [top, bottom], { colour: theme.line, alpha: 0.6 });
    }
    pen.line([place, place], [bottom, bottom + 4], { colour: theme.quiet });
    // Labels that would touch the one before are left out.
    if (place - half >= free) {
      const shownAt = Math.min(left + width + 12 - half, place);
      pen.text(label, [shownAt, bottom + 15], { colour: theme.quiet, anchor: "middle" });
      free = place + half + 6;
    }
  }
}
