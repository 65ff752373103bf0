import type { Column, FieldsDocument } from "../kernel/documents.ts";
import { momentText, numberText } from "../ui/text.ts";
import { cut, textWidth } from "./axes.ts";
import { type Colours, ramp, slotColour, type Theme } from "./colours.ts";
import { extent } from "./scales.ts";
import type { Sheet } from "./stage.ts";

/** The colours of marks: by the values of a column, or each run in its own colour. */
export class ColourScale {
  readonly #document: FieldsDocument;
  readonly #column: Column | undefined;
  readonly #colours: Colours;
  readonly #low: number;
  readonly #high: number;

  constructor(document: FieldsDocument, column: Column | undefined, colours: Colours) {
    this.#document = document;
    this.#column = column;
    this.#colours = colours;
    [this.#low, this.#high] =
      column === undefined ? [0, 1] : extent(column.values.map((one) => this.#turned(one)));
  }

  of(run: number, theme: Theme): string {
    const column = this.#column;
    if (column === undefined) {
      return this.#colours.of(this.#document.runs[run]?.id ?? "", theme.dark);
    }
    const value = this.#turned(column.values[run] ?? null);
    if (value === null) {
      return theme.quiet;
    }
    if (column.kind === "category") {
      return slotColour(value, theme.dark);
    }
    return ramp(this.#between(value), theme.dark);
  }

  /** Return where a run's value lies between the least (0) and the greatest (1), or null without a value. */
  part(run: number): number | null {
    const value = this.#turned(this.#column?.values[run] ?? null);
    return value === null ? null : this.#between(value);
  }

  #between(value: number): number {
    return this.#high > this.#low ? (value - this.#low) / (this.#high - this.#low) : 0.5;
  }

  /** Draw the key of the colours, in a line that ends at `right`. */
  drawKey({ pen, theme }: Sheet, right: number, y: number): void {
    const column = this.#column;
    if (column === undefined) {
      return;
    }
    const quiet = { colour: theme.quiet };
    if (column.kind === "category") {
      let x = right;
      for (const [place, text] of [...column.categories.entries()].slice(0, 8).reverse()) {
        const label = cut(text, Math.max(90, right / 8));
        pen.text(label, [x, y], { ...quiet, anchor: "end" });
        x -= textWidth(label) + 9;
        pen.circle([x, y], 4, slotColour(place, theme.dark));
        x -= 14;
      }
      return;
    }
    const width = Math.min(160, Math.max(90, right / 6));
    const text = (value: number) => (column.kind === "time" ? momentText(value) : numberText(value, 4));
    const [low, high] = extent(column.values);
    const highText = text(high);
    pen.text(highText, [right, y], { ...quiet, anchor: "end" });
    const start = right - textWidth(highText) - 8 - width;
    for (let step = 0; step < width; step += 1) {
      pen.rectangle([start + step, y - 5, 1.5, 10], ramp(step / (width - 1), theme.dark));
    }
    const lowText = text(low);
    pen.text(lowText, [start - 6, y], { ...quiet, anchor: "end" });
    const end = start - 16 - textWidth(lowText);
    pen.text(cut(column.label, end - right / 4), [end, y], { colour: theme.ink, anchor: "end" });
  }

  #turned(value: number | null): number | null {
    return value !== null && this.#column?.log === true ? Math.log10(value) : value;
  }
}
