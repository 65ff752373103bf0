import { UNSTARRED, type Value } from "../../kernel/documents.ts";
import { element, freshId } from "../../ui/dom.ts";
import type { Shading } from "../layout.ts";
import type { Head, Scale } from "../messages.ts";
import type { PanelState } from "../state.ts";
import { type Shown, shownCell } from "../text.ts";

interface Drawn {
  state: PanelState;
  index: number;
  top: number;
  columns: readonly string[];
  /** The left edges of the pinned columns. */
  lefts: ReadonlyMap<string, number>;
  now: number;
}

interface Filled {
  column: string;
  value: Value | undefined;
  head: Head;
  scale: Scale | undefined;
  shading: Shading;
  now: number;
  /** What the cell of a name shows beside its text. */
  named: Omit<Named, "text"> | null;
  /** Whether the run's values may be marked as the best. */
  starred: boolean;
  write: (number: number | [string]) => string;
}

const UNKNOWN: Head = { kind: "tags", label: "", summary: null, field: "", better: null };

/** A row element. While the user scrolls it is reused for one run after another. */
export class RowView {
  readonly element: HTMLElement = element("div", { class: "nbtrack-panel-row", role: "row", id: freshId() });
  index = -1;
  readonly #cells: HTMLElement[] = [];
  /** The content of each cell, so that only changed cells are written to the page. */
  readonly #drawn: string[] = [];
  /** The box by which the mouse chooses the run. With the keyboard it is the space bar, and `aria-selected` says it. */
  readonly #box = element("input", { type: "checkbox", tabindex: "-1" });

  constructor() {
    const box = element("span", { class: "nbtrack-panel-check", "aria-hidden": "true" }, this.#box);
    box.title = "Choose the run (Space); with Shift all up to it";
    this.element.append(box);
  }

  /** Return the cell of a column. */
  cell(column: string | null): HTMLElement | null {
    return this.#cells.find((cell) => cell.dataset["column"] === column) ?? null;
  }

  draw({ state, index, top, columns, lefts, now }: Drawn): void {
    const { cache, selection } = state;
    this.index = index;
    this.element.style.transform = `translateY(${top}px)`;
    this.element.setAttribute("aria-rowindex", String(index + 2));
    this.#box.checked = selection.has(cache.id(index));
    this.element.setAttribute("aria-selected", String(this.#box.checked));
    this.element.classList.toggle("nbtrack-panel-cursor", index === selection.cursor);
    this.element.classList.toggle("nbtrack-panel-odd", index % 2 === 1);
    this.element.classList.toggle("nbtrack-panel-leading", state.leading.ids.has(cache.id(index) ?? ""));
    this.element.dataset["index"] = String(index);
    while (this.#cells.length > columns.length) {
      this.#cells.pop()?.remove();
      this.#drawn.pop();
    }
    const starred = !UNSTARRED.has(String(cache.value(index, "status")));
    for (const [at, column] of columns.entries()) {
      this.#place(at, lefts.get(column));
      const head = state.heads[column] ?? UNKNOWN;
      const value = cache.value(index, column);
      const shading = state.layout.shading(column);
      const named = column === "name" && value !== undefined ? namedOf(state, index) : null;
      const scale = state.stats.scales.get(column);
      const write = (number: number | [string]) => state.figures.text(column, number);
      this.#fill(at, { column, value, head, scale, shading, now, named, starred, write });
      const here = index === selection.cursor && column === selection.column;
      this.#cells[at]?.classList.toggle("nbtrack-panel-at", here);
    }
    this.#tellFamily(state);
  }

  /** Set the ARIA attributes of a row of a tree. */
  #tellFamily({ cache, unfolded }: PanelState): void {
    const family = unfolded === null ? null : cache.family(this.index);
    const attributes = {
      "aria-level": family && String(family.depth + 1),
      "aria-expanded":
        family && family.children > 0 ? String(unfolded?.has(cache.id(this.index) ?? "")) : null,
    };
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null) {
        this.element.removeAttribute(name);
      } else {
        this.element.setAttribute(name, value);
      }
    }
  }

