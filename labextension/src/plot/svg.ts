import {
  type Area,
  type Fill,
  FONT,
  type Lettering,
  type Pen,
  type Places,
  type Point,
  type Stroke,
  stretches,
} from "./pen.ts";

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/** A pen that makes elements of an SVG. */
export class SvgPen implements Pen {
  readonly root: SVGElement;
  #into: SVGElement;
  #clips = 0;

  constructor({ width, height }: { width: number; height: number }, font: string, paper: string) {
    this.root = made("svg", { xmlns: SVG_NAMESPACE, width, height, viewBox: `0 0 ${width} ${height}` });
    this.root.setAttribute("font-family", font);
    this.#into = this.root;
    this.rectangle([0, 0, width, height], paper);
  }

  line(xs: Places, ys: Places, { colour, width = 1, alpha = 1, dash = [] }: Stroke): void {
    let path = "";
    for (const [first, after] of stretches(xs, ys)) {
      path += `M${point(xs, ys, first)}`;
      for (let place = first + 1; place < after; place += 1) {
        path += `L${point(xs, ys, place)}`;
      }
      // A line of a single point would not show, so it is a circle.
      path += after - first === 1 ? "m-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0" : "";
    }
    const dashes = dash.length > 0 ? { "stroke-dasharray": dash.join(" ") } : {};
    this.#add("path", {
      d: path,
      fill: "none",
      stroke: colour,
      "stroke-width": width,
      "stroke-opacity": alpha,
      "stroke-linejoin": "round",
      ...dashes,
    });
  }

  band(xs: Places, lows: Places, highs: Places, { colour, alpha }: Fill): void {
    let path = "";
    for (const [first, after] of stretches(xs, lows)) {
      const there = Array.from({ length: after - first }, (_, step) => point(xs, lows, first + step));
      const back = Array.from({ length: after - first }, (_, step) => point(xs, highs, after - 1 - step));
      path += `M${[...there, ...back].join("L")}Z`;
    }
    this.#add("path", { d: path, fill: colour, "fill-opacity": alpha });
  }

  circle(
    [x, y]: Point,
    radius: number,
    fill: string,
    { alpha = 1, edge }: { alpha?: number; edge?: string } = {},
  ): void {
    const rim = edge === undefined ? {} : { stroke: edge, "stroke-width": 1.5 };
    this.#add("circle", { cx: short(x), cy: short(y), r: radius, fill, opacity: alpha, ...rim });
  }

  rectangle([x, y, width, height]: Area, fill: string, alpha = 1): void {
    const size = { width: short(width), height: short(height) };
    this.#add("rect", { x: short(x), y: short(y), ...size, fill, "fill-opacity": alpha });
  }

  text(
    text: string,
    [x, y]: Point,
    { colour, size = FONT, anchor = "start", bold = false, turn = 0 }: Lettering,
  ): void {
    const turned = turn === 0 ? {} : { transform: `rotate(${turn} ${short(x)} ${short(y)})` };
    const element = this.#add("text", {
      x: short(x),
      y: short(y),
      fill: colour,
      "font-size": size,
      "font-weight": bold ? 600 : 400,
      "text-anchor": anchor,
      "dominant-baseline": "central",
      ...turned,
    });
    element.textContent = legal(text);
  }

  within([x, y, width, height]: Area, draw: () => void): void {
    const outer = this.#into;
    this.#clips += 1;
    const id = `clip-${this.#clips}`;
    const clip = this.#add("clipPath", { id });
    clip.append(made("rect", { x, y, width, height }));
    this.#into = this.#add("g", { "clip-path": `url(#${id})` });
    draw();
    this.#into = outer;
  }

  /** Return the text of the SVG file. */
  toString(): string {
    return new XMLSerializer().serializeToString(this.root);
  }

  #add(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
    const element = made(tag, attributes);
    this.#into.append(element);
    return element;
  }
}

function made(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG_NAMESPACE, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  return element;
}

function short(place: number): number {
  return Math.round(place * 100) / 100;
}

function point(xs: Places, ys: Places, place: number): string {
  return `${short(xs[place] ?? 0)} ${short(ys[place] ?? 0)}`;
}

/** Return a text without the characters that XML cannot contain. */
function legal(text: string): string {
  return [...text].filter((one) => one >= " " && one !== "\uFFFE" && one !== "\uFFFF").join("");
}
