import { element, freshId } from "../widget/dom.ts";
import type { Cell, Head, Scale } from "./messages.ts";
import type { Table } from "./table.ts";
import { type Shown, shownCell } from "./text.ts";

export interface Drawn {
  table: Table;
  index: number;
  top: number;
  columns: readonly string[];
  /** Where the pinned columns stand. */
  lefts: readonly number[];
  now: number;
}

interface Filled {
  value: Cell | undefined;
  head: Head;
  scale: Scale | undefined;
  now: number;
}

const UNKNOWN: Head = { kind: "tags", label: "", summary: null, field: "", better: null };

/** One row on the page, which shows one run after another. */
export class RowView {
  readonly element: HTMLElement = element("div", { class: "nbtrack-panel-row", role: "row", id: freshId() });
  index = -1;
  readonly #cells: HTMLElement[] = [];
  /** What each cell shows, so that only what is another is written to the page. */
  readonly #drawn: string[] = [];

  draw({ table, index, top, columns, lefts, now }: Drawn): void {
    const { cache, selection } = table;
    this.index = index;
    this.element.style.transform = `translateY(${top}px)`;
    this.element.setAttribute("aria-rowindex", String(index + 2));
    this.element.setAttribute("aria-selected", String(selection.has(cache.id(index))));
    this.element.classList.toggle("nbtrack-panel-cursor", index === selection.cursor);
    this.element.classList.toggle("nbtrack-panel-odd", index % 2 === 1);
    this.element.dataset["index"] = String(index);
    while (this.#cells.length > columns.length) {
      this.#cells.pop()?.remove();
      this.#drawn.pop();
    }
    for (const [at, column] of columns.entries()) {
      this.#place(at, lefts[at]);
      const head = table.heads[column] ?? UNKNOWN;
      const value = cache.value(index, column);
      this.#fill(at, { value, head, scale: table.scales.get(column), now });
    }
  }

  #place(at: number, left: number | undefined): void {
    let cell = this.#cells[at];
    if (cell === undefined) {
      cell = element("div", { role: "gridcell", "aria-colindex": String(at + 1) });
      this.element.append(cell);
      this.#cells.push(cell);
    }
    cell.style.left = left === undefined ? "" : `${left}px`;
  }

  #fill(at: number, { value, head, scale, now }: Filled): void {
    const cell = this.#cells[at];
    if (cell === undefined) {
      return;
    }
    const shown: Shown =
      value === undefined ? { text: "…", exact: "", number: false } : shownCell(value, head, now);
    const share = shown.number ? shareOf(value, scale) : null;
    const best = shown.number && scale !== undefined && scale.best !== null && same(value, scale.best);
    const status = head.kind === "attributes" && head.label === "status" ? shown.text : "";
    const pinned = cell.style.left !== "";
    const state = [shown.text, shown.exact, share, best, status, pinned, value === undefined].join("\n");
    if (this.#drawn[at] === state) {
      return;
    }
    this.#drawn[at] = state;
    cell.className = "nbtrack-panel-cell";
    cell.classList.toggle("nbtrack-panel-pinned", pinned);
    cell.classList.toggle("nbtrack-panel-number", shown.number);
    cell.classList.toggle("nbtrack-panel-best", best);
    cell.classList.toggle("nbtrack-panel-lacking", value === undefined);
    cell.title = best ? `${shown.exact} (best)` : shown.exact;
    cell.style.setProperty("--nbtrack-part", String(share ?? 0));
    if (status === "") {
      cell.textContent = shown.text;
    } else {
      const word = element("span", { class: "nbtrack-panel-status", "data-status": status });
      word.textContent = status.toLowerCase();
      cell.replaceChildren(word);
    }
  }
}

/** Return how far a number is on the way from the least to the greatest of its column, as a part of 1. */
function shareOf(value: Cell | undefined, scale: Scale | undefined): number | null {
  const low = scale?.low;
  const high = scale?.high;
  if (typeof value !== "number" || typeof low !== "number" || typeof high !== "number" || high <= low) {
    return null;
  }
  // Bars from zero say more, where zero is near.
  const from = low > 0 && low < high / 2 ? 0 : low;
  return Math.round(Math.max(0, Math.min(1, (value - from) / (high - from))) * 1000) / 1000;
}

function same(one: Cell | undefined, other: Cell): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
