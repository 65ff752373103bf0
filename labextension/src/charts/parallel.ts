import type { Column, FieldsDocument, Range } from "../kernel/documents.ts";
import { cut, textWidth } from "../plot/axes.ts";
import type { Colours } from "../plot/colours.ts";
import { ColourScale } from "../plot/colourscale.ts";
import { button, cautions, dataTable, saveButtons } from "../plot/controls.ts";
import { columnText, fieldFigures } from "../plot/fields.ts";
import type { Marked } from "../plot/marked.ts";
import type { Pen, Stroke } from "../plot/pen.ts";
import { type Scale, scaleOf } from "../plot/scales.ts";
import { type Sheet, type Size, Stage } from "../plot/stage.ts";
import { view } from "../plot/view.ts";
import { element } from "../ui/dom.ts";
import { Brush, type Brushes, filterOf, passes } from "./brush.ts";
import { AxisHandles } from "./handles.ts";

interface ParallelOptions {
  colours: Colours;
  /** The field that colours the lines. By default the last one. */
  colour?: string;
  /** The run under the pointer, shared with other charts. */
  marked?: Marked;
  /** Called with the filter of the brushes when one has changed; "" for none. */
  onFilter?: (filter: string) => void;
  /** Called with the fields in their new order when an axis has moved. */
  onOrder?: (fields: string[]) => void;
}

const TOP = 52;
const BOTTOM = 22;
const SIDE = 56;
const HEIGHT = 380;
const ROW = 17;
/** How many pixels below the axes missing values stand. */
const MISSING_OFFSET = 26;

/** Show parallel coordinates in an element until the signal is aborted. Missing values stand below their axis. */
export function showParallel(
  place: HTMLElement,
  document: FieldsDocument,
  options: ParallelOptions,
  signal: AbortSignal,
): void {
  const { columns, runs } = document;
  const parallel = new Parallel(document, options, signal);
  const rows = () => runs.map(({ name }, run) => [name, ...columns.map((column) => columnText(column, run))]);
  const table = dataTable(["Run", ...columns.map(({ label }) => label)], rows);
  const left =
    document.left_out > 0
      ? [
          `${document.left_out.toLocaleString("en")} more runs are too many to draw; the filter holds for them, too`,
        ]
      : [];
  const parts = [parallel.line, cautions(left), parallel.stage.root, table];
  place.replaceChildren(view("parallel", "Parallel coordinates", ...parts));
}

class Parallel {
  readonly stage: Stage;
  /** How many runs lie within the brushes, and the filter of the brushes. */
  readonly line: HTMLElement;
  readonly #document: FieldsDocument;
  readonly #options: ParallelOptions;
  readonly #shading: ColourScale;
  readonly #brushes: Brushes = new Map();
  readonly #axes: readonly Brush[];
  readonly #handles: AxisHandles;
  /** The indexes of the columns in the document, in the order of the axes. */
  readonly #order: number[];
  readonly #filter = element("code");
  readonly #count = element("span", { role: "status" });
  readonly #clear = button("Clear", () => this.#empty());

  constructor(document: FieldsDocument, options: ParallelOptions, signal: AbortSignal) {
    const { columns } = document;
    this.#document = document;
    this.#options = options;
    this.#order = [...columns.keys()];
    const coloured = columns.find(({ field }) => field === options.colour) ?? columns.at(-1);
    this.#shading = new ColourScale(document, coloured, options.colours);
    const label = `Parallel coordinates of ${columns.map((column) => column.label).join(", ")}`;
    this.stage = new Stage(
      {
        height: () => HEIGHT,
        draw: (sheet) => this.#draw(sheet),
        over: (sheet) => this.#drawMarked(sheet),
      },
      label,
      signal,
      false,
    );
    options.marked?.onChanged(() => this.stage.redrawOver(), signal);
    this.#axes = columns.map(
      (column, axis) => new Brush(column, (range, done) => this.#brush(axis, range, done)),
    );
    this.#handles = new AxisHandles(columns, this.#order, () => {
      this.stage.redraw();
      options.onOrder?.(this.#order.map((column) => columns[column]?.field ?? ""));
    });
    this.stage.root.append(...this.#axes.map(({ root }) => root), ...this.#handles.roots);
    const kept = saveButtons(
      this.stage,
      () => "parallel",
      () => fieldFigures(document),
    );
    const parts = [this.#count, this.#filter, this.#clear, kept];
    this.line = element("div", { class: "nbtrack-filter-line" }, ...parts);
    this.#tell(false);
  }

  #brush(axis: number, range: Range | null, done: boolean): void {
    if (range === null) {
      this.#brushes.delete(axis);
    } else {
      this.#brushes.set(axis, range);
    }
    this.#tell(done);
  }

