import type { Ask, Column, FieldsDocument, Range } from "../kernel/documents.ts";
import { drawAxes, labelRoom, type Plot } from "../plot/axes.ts";
import { type Colours, paled, ramp } from "../plot/colours.ts";
import { ColourScale } from "../plot/colourscale.ts";
import { cautions, check, choice, dataTable, type FieldNote, fieldChoices } from "../plot/controls.ts";
import { columnText, fieldFigures } from "../plot/fields.ts";
import { Marked } from "../plot/marked.ts";
import { type Scale, scaleOf } from "../plot/scales.ts";
import { type Sheet, Stage } from "../plot/stage.ts";
import { type Chart, ChartView, Tooltip } from "../plot/view.ts";
import { levelLine, type Spot, surfaceOf } from "./surface.ts";

interface ScatterOptions {
  colours: Colours;
  ask?: Ask;
  /** The fields to choose from, as columns of the table. */
  fields?: readonly string[];
  /** Returns the note on a field. */
  noteOf?: (name: string) => FieldNote;
  /** Called with the choice of the user. */
  onChoose?: (chosen: { x: string; y: string; colour: string | null }) => void;
  /** The run under the pointer, shared with other charts. */
  marked?: Marked;
  /** Called with the id of a run when its dot is clicked, or chosen with Enter. */
  onPick?: (id: string) => void;
}

interface Dot {
  run: number;
  x: number;
  y: number;
}

const NO_COLOUR = { value: "", text: "each run its own" };
const TOP = 30;
const BOTTOM = 44;
const RIGHT = 16;
const MAX_DISTANCE = 14;
const INSET = 8;

/** Show a scatter plot in an element until the signal is aborted: x, y, and maybe a colour. */
export function showScatter(
  place: HTMLElement,
  document: FieldsDocument,
  options: ScatterOptions,
  signal: AbortSignal,
): void {
  const { ask, fields = [], noteOf } = options;
  let contour = false;
  const chartView = new ChartView(
    (next: FieldsDocument, inner) => scatterOf(next, options, contour, inner),
    signal,
  );
  const chosen = document.columns.map(({ field }) => field);
  const choices = fieldChoices(fields, noteOf);
  const again = () => {
    const [x = "", y = "", colour = ""] = chosen;
    const payload = { x, y, colour: colour === "" ? null : colour };
    options.onChoose?.(payload);
    if (ask !== undefined) {
      void chartView.wait(ask("scatter", payload));
    }
  };
  const choose = (label: string, axis: number) =>
    choice(label, axis === 2 ? [NO_COLOUR, ...choices] : choices, chosen[axis] ?? "", (field) => {
      chosen[axis] = field;
      again();
    });
  const chooses = ["x", "y", "Colour"].map(choose);
  const fill = check("Contour", contour, (on) => {
    contour = on;
    const [x, y, colour = ""] = chosen;
    if (on && colour === "") {
      // A surface needs a colour. The user mostly looks for that of a metric.
      const left = fields.filter((field) => field !== x && field !== y);
      chosen[2] = left.find((field) => field.startsWith("metrics.")) ?? left[0] ?? "";
      const select = chooses[2]?.querySelector("select");
      if (select) {
        select.value = chosen[2];
      }
    }
    again();
  });
  fill.title = "Shade what lies between the runs by the field that colours them";
  const controls = ask === undefined || fields.length === 0 ? [] : [...chooses, fill];
  place.replaceChildren(chartView.view("scatter", "Scatter plot", controls));
  chartView.take(document);
}

