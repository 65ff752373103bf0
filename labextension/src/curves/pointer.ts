import type { CurveX, Range } from "../kernel/documents.ts";
import type { Sheet, Stage } from "../plot/stage.ts";
import { Tooltip, type TooltipLine } from "../plot/view.ts";
import { lengthText, momentText, numberText } from "../ui/text.ts";
import { drawLine, type Layout, smooth } from "./figure.ts";
import { type Line, nearest } from "./lines.ts";
import { alongMetric, type CurvesState, type Zoom } from "./state.ts";

const MAX_VALUES = 8;
const MIN_DRAG = 8;
const KEY_STEPS = 100;
const MAX_DISTANCE = 24;
/** A pointer that is as near to a curve asks about that curve, any other about the best. */
const MAX_NEAR = 48;

interface Spot {
  x: number;
  y: number;
}

interface PointValue {
  line: Line;
  place: number;
  value: number;
  at: Spot;
}

/** The pointer and the keyboard in the chart: crosshair, values, zoom. */
export class Pointer {
  readonly tip = new Tooltip();
  readonly #stated: () => CurvesState;
  readonly #layout: () => Layout;
  readonly #zoomed: (zoom: Zoom) => void;
  #stage: Stage | undefined;
  #spot: Spot | null = null;
  #from: Spot | null = null;

  constructor(state: () => CurvesState, layout: () => Layout, zoomed: (zoom: Zoom) => void) {
    this.#stated = state;
    this.#layout = layout;
    this.#zoomed = zoomed;
  }

