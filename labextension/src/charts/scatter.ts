import { Answered, type Part } from "./answered.ts";
import { drawAxes, labelRoom, type Plot } from "./axes.ts";
import type { Colours } from "./colours.ts";
import { asTable, cautions, choice } from "./controls.ts";
import type { Ask, Column, FieldsDocument, Range } from "./documents.ts";
import { columnText } from "./fields.ts";
import { type Scale, scaleOf } from "./scales.ts";
import { Shading } from "./shading.ts";
import { type Sheet, Stage } from "./stage.ts";
import { Tip } from "./tip.ts";

export interface ScatterOptions {
  colours: Colours;
  ask?: Ask;
  /** The fields to choose from: columns of the run table. */
  fields?: readonly string[];
  /** Given a run's id when its dot is clicked, or Enter is pressed on it. */
  onPick?: (id: string) => void;
}

interface Dot {
  run: number;
  x: number;
  y: number;
}

const NO_COLOUR = { value: "", text: "each run its own" };
const TOP = 30;
const BELOW = 44;
const RIGHT = 16;
const CLOSE = 14;
const INSET = 8;

/** Show a scatter plot in an element until the signal is aborted: x, y, and maybe a colour. */
export function showScatter(
  place: HTMLElement,
  document: FieldsDocument,
  options: ScatterOptions,
  signal: AbortSignal,
): void {
  const { ask, fields = [] } = options;
  const answered = new Answered((next: FieldsDocument, inner) => scatterOf(next, options, inner), signal);
  const chosen = document.columns.map(({ field }) => field);
  const choices = fields.map((field) => ({ value: field, text: field }));
  const choose = (label: string, axis: number) =>
    choice(label, axis === 2 ? [NO_COLOUR, ...choices] : choices, chosen[axis] ?? "", (field) => {
      chosen[axis] = field;
      const [x = "", y = "", colour = ""] = chosen;
      if (ask !== undefined) {
        void answered.wait(ask("scatter", { x, y, colour: colour === "" ? null : colour }));
      }
    });
  const controls = ask === undefined || fields.length === 0 ? [] : ["x", "y", "Colour"].map(choose);
  place.replaceChildren(answered.view("scatter", "Scatter plot", controls));
  answered.take(document);
}

function scatterOf(document: FieldsDocument, options: ScatterOptions, signal: AbortSignal): Part {
  const { columns, runs } = document;
  const { stage } = new Scatter(document, options, signal);
  const lacking = (run: number) => columns.slice(0, 2).some(({ values }) => (values[run] ?? null) === null);
  const missing = runs.filter((_, run) => lacking(run)).length;
  const note = `${missing} of ${runs.length} runs lack a finite value and are not drawn`;
  const rows = () => runs.map(({ name }, run) => [name, ...columns.map((column) => columnText(column, run))]);
  const table = asTable(["Run", ...columns.map(({ label }) => label)], rows);
  return {
    stage,
    name: columns.map(({ label }) => label).join("-"),
    shown: [cautions(missing > 0 ? [note] : []), stage.root, table],
  };
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

class Scatter {
  readonly stage: Stage;
  readonly #document: FieldsDocument;
  readonly #options: ScatterOptions;
  readonly #shading: Shading;
  readonly #tip = new Tip();
  #dots: Dot[] = [];
  /** The dot that the pointer or the keyboard is at. */
  #at: Dot | null = null;

  constructor(document: FieldsDocument, options: ScatterOptions, signal: AbortSignal) {
    const [x, y, colour] = document.columns;
    this.#document = document;
    this.#options = options;
    this.#shading = new Shading(document, colour, options.colours);
    this.stage = new Stage(
      {
        height: (width) => Math.round(Math.min(440, Math.max(260, width * 0.55))),
        draw: (sheet) => {
          this.#dots = drawScatter(sheet, document, this.#shading);
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

  #drawOver({ pen, inks }: Sheet): void {
    if (this.#at !== null) {
      const { x, y, run } = this.#at;
      pen.circle([x, y], 7, this.#shading.of(run, inks), { edge: inks.ink });
    }
  }

  #step(step: number): void {
    const count = this.#dots.length;
    const before = this.#dots.findIndex(({ run }) => run === this.#at?.run);
    const next = before < 0 && step < 0 ? count - 1 : (before + step + count) % Math.max(1, count);
    const lines = this.#go(this.#dots[next] ?? null);
    this.#tip.say(lines.join(", "));
  }

  /** Mark a dot; return what is told of it. */
  #go(dot: Dot | null): string[] {
    this.#at = dot;
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

function drawScatter(sheet: Sheet, { columns, runs }: FieldsDocument, shading: Shading): Dot[] {
  const { pen, inks } = sheet;
  const { width, height } = sheet.size;
  const [x, y] = columns as [Column, Column];
  const up: Range = [height - BELOW - INSET, TOP + INSET];
  const yScale = scaleOf(y, up, 6);
  const left = labelRoom(yScale) + 4;
  const plot: Plot = {
    left,
    top: TOP,
    width: Math.max(60, width - left - RIGHT),
    height: height - TOP - BELOW,
  };
  const xScale = scaleOf(
    x,
    [left + INSET, left + plot.width - INSET],
    Math.max(2, Math.round(plot.width / 95)),
  );
  drawAxes(sheet, plot, { x: xScale, y: yScale }, { x: x.label, y: y.label });
  const dots = dotsOf([x, y], [xScale, yScale], runs.length);
  const alpha = Math.max(0.45, Math.min(0.9, 200 / Math.max(1, dots.length)));
  for (const dot of dots) {
    pen.circle([dot.x, dot.y], 4.5, shading.of(dot.run, inks), { alpha });
  }
  shading.drawKey(sheet, width - 6, 10);
  return dots.sort((one, other) => one.x - other.x || one.y - other.y);
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
  let least = CLOSE;
  for (const dot of dots) {
    const far = Math.hypot(dot.x - x, dot.y - y);
    if (far < least) {
      least = far;
      found = dot;
    }
  }
  return found;
}
