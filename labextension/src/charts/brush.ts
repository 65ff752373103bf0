import type { Column, FieldsDocument, Range } from "../kernel/documents.ts";
import type { Scale } from "../plot/scales.ts";
import { element } from "../ui/dom.ts";
import { momentText, numberText } from "../ui/text.ts";

const TOLERANCE = 6;
const KEY_STEPS = 40;

type End = 0 | 1;

/** The brush of one axis. The user drags it, or moves its ends with the keyboard. */
export class Brush {
  readonly root: HTMLElement;
  readonly #column: Column;
  readonly #changed: (range: Range | null, done: boolean) => void;
  readonly #part = element("div", { class: "nbtrack-brushed-part", hidden: true });
  readonly #thumbs: readonly [HTMLElement, HTMLElement];
  #scale: Scale | undefined;
  #top = 0;
  #range: Range | null = null;

  constructor(column: Column, changed: (range: Range | null, done: boolean) => void) {
    this.#column = column;
    this.#changed = changed;
    this.#thumbs = [this.#thumb(0), this.#thumb(1)];
    const about = { role: "group", "aria-label": `Range of ${column.label}`, title: "Drag to choose a part" };
    this.root = element("div", { class: "nbtrack-brush", ...about }, this.#part, ...this.#thumbs);
    this.#drags();
  }

  /** Place the brush on an axis, given its scale and position. */
  moveTo(scale: Scale, x: number, top: number, height: number): void {
    this.#scale = scale;
    this.#top = top - TOLERANCE;
    Object.assign(this.root.style, {
      left: `${x - 14}px`,
      top: `${top - TOLERANCE}px`,
      height: `${height + 2 * TOLERANCE}px`,
    });
    this.#draw();
  }

  clear(): void {
    this.#range = null;
    this.#draw();
  }

  #thumb(end: End): HTMLElement {
    const name = `${end === 0 ? "Lowest" : "Highest"} ${this.#column.label}`;
    const thumb = element("div", {
      class: "nbtrack-thumb",
      role: "slider",
      tabindex: "0",
      "aria-label": name,
    });
    thumb.setAttribute("aria-orientation", "vertical");
    thumb.addEventListener("keydown", (event) => {
      if (this.#key(event.key, end)) {
        event.preventDefault();
        event.stopPropagation();
      }
    });
    return thumb;
  }

  #key(key: string, end: End): boolean {
    const scale = this.#scale;
    if (scale === undefined) {
      return false;
    }
    if (key === "Escape" || key === "Delete") {
      this.#set(null, true);
      return true;
    }
    const range: [number, number] = [...(this.#range ?? this.#whole())];
    const place = scale.place(range[end]);
    const step = Math.abs(scale.place(scale.domain[1]) - scale.place(scale.domain[0])) / KEY_STEPS;
    const moves: Record<string, number> = {
      ArrowUp: this.#stepped(scale, range[end], place - step, 1),
      ArrowDown: this.#stepped(scale, range[end], place + step, -1),
      Home: this.#whole()[0],
      End: this.#whole()[1],
    };
    const moved = moves[key];
    if (moved === undefined) {
      return false;
    }
    range[end] = end === 0 ? Math.min(moved, range[1]) : Math.max(moved, range[0]);
    this.#set(rounded(this.#column, range, scale.domain), true);
    return true;
  }

  #stepped(scale: Scale, value: number, place: number, one: number): number {
    const [low, high] = this.#whole();
    const next = this.#column.kind === "category" || this.#column.whole ? value + one : scale.value(place);
    return Math.min(high, Math.max(low, next));
  }