function scatterOf(
  document: FieldsDocument,
  options: ScatterOptions,
  contour: boolean,
  signal: AbortSignal,
): Chart {
  const { columns, runs } = document;
  const filled = contour && hasHeights(document);
  const drawn = onlyDrawn(document, filled ? 3 : 2);
  const { stage } = new Scatter(drawn, options, filled, signal);
  const lacking = (run: number) => (drawn.columns[0]?.values[run] ?? null) === null;
  const missing = runs.filter((_, run) => lacking(run)).length;
  const [some, all] = [missing, runs.length].map((count) => count.toLocaleString("en"));
  const lack = runs.length === 1 ? "run lacks" : "runs lack";
  const notes =
    missing > 0
      ? [`${some} of ${all} ${lack} a finite value and ${missing === 1 ? "is" : "are"} not drawn`]
      : [];
  if (document.left_out > 0) {
    notes.push(`${document.left_out.toLocaleString("en-GB")} more runs are too many to draw`);
  }
  if (contour && hasHeights(document)) {
    notes.push("Between the runs the colours are a guess: the nearer a run, the more it counts");
  } else if (contour) {
    notes.push("A contour needs a number as colour, and four or more runs that have it");
  }
  const rows = () => runs.map(({ name }, run) => [name, ...columns.map((column) => columnText(column, run))]);
  const table = dataTable(["Run", ...columns.map(({ label }) => label)], rows);
  return {
    stage,
    name: columns.map(({ label }) => label).join("-"),
    shown: [cautions(notes), stage.root, table],
    figures: () => fieldFigures(document),
  };
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

class Scatter {
  readonly stage: Stage;
  readonly #document: FieldsDocument;
  readonly #options: ScatterOptions;
  readonly #shading: ColourScale;
  readonly #tip = new Tooltip();
  readonly #marked: Marked;
  #dots: Dot[] = [];
  /** The dot under the pointer or the keyboard. */
  #at: Dot | null = null;

  constructor(document: FieldsDocument, options: ScatterOptions, contour: boolean, signal: AbortSignal) {
    const [x, y, colour] = document.columns;
    this.#document = document;
    this.#options = options;
    this.#marked = options.marked ?? new Marked();
    this.#marked.onChanged(() => this.stage.redrawOver(), signal);
    this.#shading = new ColourScale(document, colour, options.colours);
    this.stage = new Stage(
      {
        height: (width) => Math.round(Math.min(440, Math.max(260, width * 0.55))),
        draw: (sheet) => {
          this.#dots = drawScatter(sheet, document, this.#shading, contour);
        },
        over: (sheet) => this.#drawOver(sheet),
      },
      `${y?.label} over ${x?.label}: arrow keys go from run to run`,
      signal,
    );
    this.stage.root.append(this.#tip.root, this.#tip.spoken);
    this.stage.redraw();
    this.#listen();
  }

  #listen(): void {
    const { surface } = this.stage;
    surface.addEventListener("pointermove", ({ offsetX, offsetY }) =>
      this.#go(dotAt(this.#dots, offsetX, offsetY)),
    );
    surface.addEventListener("pointerleave", () => this.#go(null));
    surface.addEventListener("click", () => this.#pick());
    surface.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (step !== undefined) {
        event.preventDefault();
        this.#step(step);
      } else if (event.key === "Enter") {
        this.#pick();
      } else if (event.key === "Escape") {
        this.#go(null);
      }
    });
  }

  #drawOver({ pen, theme }: Sheet): void {
    const { runs } = this.#document;
    const at = this.#at ?? this.#dots.find(({ run }) => runs[run]?.id === this.#marked.id);
    if (at !== undefined) {
      const { x, y, run } = at;
      pen.circle([x, y], 7, this.#shading.of(run, theme), { edge: theme.ink });
    }
  }

  #step(step: number): void {
    const count = this.#dots.length;
    const before = this.#dots.findIndex(({ run }) => run === this.#at?.run);
    const next = before < 0 && step < 0 ? count - 1 : (before + step + count) % Math.max(1, count);
    const lines = this.#go(this.#dots[next] ?? null);
    this.#tip.say(lines.join(", "));
  }

  /** Mark a dot. Return its text. */
  #go(dot: Dot | null): string[] {
    this.#at = dot;
    this.#marked.mark(dot === null ? null : (this.#document.runs[dot.run]?.id ?? null));
    this.stage.redrawOver();
    if (dot === null) {
      this.#tip.hide();
      return [];
    }
    const { columns, runs } = this.#document;
    const name = runs[dot.run]?.name ?? "";
    const lines = columns.map((column) => ({ name: column.label, value: columnText(column, dot.run) }));
    this.#tip.show(name, lines, { x: dot.x, y: dot.y, width: this.stage.size.width });
    return [name, ...lines.map((line) => `${line.name} ${line.value}`)];
  }

  #pick(): void {
    const id = this.#at === null ? undefined : this.#document.runs[this.#at.run]?.id;
    if (id !== undefined) {
      this.#options.onPick?.(id);
    }
  }
}

/** Remove the values of runs without an x or a y, so that runs that are not drawn do not stretch the axes. */
function onlyDrawn(document: FieldsDocument, needed: number): FieldsDocument {
  const first = document.columns.slice(0, needed);
  const kept = document.runs.map((_, run) => first.every(({ values }) => isKnown(values[run])));
  const columns = document.columns.map((column) => ({
    ...column,
    values: column.values.map((value, run) => (kept[run] === true ? value : null)),
  }));
  return { ...document, columns };
}