  #empty(): void {
    this.#brushes.clear();
    for (const axis of this.#axes) {
      axis.clear();
    }
    this.#tell(true);
  }

  #tell(done: boolean): void {
    const { runs, columns } = this.#document;
    const filter = filterOf(this.#document, this.#brushes);
    const passing = runs.filter((_, run) => passes(columns, this.#brushes, run)).length;
    const all = this.#brushes.size === 0;
    this.#filter.textContent = filter;
    this.#count.textContent = all ? countText(runs.length) : `${passing} of ${countText(runs.length)}`;
    this.#clear.disabled = all;
    this.stage.redraw();
    if (done) {
      this.#options.onFilter?.(filter);
    }
  }

  #drawMarked({ pen, theme, size }: Sheet): void {
    const { runs, columns } = this.#document;
    const run = runs.findIndex(({ id }) => id === this.#options.marked?.id);
    if (run >= 0) {
      const laid = layOut(this.#document, this.#order, size);
      const values = laid.axes.map(({ column }) => columns[column]?.values[run] ?? null);
      drawRun(pen, laid, values, { colour: this.#shading.of(run, theme), alpha: 1, width: 3.5 });
    }
  }

  #draw(sheet: Sheet): void {
    const { size, theme } = sheet;
    const { columns } = this.#document;
    const laid = layOut(this.#document, this.#order, size);
    const colour = (run: number) => this.#shading.of(run, theme);
    drawLines(sheet, this.#document, laid, { brushes: this.#brushes, colour });
    for (const [place, axis] of laid.axes.entries()) {
      drawAxis(sheet, columns[axis.column] as Column, laid, place);
      this.#axes[axis.column]?.moveTo(axis.scale, axis.x, laid.top, laid.bottom - laid.top);
    }
    const xs = laid.axes.map(({ x }) => x);
    this.#handles.moveTo(
      xs,
      xs.map((_, place) => nameTop(laid, place)),
      Math.min(160, Math.max(30, laid.gap - 8)),
    );
    this.#shading.drawKey(sheet, size.width - 6, 10);
  }
}

function countText(runs: number): string {
  return `${runs.toLocaleString("en")} ${runs === 1 ? "run" : "runs"}`;
}

interface Axis {
  /** The index in the document. */
  column: number;
  scale: Scale;
  x: number;
  /** Whether a run has no value for the axis. */
  lacks: boolean;
}

interface Laid {
  axes: Axis[];
  top: number;
  bottom: number;
  /** The height of missing values. */
  none: number;
  /** Pixels between two axes, and whether their names stand in two rows. */
  gap: number;
  rows: boolean;
}

function layOut({ columns, runs }: FieldsDocument, order: readonly number[], { width, height }: Size): Laid {
  const gap = order.length > 1 ? (width - 2 * SIDE) / (order.length - 1) : width - 2 * SIDE;
  const lacking = columns.map(({ values }) => runs.some((_, run) => (values[run] ?? null) === null));
  // Where names are wider than the gap between two axes, they stand in two rows.
  const rows = order.length > 2 && columns.some(({ label }) => textWidth(label, 12) > gap - 10);
  const top = TOP + (rows ? ROW : 0);
  const none = height - BOTTOM;
  const bottom = none - (lacking.includes(true) ? MISSING_OFFSET : 0);
  const axes = order.map((column, place) => ({
    column,
    scale: scaleOf(columns[column] as Column, [bottom, top], 6),
    x: SIDE + (order.length > 1 ? place * gap : 0),
    lacks: lacking[column] ?? false,
  }));
  return { axes, top, bottom, none, gap, rows };
}

function nameTop({ top, rows }: Laid, place: number): number {
  return top - 20 - (rows && place % 2 === 0 ? ROW : 0);
}

function drawLines(
  { pen, theme }: Sheet,
  { runs, columns }: FieldsDocument,
  laid: Laid,
  { brushes, colour }: { brushes: Brushes; colour: (run: number) => string },
): void {
  const kept = runs.map((_, run) => passes(columns, brushes, run));
  const alpha = Math.max(0.12, Math.min(0.85, 60 / Math.max(1, kept.filter(Boolean).length)));
  // Runs within the brushes are drawn last, over the others.
  for (const within of [false, true]) {
    for (const run of runs.keys()) {
      if (kept[run] === within) {
        const values = laid.axes.map(({ column }) => columns[column]?.values[run] ?? null);
        const stroke = within
          ? { colour: colour(run), alpha, width: 1.4 }
          : { colour: theme.line, alpha: 0.5 };
        drawRun(pen, laid, values, stroke);
      }
    }
  }
}

/** Draw the line of a run. Its parts to a missing value are dashed. */
function drawRun(
  pen: Pen,
  { axes, none }: Laid,
  values: readonly (number | null)[],
  stroke: Stroke & { alpha: number },
): void {
  const xs = axes.map(({ x }) => x);
  const ys = axes.map(({ scale }, place) => {
    const value = values[place] ?? null;
    return value === null ? none : scale.place(value);
  });
  const solid = ys.map((y, place) => ((values[place] ?? null) === null ? Number.NaN : y));
  pen.line(xs, solid, stroke);
  for (let place = 1; place < xs.length; place += 1) {
    if ([place - 1, place].some((end) => (values[end] ?? null) === null)) {
      const ends = { ...stroke, dash: [3, 4], alpha: stroke.alpha * 0.7 };
      pen.line(xs.slice(place - 1, place + 1), ys.slice(place - 1, place + 1), ends);
    }
  }
}

function drawAxis(
  { pen, theme, size: { width } }: Sheet,
  { label, kind }: Column,
  laid: Laid,
  place: number,
): void {
  const { scale, x, lacks } = laid.axes[place] as Axis;
  const { top, bottom, none, gap, rows } = laid;
  pen.line([x, x], [top, bottom], { colour: theme.quiet, width: 1.5 });
  const room = Math.max(46, (rows ? 2 : 1) * gap - 14);
  const half = Math.min(room, x * 2 - 4, (width - x) * 2 - 4);
  const name = cut(label, half, 12);
  pen.text(name, [x, nameTop(laid, place)], { colour: theme.ink, anchor: "middle", size: 12, bold: true });
  const last = place > 0 && place === laid.axes.length - 1;
  const write = (text: string, y: number) => {
    // A background keeps the numbers readable over the lines.
    const wide = textWidth(text) + 4;
    pen.rectangle([last ? x - 13 - wide : x + 11, y - 7, wide, 14], theme.paper, 0.75);
    pen.text(text, [last ? x - 15 : x + 13, y], { colour: theme.ink, anchor: last ? "end" : "start" });
  };
  for (const { value, text } of scale.ticks) {
    const y = scale.place(value);
    // Numbers are short, and a cut number would be wrong.
    write(kind === "category" ? cut(text, Math.max(40, gap - 24)) : text, y);
    pen.line([x - 4, x + 4], [y, y], { colour: theme.quiet });
  }
  if (lacks) {
    pen.circle([x, none], 3, theme.quiet);
    if (laid.axes.findIndex((axis) => axis.lacks) === place) {
      // The text stands below the lines, which would cross it out.
      pen.text("none", [x, none + 14], { colour: theme.quiet, anchor: "middle" });
    }
  }
}