  #place(at: number, left: number | undefined): void {
    let cell = this.#cells[at];
    if (cell === undefined) {
      cell = element("div", { role: "gridcell", "aria-colindex": String(at + 1), id: freshId() });
      this.element.lastElementChild?.before(cell);
      this.#cells.push(cell);
    }
    cell.style.left = left === undefined ? "" : `${left}px`;
  }

  #fill(at: number, { column, value, head, scale, shading, now, named, starred, write }: Filled): void {
    const cell = this.#cells[at];
    if (cell === undefined) {
      return;
    }
    cell.dataset["column"] = column;
    const shown: Shown =
      value === undefined ? { text: "…", exact: "", number: false } : shownCell(value, head, now, write);
    const part = shown.number ? partOf(shading, value, scale, head) : null;
    const heat = shading === "heat" && part !== null;
    const extreme = shown.number && scale !== undefined && scale.best !== null && same(value, scale.best);
    const best = extreme && starred;
    const status = head.kind === "attributes" && head.label === "status" ? shown.text : "";
    const pinned = cell.style.left !== "";
    const beside = named === null ? "" : JSON.stringify(named);
    const drawn = [shown.text, shown.exact, part, heat, best, status, pinned, value === undefined, beside];
    const content = drawn.join("\n");
    if (this.#drawn[at] === content) {
      return;
    }
    this.#drawn[at] = content;
    cell.className = "nbtrack-panel-cell";
    cell.classList.toggle("nbtrack-panel-pinned", pinned);
    cell.classList.toggle("nbtrack-panel-number", shown.number);
    cell.classList.toggle("nbtrack-panel-heat", heat);
    cell.classList.toggle("nbtrack-panel-best", best);
    cell.classList.toggle("nbtrack-panel-lacking", value === undefined);
    tell(cell, shown, best);
    cell.style.setProperty("--nbtrack-part", String(part ?? 0));
    if (named !== null) {
      cell.classList.add("nbtrack-panel-named");
      cell.replaceChildren(...nameParts({ text: shown.text, ...named }));
    } else if (status === "") {
      cell.textContent = shown.text;
    } else {
      const word = element("span", { class: "nbtrack-panel-status", "data-status": status });
      word.textContent = status.toLowerCase();
      cell.replaceChildren(word);
    }
  }
}

/** Set the exact value as the tooltip, and the label of the best value: CSS draws the star, which is not read out. */
function tell(cell: HTMLElement, { text, exact }: Shown, best: boolean): void {
  cell.title = best ? `${exact} (best)` : exact;
  if (best) {
    cell.setAttribute("aria-label", `${text} (best)`);
  } else {
    cell.removeAttribute("aria-label");
  }
}

function namedOf(
  { cache, selection, colours, unfolded, layout, hidden }: PanelState,
  index: number,
): Omit<Named, "text"> {
  const id = cache.id(index) ?? "";
  const family = unfolded === null ? null : cache.family(index);
  const colour = selection.has(id)
    ? {
        light: colours.of(id, false),
        dark: colours.of(id, true),
        line: colours.style(id),
        hidden: hidden.ids.has(id),
      }
    : null;
  return {
    colour,
    family: family && { ...family, unfolded: unfolded?.has(id) ?? false },
    pinned: layout.runs.has(id),
  };
}

/** Return the length of a number's bar or the strength of its shade, or null for neither. */
function partOf(
  shading: Shading,
  value: Value | undefined,
  scale: Scale | undefined,
  { better }: Head,
): number | null {
  if (shading === "none") {
    return null;
  }
  return shading === "heat" ? strengthOf(value, scale, better) : shareOf(value, scale);
}

