import { UNSTARRED } from "../kernel/documents.ts";
import { element, freshId } from "../ui/dom.ts";
import type { Shading } from "./layout.ts";
import type { Cell, Head, Scale } from "./messages.ts";
import { type Named, nameParts } from "./namecell.ts";
import { shareOf, strengthOf } from "./shares.ts";
import type { Table } from "./table.ts";
import { type Shown, shownCell } from "./text.ts";

export interface Drawn {
  table: Table;
  index: number;
  top: number;
  columns: readonly string[];
  /** Where the pinned columns stand. */
  lefts: ReadonlyMap<string, number>;
  now: number;
}

interface Filled {
  value: Cell | undefined;
  head: Head;
  scale: Scale | undefined;
  shading: Shading;
  now: number;
  /** What stands beside the text of a name. */
  named: Omit<Named, "text"> | null;
  /** Whether the run's values may be marked as the best. */
  starred: boolean;
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
    const starred = !UNSTARRED.has(String(cache.value(index, "status")));
    for (const [at, column] of columns.entries()) {
      this.#place(at, lefts.get(column));
      const head = table.heads[column] ?? UNKNOWN;
      const value = cache.value(index, column);
      const shading = table.layout.shading(column);
      const named = column === "name" && value !== undefined ? namedOf(table, index) : null;
      this.#fill(at, { value, head, scale: table.scales.get(column), shading, now, named, starred });
    }
    this.#tellFamily(table);
  }

  /** Say of a row of a tree where in it it stands. */
  #tellFamily({ cache, unfolded }: Table): void {
    const family = unfolded === null ? null : cache.family(this.index);
    const told = {
      "aria-level": family && String(family.depth + 1),
      "aria-expanded":
        family && family.children > 0 ? String(unfolded?.has(cache.id(this.index) ?? "")) : null,
    };
    for (const [name, value] of Object.entries(told)) {
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
      cell = element("div", { role: "gridcell", "aria-colindex": String(at + 1) });
      this.element.append(cell);
      this.#cells.push(cell);
    }
    cell.style.left = left === undefined ? "" : `${left}px`;
  }

  #fill(at: number, { value, head, scale, shading, now, named, starred }: Filled): void {
    const cell = this.#cells[at];
    if (cell === undefined) {
      return;
    }
    const shown: Shown =
      value === undefined ? { text: "…", exact: "", number: false } : shownCell(value, head, now);
    const part = shown.number ? partOf(shading, value, scale, head) : null;
    const heat = shading === "heat" && part !== null;
    const extreme = shown.number && scale !== undefined && scale.best !== null && same(value, scale.best);
    const best = extreme && starred;
    const status = head.kind === "attributes" && head.label === "status" ? shown.text : "";
    const pinned = cell.style.left !== "";
    const beside = named === null ? "" : JSON.stringify(named);
    const drawn = [shown.text, shown.exact, part, heat, best, status, pinned, value === undefined, beside];
    const state = drawn.join("\n");
    if (this.#drawn[at] === state) {
      return;
    }
    this.#drawn[at] = state;
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

/** Say of a cell what it is exactly, and that it is the best one: the star is drawn, and not read out. */
function tell(cell: HTMLElement, { text, exact }: Shown, best: boolean): void {
  cell.title = best ? `${exact} (best)` : exact;
  if (best) {
    cell.setAttribute("aria-label", `${text} (best)`);
  } else {
    cell.removeAttribute("aria-label");
  }
}

function namedOf(
  { cache, selection, colours, unfolded, layout, hidden }: Table,
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

/** Return how much of a number's bar or shade is shown; null where it has none. */
function partOf(
  shading: Shading,
  value: Cell | undefined,
  scale: Scale | undefined,
  { better }: Head,
): number | null {
  if (shading === "none") {
    return null;
  }
  return shading === "heat" ? strengthOf(value, scale, better) : shareOf(value, scale);
}

function same(one: Cell | undefined, other: Cell): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
