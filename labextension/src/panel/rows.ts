import type { Value } from "../kernel/documents.ts";
import { isNumber } from "../kernel/values.ts";
import { momentText } from "../ui/text.ts";
import type { Rows } from "./messages.ts";

/** How many rows are cached, so that scrolling back and forth loads nothing. */
const CACHE_SIZE = 6000;

interface Page {
  rows: Rows;
  generation: number;
}
interface Place {
  page: Page;
  at: number;
}

/** The loaded rows, by their index in the table. */
export class RowCache {
  total = 0;
  readonly #places = new Map<number, Place>();
  #generation = 0;
  #newest: Rows | null = null;
  /** When the newest rows were read, in seconds since the epoch. */
  #read = 0;

  /** Mark all rows as outdated. They are shown until newer rows have come. */
  outdate(): void {
    this.#generation += 1;
  }

  /** Add rows. `anew` removes all others, which belong to another query. */
  put(rows: Rows, anew: boolean): void {
    if (anew) {
      this.#places.clear();
    }
    this.total = rows.total;
    this.#read = rows.read ?? Date.now() / 1000;
    this.#newest = rows;
    const page = { rows, generation: this.#generation };
    for (const at of rows.ids.keys()) {
      this.#places.set(rows.offset + at, { page, at });
    }
    for (const index of this.#places.keys()) {
      if (index >= rows.total) {
        this.#places.delete(index);
      }
    }
    this.#bound(rows.offset);
  }

  /** When the rows were read: the hour and the minute, with the day where that is another one. */
  get asOf(): string {
    const text = momentText(this.#read);
    const today = momentText(Date.now() / 1000).slice(0, 10);
    return text.startsWith(today) ? text.slice(11, 16) : text.slice(0, 16);
  }

  id(index: number): string | undefined {
    const place = this.#places.get(index);
    return place?.page.rows.ids[place.at];
  }

  /** Return the index of a run, if its row is loaded. */
  index(id: string): number | undefined {
    return [...this.#places].find(([, { page, at }]) => page.rows.ids[at] === id)?.[0];
  }

  /** The ids of a run and of the loaded rows before and after it, as far as none is missing. */
  around(id: string): string[] {
    const at = this.index(id);
    if (at === undefined) {
      return [id];
    }
    const found = [id];
    for (let index = at - 1; this.id(index) !== undefined; index -= 1) {
      found.unshift(this.id(index) ?? "");
    }
    for (let index = at + 1; this.id(index) !== undefined; index += 1) {
      found.push(this.id(index) ?? "");
    }
    return found;
  }

  /** The clock of the store when the newest rows were read. */
  get clock(): number {
    return this.#newest?.clock ?? 0;
  }

  /** Return the depth of a row and how many children it has, or null where the table is flat. */
  family(index: number): { depth: number; children: number } | null {
    const place = this.#places.get(index);
    if (place === undefined) {
      return null;
    }
    const { depths, children } = place.page.rows;
    return depths === undefined
      ? null
      : { depth: depths[place.at] ?? 0, children: children?.[place.at] ?? 0 };
  }

  value(index: number, column: string): Value | undefined {
    const place = this.#places.get(index);
    const values = place?.page.rows.columns;
    return values !== undefined && Object.hasOwn(values, column)
      ? values[column]?.[place?.at ?? 0]
      : undefined;
  }

  /** Whether the first value of a column, in the newest rows, is a number. */
  isNumeric(column: string): boolean {
    const values = this.#newest === null ? undefined : this.#newest.columns[column];
    const first = values?.find((value) => value !== null);
    return isNumber(first);
  }

  /** The ids of all loaded rows. */
  ids(): Set<string> {
    return new Set([...this.#places.values()].map(({ page, at }) => page.rows.ids[at] ?? ""));
  }

  has(index: number): boolean {
    return this.#places.has(index);
  }

  /** Return the first and the last of these rows that is missing or outdated, or null for none. */
  missing(first: number, last: number): [number, number] | null {
    const lacks = (index: number) => this.#places.get(index)?.page.generation !== this.#generation;
    let from = Math.max(first, 0);
    let to = Math.min(last, this.total - 1);
    while (from <= to && !lacks(from)) {
      from += 1;
    }
    while (to >= from && !lacks(to)) {
      to -= 1;
    }
    return from <= to ? [from, to] : null;
  }

  #bound(near: number): void {
    if (this.#places.size <= CACHE_SIZE) {
      return;
    }
    const far = [...this.#places.keys()].sort((one, other) => Math.abs(other - near) - Math.abs(one - near));
    for (const index of far.slice(0, this.#places.size - CACHE_SIZE / 2)) {
      this.#places.delete(index);
    }
  }
}