function same(one: Value | undefined, other: Value): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The content of the cell of a run's name. */
interface Named {
  text: string;
  /** The colours of a chosen run on a light and a dark page, its line style, and whether the charts hide it. */
  colour: { light: string; dark: string; line: string; hidden: boolean } | null;
  /** In a tree: its depth, how many children it has, and whether they are shown. */
  family: { depth: number; children: number; unfolded: boolean } | null;
  /** Whether the run is pinned. */
  pinned: boolean;
}

/** Return the parts of a name's cell. With the keyboard, the keys Enter, P, H and the arrows do the same in a row. */
function nameParts({ text, colour, family, pinned }: Named): HTMLElement[] {
  const name = element("button", { type: "button", class: "nbtrack-panel-name", tabindex: "-1" }, text);
  const parts: HTMLElement[] = [name, pin(pinned)];
  if (family !== null) {
    parts.unshift(fold(family));
  }
  if (colour !== null) {
    const dot = element("button", {
      type: "button",
      tabindex: "-1",
      class: "nbtrack-panel-dot",
      title: colour.hidden ? "Show in the charts (H)" : "Hide in the charts (H)",
      "data-line": colour.line,
      "aria-label": "In the charts",
      "aria-pressed": String(!colour.hidden),
    });
    dot.style.setProperty("--nbtrack-light", colour.light);
    dot.style.setProperty("--nbtrack-dark", colour.dark);
    parts.unshift(dot);
  }
  return parts;
}

function pin(pinned: boolean): HTMLElement {
  const title = pinned ? "Unpin (P)" : "Pin to the top, whatever the order (P)";
  return element("button", {
    type: "button",
    tabindex: "-1",
    class: "nbtrack-panel-pin",
    title,
    "aria-label": pinned ? "Unpin" : "Pin",
    "aria-pressed": String(pinned),
  });
}

function fold({ depth, children, unfolded }: NonNullable<Named["family"]>): HTMLElement {
  const attributes = { class: "nbtrack-panel-fold", "aria-hidden": "true" };
  const made: HTMLElement =
    children > 0
      ? element("button", { type: "button", tabindex: "-1", ...attributes }, unfolded ? "▾" : "▸")
      : element("span", attributes);
  made.title =
    children > 0 ? `${children.toLocaleString("en")} ${children === 1 ? "child" : "children"}` : "";
  made.style.marginLeft = `${Math.min(depth, 8) * 16}px`;
  return made;
}

/** A column whose greatest number is more than this many times its least is shaded on a logarithmic scale. */
const LOG_RATIO = 100;

/** Return the length of a number's bar, from 0 to 1. */
export function shareOf(value: Value | undefined, scale: Scale | undefined): number | null {
  const ends = endsOf(value, scale);
  if (ends === null) {
    return null;
  }
  const [number, low, high] = ends;
  // Where zero is near, bars begin at zero.
  const from = low > 0 && low < high / 2 ? 0 : low;
  return fraction(number, from, high);
}

/** Return how strongly a number is shaded, from 0 to 1: better numbers more strongly, or else greater ones. */
export function strengthOf(
  value: Value | undefined,
  scale: Scale | undefined,
  better: Head["better"],
): number | null {
  const ends = endsOf(value, scale);
  if (ends === null) {
    return null;
  }
  const [number, low, high] = ends;
  const wide = low > 0 && high / low > LOG_RATIO;
  const way = wide ? fraction(Math.log(number), Math.log(low), Math.log(high)) : fraction(number, low, high);
  return better === "down" ? fraction(1 - way, 0, 1) : way;
}

function endsOf(value: Value | undefined, scale: Scale | undefined): [number, number, number] | null {
  const low = scale?.low;
  const high = scale?.high;
  if (typeof value !== "number" || typeof low !== "number" || typeof high !== "number" || high <= low) {
    return null;
  }
  // A run may have left the range since the range was asked for.
  return [Math.max(low, Math.min(high, value)), low, high];
}

/** Return where a number lies between two others, from 0 to 1. */
function fraction(value: number, from: number, to: number): number {
  return Math.round(Math.max(0, Math.min(1, (value - from) / (to - from))) * 1000) / 1000;
}
