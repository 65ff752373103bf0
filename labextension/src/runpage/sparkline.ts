import type { Points } from "./messages.ts";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 100;
/** No higher than a line: a row stays as high as it is when its picture comes. */
const HEIGHT = 18;
const MARGIN = 3;

/** A small picture of a metric's history; drawn again, it stays the same element. */
export class Sparkline {
  readonly block: SVGSVGElement;
  readonly #path = svg("path", { fill: "none", "stroke-width": "1.5", "stroke-linejoin": "round" });
  readonly #end = svg("circle", { r: "2" });

  constructor() {
    this.block = svg("svg", {
      class: "nbtrack-run-spark",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: String(WIDTH),
      height: String(HEIGHT),
      role: "img",
    });
    this.block.append(this.#path, this.#end);
  }

  draw(points: Points | null, told: string): void {
    const { path, end } = traced(points);
    this.block.setAttribute("aria-label", told);
    this.block.toggleAttribute("hidden", path === "");
    if (this.#path.getAttribute("d") !== path) {
      this.#path.setAttribute("d", path);
      this.#end.setAttribute("cx", String(end[0]));
      this.#end.setAttribute("cy", String(end[1]));
    }
  }
}

/** Return an SVG path through the points, broken where there is no value, and where it ends. */
export function traced(points: Points | null): { path: string; end: [number, number] } {
  const steps = points?.steps ?? [];
  const values = points?.values ?? [];
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const [first = 0, last = 0] = [steps[0], steps.at(-1)];
  let end: [number, number] = [0, 0];
  let pen = "M";
  const parts: string[] = [];
  for (const [place, value] of values.entries()) {
    if (value !== null) {
      const along =
        last > first ? ((steps[place] ?? first) - first) / (last - first) : place / (values.length - 1 || 1);
      // Halved first: the range of what is very large is larger than any number.
      const up = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
      end = [
        round(MARGIN + along * (WIDTH - 2 * MARGIN)),
        round(HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN)),
      ];
      parts.push(`${pen}${end[0]} ${end[1]}`);
    }
    pen = value === null ? "M" : "L";
  }
  return { path: parts.join(""), end };
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