  get #state(): CurvesState {
    return this.#stated();
  }

  /** Remove the crosshair, as other curves are shown. */
  clear(): void {
    this.#spot = null;
    this.#from = null;
    this.tip.hide();
  }

  /** Listen to the events of a stage. */
  attach(stage: Stage): void {
    this.#stage = stage;
    const { surface } = stage;
    surface.addEventListener("pointermove", (event) => this.#move(spotOf(event)));
    surface.addEventListener("pointerleave", () => this.#leave());
    surface.addEventListener("pointerdown", (event) => {
      if (event.button === 0) {
        this.#from = spotOf(event);
        surface.setPointerCapture(event.pointerId);
      }
    });
    surface.addEventListener("pointerup", (event) => this.#release(spotOf(event)));
    surface.addEventListener("pointercancel", () => {
      this.#from = null;
      this.#leave();
    });
    surface.addEventListener("dblclick", () => this.#zoomed({ x: null, y: null }));
    surface.addEventListener("keydown", (event) => {
      if (this.#key(event.key)) {
        event.preventDefault();
      }
    });
    surface.addEventListener("blur", () => this.#leave());
  }

  /** Draw the crosshair, the dots, the highlighted run, or the part that is being selected. */
  draw(sheet: Sheet): void {
    const layout = this.#layout();
    const { plot } = layout;
    const marked = this.#state.shown.find(({ id }) => id === this.#state.marked.id);
    if (marked !== undefined) {
      sheet.pen.within([plot.left, plot.top, plot.width, plot.height], () => {
        drawLine(sheet, this.#state, marked, { ...layout, width: 3 });
      });
    }
    if (this.#spot !== null && this.#from !== null) {
      drawPart(sheet, layout, zoomBetween(this.#from, this.#spot, layout));
    } else if (this.#spot !== null) {
      this.#drawCross(sheet, this.#spot);
    }
  }

  #drawCross({ pen, theme }: Sheet, spot: Spot): void {
    const { plot } = this.#layout();
    const values = this.#values(spot);
    const x = values.at(0)?.at.x ?? spot.x;
    pen.line([x, x], [plot.top, plot.top + plot.height], { colour: theme.quiet, dash: [3, 3] });
    for (const { line, at } of values) {
      pen.circle([at.x, at.y], 4, this.#state.colours.of(line.id, theme.dark), { edge: theme.paper });
    }
  }

  #move(spot: Spot): void {
    this.#spot = inside(spot, this.#layout()) || this.#from !== null ? spot : null;
    this.#tell();
  }

  #leave(): void {
    if (this.#from === null) {
      this.#spot = null;
      this.#tell();
    }
  }

  #release(spot: Spot): void {
    const from = this.#from;
    this.#from = null;
    if (from === null) {
      return;
    }
    const zoom = zoomBetween(from, spot, this.#layout());
    if (zoom.x !== null || zoom.y !== null) {
      const before = this.#state.chosen.zoom;
      this.#zoomed({ x: zoom.x ?? before.x, y: zoom.y ?? before.y });
    }
    this.#move(spot);
  }

  #key(key: string): boolean {
    const { plot, x } = this.#layout();
    const spot = this.#spot ?? { x: plot.left + plot.width / 2, y: plot.top + plot.height / 2 };
    const step = plot.width / KEY_STEPS;
    const moves: Record<string, Spot> = {
      ArrowLeft: { ...spot, x: Math.max(plot.left, spot.x - step) },
      ArrowRight: { ...spot, x: Math.min(plot.left + plot.width, spot.x + step) },
      ArrowUp: { ...spot, y: Math.max(plot.top, spot.y - step * 2) },
      ArrowDown: { ...spot, y: Math.min(plot.top + plot.height, spot.y + step * 2) },
    };
    const moved = moves[key];
    if (moved !== undefined) {
      this.#move(moved);
      this.#say();
      return true;
    }
    if (key === "+" || key === "-") {
      const room = plot.width * (key === "+" ? 0.25 : 1);
      this.#zoomed({ x: [x.value(spot.x - room), x.value(spot.x + room)], y: null });
      return true;
    }
    if (key === "0" || key === "Escape") {
      this.#zoomed({ x: null, y: null });
      return true;
    }
    return false;
  }

  /** Return the values at an x: those of the nearest curves first, or where none is near those that are best. */
  #values(spot: Spot): PointValue[] {
    const { x, y } = this.#layout();
    const wanted = x.value(spot.x);
    const isTurning = alongMetric(this.#state.chosen.x) !== undefined;
    const found: PointValue[] = [];
    for (const line of this.#state.shown) {
      const values = smooth(this.#state, line.xs, line.means, x);
      const place = isTurning
        ? closest(line.xs.map(x.place), values.map(y.place), spot)
        : nearest(line.xs, wanted);
      const value = values[place] ?? Number.NaN;
      const at = { x: x.place(line.xs[place] ?? 0), y: y.place(value) };
      // Beyond its end a curve has no value.
      if (Number.isFinite(at.y) && Math.abs(at.x - spot.x) < MAX_DISTANCE) {
        found.push({ line, place, value, at });
      }
    }
    const far = ({ at }: PointValue) => Math.abs(at.y - spot.y);
    const sign = this.#state.data.direction === "down" ? 1 : -1;
    const best = (one: PointValue, other: PointValue) => sign * (one.value - other.value);
    const isNear = found.some((one) => far(one) <= MAX_NEAR);
    found.sort(isNear ? (one, other) => far(one) - far(other) : best);
    return found.slice(0, MAX_VALUES);
  }

  #tell(): void {
    const stage = this.#stage;
    if (stage === undefined) {
      return;
    }
    const values = this.#spot === null || this.#from !== null ? [] : this.#values(this.#spot);
    const [first] = values;
    if (this.#spot === null || first === undefined) {
      this.#state.marked.mark(null);
      this.tip.hide();
    } else {
      this.#state.marked.mark(Math.abs(first.at.y - this.#spot.y) <= MAX_NEAR ? first.line.id : null);
      this.tip.show(this.#title(first), this.#lines(values, stage.theme.dark), {
        ...this.#spot,
        width: stage.size.width,
      });
    }
    stage.redrawOver();
  }

  #title({ line, place }: PointValue): string {
    return placeText(line.xs[place] ?? 0, this.#state.chosen.x);
  }

  #lines(values: readonly PointValue[], dark: boolean): TooltipLine[] {
    const lines: TooltipLine[] = values.map(({ line, place, value }) => {
      const low = line.lows?.[place];
      const high = line.highs?.[place];
      const band =
        low === undefined || high === undefined || low === high
          ? ""
          : ` (${numberText(low, 4)} – ${numberText(high, 4)})`;
      return {
        colour: this.#state.colours.of(line.id, dark),
        style: this.#state.colours.style(line.id),
        name: line.name,
        value: `${numberText(value)}${band}`,
      };
    });
    const more = this.#state.shown.length - values.length;
    return more > 0 && values.length === MAX_VALUES
      ? [...lines, { name: `and ${more.toLocaleString("en")} more`, value: "" }]
      : lines;
  }

  #say(): void {
    const values = this.#spot === null ? [] : this.#values(this.#spot);
    const [first] = values;
    const texts = values.map(({ line, value }) => `${line.name} ${numberText(value)}`);
    this.tip.say(first === undefined ? "nothing here" : `${this.#title(first)}: ${texts.join(", ")}`);
  }
}

/** Return a value of the x axis as text. */
export function placeText(value: number, x: CurveX): string {
  if (x === "time") {
    return momentText(value);
  }
  const other = alongMetric(x);
  if (other !== undefined) {
    return `${other} ${numberText(value)}`;
  }
  return x === "relative" ? lengthText(value) : `step ${numberText(value, 9)}`;
}

function drawPart({ pen, theme }: Sheet, { plot, x, y }: Layout, zoom: Zoom): void {
  const [left = 0, right = 0] = zoom.x === null ? [plot.left, plot.left + plot.width] : zoom.x.map(x.place);
  const [bottom = 0, top = 0] = zoom.y === null ? [plot.top + plot.height, plot.top] : zoom.y.map(y.place);
  pen.rectangle([left, top, right - left, bottom - top], theme.brand, 0.18);
}

/** Return the index of the point closest to a position, or -1 where none is near. */
function closest(xs: Float64Array, ys: Float64Array, { x, y }: Spot): number {
  let found = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [place, one] of xs.entries()) {
    const far = Math.hypot(one - x, (ys[place] ?? Number.NaN) - y);
    if (far < least && Math.abs(one - x) < MAX_DISTANCE) {
      found = place;
      least = far;
    }
  }
  return found;
}

function spotOf(event: MouseEvent): Spot {
  return { x: event.offsetX, y: event.offsetY };
}

function inside({ x, y }: Spot, { plot }: Layout): boolean {
  return (
    x >= plot.left - 4 && x <= plot.left + plot.width + 4 && y >= plot.top && y <= plot.top + plot.height
  );
}

/** Return the area between two corners. A flat drag selects along one axis only. */
function zoomBetween(from: Spot, to: Spot, { plot, x, y }: Layout): Zoom {
  const across = Math.abs(from.x - to.x) >= MIN_DRAG;
  const up = Math.abs(from.y - to.y) >= MIN_DRAG * 3 || (!across && Math.abs(from.y - to.y) >= MIN_DRAG);
  const clamp = (place: number, start: number, length: number) =>
    Math.min(start + length, Math.max(start, place));
  const xs = [from.x, to.x].map((place) => x.value(clamp(place, plot.left, plot.width)));
  const ys = [from.y, to.y].map((place) => y.value(clamp(place, plot.top, plot.height)));
  return { x: across ? ordered(xs) : null, y: up ? ordered(ys) : null };
}

function ordered(ends: readonly number[]): Range {
  return [Math.min(...ends), Math.max(...ends)];
}