/** A surface needs at least this many runs. */
const MIN_RUNS = 4;

function hasHeights({ columns }: FieldsDocument): boolean {
  const [x, y, z] = columns;
  const known = z?.values.filter((value, run) => [value, x?.values[run], y?.values[run]].every(isKnown));
  return z?.kind === "number" && known !== undefined && known.length >= MIN_RUNS;
}

function isKnown(value: number | null | undefined): boolean {
  return value !== null && value !== undefined;
}

function drawScatter(
  sheet: Sheet,
  { columns, runs }: FieldsDocument,
  shading: ColourScale,
  contour: boolean,
): Dot[] {
  const { pen, theme } = sheet;
  const { width, height } = sheet.size;
  const [x, y] = columns as [Column, Column];
  const up: Range = [height - BOTTOM - INSET, TOP + INSET];
  const yScale = scaleOf(y, up, 6);
  const left = labelRoom(yScale) + 4;
  const plot: Plot = {
    left,
    top: TOP,
    width: Math.max(60, width - left - RIGHT),
    height: height - TOP - BOTTOM,
  };
  const xScale = scaleOf(
    x,
    [left + INSET, left + plot.width - INSET],
    Math.max(2, Math.round(plot.width / 95)),
  );
  const dots = dotsOf([x, y], [xScale, yScale], runs.length);
  if (contour) {
    drawContour(sheet, plot, dots, shading);
  }
  drawAxes(sheet, plot, { x: xScale, y: yScale }, { x: x.label, y: y.label });
  const alpha = Math.max(0.45, Math.min(0.9, 200 / Math.max(1, dots.length)));
  for (const dot of dots) {
    const look = contour ? { edge: theme.paper } : { alpha };
    pen.circle([dot.x, dot.y], 4.5, shading.of(dot.run, theme), look);
  }
  shading.drawKey(sheet, width - 6, 10);
  return dots.sort((one, other) => one.x - other.x || one.y - other.y);
}

const LEVELS = 9;

/** Shade the plot in steps of the colour scale, with a line between the steps. */
function drawContour({ pen, theme }: Sheet, plot: Plot, dots: readonly Dot[], shading: ColourScale): void {
  const spots: Spot[] = dots.flatMap(({ run, x, y }) => {
    const height = shading.part(run);
    return height === null ? [] : [{ x, y, height }];
  });
  const surface = surfaceOf(spots, plot);
  const { step, across, down, heights } = surface;
  const level = (place: number) => Math.min(LEVELS - 1, Math.floor((heights[place] ?? 0) * LEVELS));
  pen.within([plot.left, plot.top, plot.width, plot.height], () => {
    for (let row = 0; row < down; row += 1) {
      let from = 0;
      for (let column = 1; column <= across; column += 1) {
        const here = level(row * across + from);
        if (column === across || level(row * across + column) !== here) {
          const [left, top] = [plot.left + (from - 0.5) * step, plot.top + (row - 0.5) * step];
          const colour = ramp(here / (LEVELS - 1), theme.dark);
          // Half a pixel of overlap hides the seam between two cells.
          pen.rectangle([left, top, (column - from) * step + 0.5, step + 0.5], paled(colour, theme.paper));
          from = column;
        }
      }
    }
    for (let between = 1; between < LEVELS; between += 1) {
      const { xs, ys } = levelLine(surface, between / LEVELS);
      const places = [xs.map((x) => plot.left + x), ys.map((y) => plot.top + y)] as const;
      pen.line(...places, { colour: theme.paper, alpha: 0.8 });
    }
  });
}

function dotsOf([x, y]: [Column, Column], [xScale, yScale]: [Scale, Scale], count: number): Dot[] {
  const dots: Dot[] = [];
  for (let run = 0; run < count; run += 1) {
    const across = x.values[run] ?? null;
    const up = y.values[run] ?? null;
    if (across !== null && up !== null) {
      dots.push({ run, x: xScale.place(across), y: yScale.place(up) });
    }
  }
  return dots;
}

function dotAt(dots: readonly Dot[], x: number, y: number): Dot | null {
  let found: Dot | null = null;
  let least = MAX_DISTANCE;
  for (const dot of dots) {
    const far = Math.hypot(dot.x - x, dot.y - y);
    if (far < least) {
      least = far;
      found = dot;
    }
  }
  return found;
}
