import type { Points } from "./messages.ts";

const SVG = "http://www.w3.org/2000/svg";
/** No higher than a line of text, so that a sparkline does not change the height of its row. */
const LINE: Size = { width: 100, height: 18 };
const MARGIN = 3;

/** How large a picture is, in pixels. */
interface Size {
  width: number;
  height: number;
}

/** A small picture of a metric's history. */
export class Sparkline {
  readonly block: SVGSVGElement;
  readonly #size: Size;
  readonly #path = svg("path", { fill: "none", "stroke-width": "1.5", "stroke-linejoin": "round" });
  readonly #end = svg("circle", { r: "2" });

  constructor(size: Size = LINE) {
    this.#size = size;
    this.block = svg("svg", {
      class: "nbtrack-run-spark",
      viewBox: `0 0 ${size.width} ${size.height}`,
      width: String(size.width),
      height: String(size.height),
      role: "img",
    });
    this.block.append(this.#path, this.#end);
  }

  /** `within` is the range of values that the whole height stands for; without it their own. */
  draw(points: Points | null, label: string, within?: readonly [number, number]): void {
    const { path, end } = traced(points, this.#size, within);
    this.block.setAttribute("aria-label", label);
    this.block.toggleAttribute("hidden", path === "");
    if (this.#path.getAttribute("d") !== path) {
      this.#path.setAttribute("d", path);
      this.#end.setAttribute("cx", String(end[0]));
      this.#end.setAttribute("cy", String(end[1]));
    }
  }
}

/** Return an SVG path through the points, broken where there is no value, and where it ends. */
export function traced(
  points: Points | null,
  { width, height }: Size = LINE,
  within?: readonly [number, number],
): { path: string; end: [number, number] } {
  const steps = points?.steps ?? [];
  const values = points?.values ?? [];
  const [low, high] = within ?? rangeOf(values);
  const along = alongOf(steps, values.length);
  let end: [number, number] = [0, 0];
  let pen = "M";
  const parts: string[] = [];
  for (const [place, value] of values.entries()) {
    if (value !== null) {
      // Halved first: the range of what is very large is larger than any number.
      const up = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
      end = [
        round(MARGIN + along(place) * (width - 2 * MARGIN)),
        round(height - MARGIN - up * (height - 2 * MARGIN)),
      ];
      parts.push(`${pen}${end[0]} ${end[1]}`);
    }
    pen = value === null ? "M" : "L";
  }
  return { path: parts.join(""), end };
}

/** Return how far along the picture each place is: by its step, or by its number where all have one step. */
function alongOf(steps: Points["steps"], count: number): (place: number) => number {
  const [first = 0, last = 0] = [steps[0], steps.at(-1)];
  return (place) =>
    last > first ? ((steps[place] ?? first) - first) / (last - first) : place / (count - 1 || 1);
}

function rangeOf(values: Points["values"]): [number, number] {
  const known = values.filter((value) => value !== null);
  return [Math.min(...known), Math.max(...known)];
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string>,
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  return made;
}
