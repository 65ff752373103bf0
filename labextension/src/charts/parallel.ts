import { element } from "../widget/dom.ts";
import { cut } from "./axes.ts";
import { Brush } from "./brush.ts";
import { type Brushes, filterOf, passes } from "./brushes.ts";
import type { Colours } from "./colours.ts";
import { asTable, button, cautions, keepers } from "./controls.ts";
import type { Column, FieldsDocument, Range } from "./documents.ts";
import { columnText } from "./fields.ts";
import { type Scale, scaleOf } from "./scales.ts";
import { Shading } from "./shading.ts";
import { type Sheet, type Size, Stage } from "./stage.ts";
import { view } from "./view.ts";

export interface ParallelOptions {
  colours: Colours;
  /** Given the filter that the brushes come to, "" for none, when one was set or moved. */
  onFilter?: (filter: string) => void;
}

const TOP = 52;
const BELOW = 22;
const SIDE = 56;
const HEIGHT = 380;

/** Show parallel coordinates in an element until the signal is aborted; the last column colours the lines. */
export function showParallel(
  place: HTMLElement,
  document: FieldsDocument,
  options: ParallelOptions,
  signal: AbortSignal,
): void {
  const { columns, runs } = document;
  const parallel = new Parallel(document, options, signal);
  const rows = () => runs.map(({ name }, run) => [name, ...columns.map((column) => columnText(column, run))]);
  const table = asTable(["Run", ...columns.map(({ label }) => label)], rows);
  const left =
    document.left_out > 0
      ? [`${document.left_out} more runs are too many to draw; the filter holds for them, too`]
      : [];
  const parts = [parallel.line, cautions(left), parallel.stage.root, table];
  place.replaceChildren(view("parallel", "Parallel coordinates", ...parts));
}

class Parallel {
  readonly stage: Stage;
  /** How many runs the brushes let through, and the filter that they come to. */
  readonly line: HTMLElement;
  readonly #document: FieldsDocument;
  readonly #options: ParallelOptions;
  readonly #shading: Shading;
  readonly #brushes: Brushes = new Map();
  readonly #axes: readonly Brush[];
  readonly #filter = element("code");
  readonly #count = element("span", { role: "status" });
  readonly #clear = button("Clear", () => this.#empty());

  constructor(document: FieldsDocument, options: ParallelOptions, signal: AbortSignal) {
    const { columns } = document;
    this.#document = document;
    this.#options = options;
    this.#shading = new Shading(document, columns.at(-1), options.colours);
    const label = `Parallel coordinates of ${columns.map((column) => column.label).join(", ")}`;
    this.stage = new Stage(
      { height: () => HEIGHT, draw: (sheet) => this.#draw(sheet) },
      label,
      signal,
      false,
    );
    this.#axes = columns.map(
      (column, axis) => new Brush(column, (range, done) => this.#brush(axis, range, done)),
    );
    this.stage.root.append(...this.#axes.map(({ root }) => root));
    const kept = keepers(this.stage, () => "parallel");
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
    this.#count.textContent = all ? `${runs.length} runs` : `${passing} of ${runs.length} runs`;
    this.#clear.disabled = all;
    this.stage.redraw();
    if (done) {
      this.#options.onFilter?.(filter);
    }
  }

  #draw(sheet: Sheet): void {
    const { size, inks } = sheet;
    const { columns } = this.#document;
    const laid = layOut(columns, size);
    const colour = (run: number) => this.#shading.of(run, inks);
    drawLines(sheet, this.#document, laid, { brushes: this.#brushes, colour });
    for (const [place, axis] of laid.entries()) {
      drawAxis(sheet, columns[place] as Column, axis, laid.length);
      this.#axes[place]?.lie(axis.scale, axis.x, TOP, size.height - TOP - BELOW);
    }
    this.#shading.drawKey(sheet, size.width - 6, 10);
  }
}

interface Axis {
  scale: Scale;
  x: number;
}

function layOut(columns: readonly Column[], { width, height }: Size): Axis[] {
  const gap = columns.length > 1 ? (width - 2 * SIDE) / (columns.length - 1) : 0;
  return columns.map((column, axis) => ({
    scale: scaleOf(column, [height - BELOW, TOP], 6),
    x: SIDE + axis * gap,
  }));
}

function drawLines(
  { pen, inks }: Sheet,
  { runs, columns }: FieldsDocument,
  axes: readonly Axis[],
  { brushes, colour }: { brushes: Brushes; colour: (run: number) => string },
): void {
  const xs = axes.map(({ x }) => x);
  const places = (run: number) =>
    axes.map(({ scale }, axis) => {
      const value = columns[axis]?.values[run] ?? null;
      return value === null ? Number.NaN : scale.place(value);
    });
  const kept = runs.map((_, run) => passes(columns, brushes, run));
  const alpha = Math.max(0.12, Math.min(0.85, 60 / Math.max(1, kept.filter(Boolean).length)));
  // Those within the brushes are drawn last, over the others.
  for (const within of [false, true]) {
    for (const [run, passing] of kept.entries()) {
      if (passing === within) {
        const stroke = within
          ? { colour: colour(run), alpha, width: 1.4 }
          : { colour: inks.line, alpha: 0.5 };
        pen.line(xs, places(run), stroke);
      }
    }
  }
}

function drawAxis(
  { pen, inks, size: { width, height } }: Sheet,
  { label }: Column,
  { scale, x }: Axis,
  count: number,
): void {
  const room = Math.max(46, (width - 2 * SIDE) / Math.max(1, count - 1) - 14);
  pen.line([x, x], [TOP, height - BELOW], { colour: inks.quiet, width: 1.5 });
  const half = Math.min(room, x * 2 - 4, (width - x) * 2 - 4);
  pen.text(cut(label, half, 12), [x, TOP - 20], { colour: inks.ink, anchor: "middle", size: 12, bold: true });
  const last = x > width - SIDE - 1;
  for (const { value, text } of scale.ticks) {
    const y = scale.place(value);
    const shownText = cut(text, last ? SIDE + room / 2 : room * 0.6);
    // A ground of paper keeps the figures readable over the lines.
    const wide = [...shownText].length * 6.1 + 4;
    pen.rectangle([last ? x - 13 - wide : x + 11, y - 7, wide, 14], inks.paper, 0.75);
    pen.text(shownText, [last ? x - 15 : x + 13, y], { colour: inks.ink, anchor: last ? "end" : "start" });
    pen.line([x - 4, x + 4], [y, y], { colour: inks.quiet });
  }
}