  #whole(): Range {
    const domain = this.#scale?.domain ?? [0, 1];
    return this.#column.kind === "category" ? [0, this.#column.categories.length - 1] : domain;
  }

  #drags(): void {
    let from: { place: number; fixed: number } | null = null;
    const placeOf = (event: PointerEvent) =>
      event.clientY - this.root.getBoundingClientRect().top + this.#top;
    this.root.addEventListener("pointerdown", (event) => {
      const grabbed = this.#thumbs.indexOf(event.target as HTMLElement);
      const held = grabbed < 0 ? null : (this.#range ?? this.#whole())[grabbed === 0 ? 1 : 0];
      const place = placeOf(event);
      from = {
        place,
        fixed: this.#scale === undefined || held === null ? place : this.#scale.place(held ?? 0),
      };
      this.root.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    this.root.addEventListener("pointermove", (event) => {
      if (from !== null && Math.abs(placeOf(event) - from.place) > 2) {
        this.#drag(from.fixed, placeOf(event), false);
      }
    });
    this.root.addEventListener("pointerup", (event) => {
      if (from !== null) {
        const moved = Math.abs(placeOf(event) - from.place) > 2;
        if (moved) {
          this.#drag(from.fixed, placeOf(event), true);
        } else {
          this.#set(null, true);
        }
      }
      from = null;
    });
  }

  #drag(from: number, to: number, done: boolean): void {
    const scale = this.#scale;
    if (scale === undefined) {
      return;
    }
    const [low, high] = scale.domain;
    const ends = [from, to].map((place) => Math.min(high, Math.max(low, scale.value(place))));
    const range = rounded(this.#column, [Math.min(...ends), Math.max(...ends)], scale.domain);
    this.#set(range[0] <= range[1] ? range : null, done);
  }

  #set(range: Range | null, done: boolean): void {
    this.#range = range;
    this.#draw();
    this.#changed(range === null ? null : this.#opened(range), done);
  }

  /** Replace an end that is the end of the axis by infinity, as it leaves nothing out. */
  #opened([low, high]: Range): Range {
    const [least, most] = this.#whole();
    const slack = (most - least) * 1e-3;
    const isLow = this.#column.log ? low <= least * 1.01 : low <= least + slack;
    const isHigh = this.#column.log ? high >= most * 0.99 : high >= most - slack;
    return [isLow ? Number.NEGATIVE_INFINITY : low, isHigh ? Number.POSITIVE_INFINITY : high];
  }

  #draw(): void {
    const scale = this.#scale;
    if (scale === undefined) {
      return;
    }
    const half = this.#column.kind === "category" ? 0.4 : 0;
    const range = this.#range ?? this.#whole();
    const [bottom, top] = [range[0] - half, range[1] + half].map((value) => scale.place(value) - this.#top);
    this.root.classList.toggle("nbtrack-brushed", this.#range !== null);
    this.#part.hidden = this.#range === null;
    this.#part.style.top = `${top}px`;
    this.#part.style.height = `${Math.max(2, (bottom ?? 0) - (top ?? 0))}px`;
    for (const [end, thumb] of this.#thumbs.entries()) {
      const value = range[end === 0 ? 0 : 1];
      thumb.style.top = `${(end === 0 ? (bottom ?? 0) : (top ?? 0)) - 6}px`;
      thumb.setAttribute("aria-valuemin", String(this.#whole()[0]));
      thumb.setAttribute("aria-valuemax", String(this.#whole()[1]));
      thumb.setAttribute("aria-valuenow", String(value));
      thumb.setAttribute("aria-valuetext", this.#text(value));
    }
  }

  #text(value: number): string {
    if (this.#column.kind === "category") {
      return this.#column.categories[value] ?? "";
    }
    return this.#column.kind === "time" ? momentText(value) : numberText(value);
  }
}

/** The brushed range of each axis, by its index: values, or indexes of categories. */
export type Brushes = Map<number, Range>;

/** Return whether a run lies within all brushes. */
export function passes(columns: readonly Column[], brushes: Brushes, run: number): boolean {
  for (const [axis, range] of brushes) {
    const value = columns[axis]?.values[run] ?? null;
    if (value === null || !isWithin(value, range)) {
      return false;
    }
  }
  return true;
}

/** Return the brushes as a filter, without those that a filter cannot express. */
export function filterOf({ columns }: FieldsDocument, brushes: Brushes): string {
  const conditions = [...brushes]
    .sort(([one], [other]) => one - other)
    .map(([axis, range]) => condition(columns[axis], range));
  return conditions.filter((text) => text !== "").join(" AND ");
}

function condition(column: Column | undefined, range: Range): string {
  if (column === undefined || column.filter === null) {
    return "";
  }
  return column.kind === "category"
    ? oneOf(
        column.filter,
        column.quoted.filter((_, place) => isWithin(place, range)),
      )
    : between(column.filter, range, column.kind === "time" ? 1000 : 1);
}

function oneOf(field: string, chosen: readonly (string | null)[]): string {
  const texts = chosen.filter((text) => text !== null);
  if (texts.length === 0 || texts.length < chosen.length) {
    return "";
  }
  return texts.length === 1 ? `${field} = ${texts[0]}` : `${field} IN (${texts.join(", ")})`;
}

/** Return a range as a condition. `scale` converts seconds to the milliseconds of filters. */
function between(field: string, [low, high]: Range, scale: number): string {
  const [from, to] = [literal(low * scale), literal(high * scale)];
  if (low === high) {
    return `${field} = ${from}`;
  }
  const [hasLow, hasHigh] = [Number.isFinite(low), Number.isFinite(high)];
  if (hasLow && hasHigh) {
    return `${field} BETWEEN ${from} AND ${to}`;
  }
  if (hasLow) {
    return `${field} >= ${from}`;
  }
  return hasHigh ? `${field} <= ${to}` : `${field} IS NOT NULL`;
}

function isWithin(value: number, [low, high]: Range): boolean {
  return value >= low && value <= high;
}

function literal(value: number): string {
  return String(value).replace("e+", "e");
}

/** Return a range with ends of few digits, which looks the same on the axis. */
export function rounded(column: Column, [low, high]: Range, whole: Range): Range {
  if (column.kind === "category") {
    return [Math.ceil(low), Math.floor(high)];
  }
  if (column.kind === "time") {
    return [Math.floor(low), Math.ceil(high)];
  }
  if (column.whole && high - low >= 1) {
    return [Math.ceil(low), Math.floor(high)];
  }
  if (column.log) {
    return [Number(low.toPrecision(3)), Number(high.toPrecision(3))];
  }
  const digits = Math.min(15, Math.max(0, 3 - Math.floor(Math.log10(whole[1] - whole[0]))));
  return [Number(low.toFixed(digits)), Number(high.toFixed(digits))];
}
