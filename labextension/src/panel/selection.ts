import type { Query } from "./messages.ts";
import { problemOf } from "./problems.ts";
import type { Requests } from "./requests.ts";
import type { RowCache } from "./rows.ts";

/** So many runs can be chosen at once: each choice is sent back and forth. */
export const MAX_CHOSEN = 20_000;

/** Which runs are chosen, by their ids: a run stays chosen when it moves in the table, or out of it. */
export class Selection {
  /** Of how many runs the chosen ones are those that could be chosen at once; 0 where none was left out. */
  wanted = 0;
  #ids: ReadonlySet<string> = new Set();
  /** The row that the keyboard is at. */
  cursor = 0;
  /** Where a range begins. */
  anchor = 0;

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  set ids(ids: ReadonlySet<string>) {
    this.#ids = ids;
    this.wanted = 0;
  }

  has(id: string | undefined): boolean {
    return id !== undefined && this.ids.has(id);
  }

  /** Choose one alone. */
  only(id: string | undefined, index: number): void {
    this.ids = new Set(id === undefined ? [] : [id]);
    this.cursor = index;
    this.anchor = index;
  }

  /** Choose one more, or no longer. */
  toggle(id: string | undefined, index: number): void {
    const ids = new Set(this.ids);
    if (id !== undefined && !ids.delete(id)) {
      ids.add(id);
    }
    this.ids = ids;
    this.cursor = index;
    this.anchor = index;
  }

  /** Choose the rows of a range that begins at the anchor; their ids are told by who has them, be it not of all. */
  range(ids: readonly string[], index: number, more: boolean, count = ids.length): void {
    const all = [...new Set([...(more ? this.ids : []), ...ids])];
    this.ids = new Set(all.slice(0, MAX_CHOSEN));
    const left = all.length - this.ids.size + count - ids.length;
    this.wanted = left > 0 ? this.ids.size + left : 0;
    this.cursor = index;
  }
}

/** Milliseconds for which the choice or the table must be still. */
const LOOK_DELAY = 150;

/** What of the panel's state says which of the chosen runs the table shows. */
interface TableOfRuns {
  readonly selection: Selection;
  readonly cache: RowCache;
  readonly requests: Requests;
  readonly signal: AbortSignal;
  readonly query: Query;
  readonly unfolded: ReadonlySet<string> | null;
  on: (topics: readonly ("chosen" | "rows" | "anew")[], draw: () => void) => void;
  selectionChanged: () => void;
}

/** Knows which of the chosen runs the table does not show: they stay chosen, and every view is about them. */
export class OutsideTable {
  readonly #table: TableOfRuns;
  readonly #heard: (() => void)[] = [];
  #ids: ReadonlySet<string> = new Set();
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** What the answer is about. */
  #known = "";
  #choice: ReadonlySet<string> = new Set();

  constructor(table: TableOfRuns) {
    this.#table = table;
    table.on(["chosen", "rows", "anew"], () => this.#soon());
    table.signal.addEventListener("abort", () => clearTimeout(this.#pause));
    this.#soon();
  }

  /** Hear that it may be other runs. */
  onChanged(draw: () => void): void {
    this.#heard.push(draw);
  }

  /** How many of the chosen runs are not in the table. */
  get count(): number {
    const { selection } = this.#table;
    return [...this.#ids].filter((id) => selection.has(id)).length;
  }

  /** Choose only those that are. */
  deselect(): void {
    const { selection } = this.#table;
    selection.ids = new Set([...selection.ids].filter((id) => !this.#ids.has(id)));
    this.#table.selectionChanged();
  }

  #soon(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.#look(), LOOK_DELAY);
  }

  async #look(): Promise<void> {
    const { selection, cache, query, requests, signal } = this.#table;
    const known = JSON.stringify([query, cache.clock]);
    if (signal.aborted || (known === this.#known && this.#choice === selection.ids)) {
      return;
    }
    this.#known = known;
    this.#choice = selection.ids;
    const here = cache.ids();
    const lacking = [...selection.ids].filter((id) => !here.has(id));
    // Those that are here need not be asked for, nor any where the whole table is here.
    if (lacking.length === 0 || (here.size === cache.total && this.#table.unfolded === null)) {
      this.#set(lacking);
      return;
    }
    try {
      const { ids } = await requests.ask("among", { ...query, ids: lacking });
      const found = new Set(ids);
      if (this.#choice === selection.ids) {
        this.#set(lacking.filter((id) => !found.has(id)));
      }
    } catch (error) {
      problemOf(error);
    }
  }

  #set(ids: readonly string[]): void {
    this.#ids = new Set(ids);
    for (const draw of this.#heard) {
      draw();
    }
  }
}

/** The runs that are taken out of the charts, which stay chosen: the same in all charts of one view of the panel. */
export class HiddenRuns {
  #ids: ReadonlySet<string> = new Set();
  readonly #heard: (() => void)[] = [];

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  onChanged(draw: () => void): void {
    this.#heard.push(draw);
  }

  toggle(id: string): void {
    const ids = new Set(this.#ids);
    if (!ids.delete(id)) {
      ids.add(id);
    }
    this.#set(ids);
  }

  /** Hide of these runs those alone; others stay as they are. */
  among(runs: Iterable<string>, hidden: ReadonlySet<string>): void {
    const ids = new Set(this.#ids);
    for (const run of runs) {
      if (hidden.has(run)) {
        ids.add(run);
      } else {
        ids.delete(run);
      }
    }
    this.#set(ids);
  }

  #set(ids: ReadonlySet<string>): void {
    const same = ids.size === this.#ids.size && [...ids].every((id) => this.#ids.has(id));
    if (!same) {
      this.#ids = ids;
      for (const draw of this.#heard) {
        draw();
      }
    }
  }
}
