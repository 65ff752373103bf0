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

const MAX_COORDINATE = 1e5;
/** The radius of a single point. */
const POINT_RADIUS = 1;

/** A pen that draws on a canvas. */
export class CanvasPen implements Pen {
  readonly #to: CanvasRenderingContext2D;
  readonly #font: string;

  constructor(context: CanvasRenderingContext2D, font: string) {
    this.#to = context;
    this.#font = font;
    context.lineJoin = "round";
    context.lineCap = "butt";
  }

  line(xs: Places, ys: Places, { colour, width = 1, alpha = 1, dash = [] }: Stroke): void {
    const to = this.#to;
    to.strokeStyle = colour;
    to.globalAlpha = alpha;
    to.lineWidth = width;
    to.setLineDash([...dash]);
    to.beginPath();
    for (const [first, after] of stretches(xs, ys)) {
      to.moveTo(near(xs[first]), near(ys[first]));
      if (after - first === 1) {
        // A line of a single point would not show.
        to.arc(near(xs[first]), near(ys[first]), POINT_RADIUS, 0, 2 * Math.PI);
      }
      for (let place = first + 1; place < after; place += 1) {
        to.lineTo(near(xs[place]), near(ys[place]));
      }
    }
    to.stroke();
    to.globalAlpha = 1;
  }

  band(xs: Places, lows: Places, highs: Places, { colour, alpha }: Fill): void {
    const to = this.#to;
    to.fillStyle = colour;
    to.globalAlpha = alpha;
    to.beginPath();
    for (const [first, after] of stretches(xs, lows)) {
      to.moveTo(near(xs[first]), near(lows[first]));
      for (let place = first + 1; place < after; place += 1) {
        to.lineTo(near(xs[place]), near(lows[place]));
      }
      for (let place = after - 1; place >= first; place -= 1) {
        to.lineTo(near(xs[place]), near(highs[place]));
      }
      to.closePath();
    }
    to.fill();
    to.globalAlpha = 1;
  }

  circle(
    [x, y]: Point,
    radius: number,
    fill: string,
    { alpha = 1, edge }: { alpha?: number; edge?: string } = {},
  ): void {
    const to = this.#to;
    to.globalAlpha = alpha;
    to.fillStyle = fill;
    to.beginPath();
    to.arc(x, y, radius, 0, Math.PI * 2);
    to.fill();
    if (edge !== undefined) {
      to.setLineDash([]);
      to.lineWidth = 1.5;
      to.strokeStyle = edge;
      to.stroke();
    }
    to.globalAlpha = 1;
  }

  rectangle([x, y, width, height]: Area, fill: string, alpha = 1): void {
    this.#to.globalAlpha = alpha;
    this.#to.fillStyle = fill;
    this.#to.fillRect(x, y, width, height);
    this.#to.globalAlpha = 1;
  }

  text(
    text: string,
    [x, y]: Point,
    { colour, size = FONT, anchor = "start", bold = false, turn = 0 }: Lettering,
  ): void {
    const to = this.#to;
    to.font = `${bold ? "600 " : ""}${size}px ${this.#font}`;
    to.fillStyle = colour;
    to.textBaseline = "middle";
    to.textAlign = anchor === "middle" ? "center" : anchor;
    to.save();
    to.translate(x, y);
    to.rotate((turn * Math.PI) / 180);
    to.fillText(text, 0, 0);
    to.restore();
  }

  within([x, y, width, height]: Area, draw: () => void): void {
    this.#to.save();
    this.#to.beginPath();
    this.#to.rect(x, y, width, height);
    this.#to.clip();
    draw();
    this.#to.restore();
  }
}

/** Bound a coordinate: a canvas draws no line that ends too far away. */
function near(place: number | undefined): number {
  return Math.max(-MAX_COORDINATE, Math.min(MAX_COORDINATE, place ?? 0));
}
