import { problemOf } from "../kernel/replies.ts";
import type { Query } from "../wire.ts";
import type { PanelClient } from "./client.ts";
import type { RowCache } from "./rows.ts";

/** How many runs can be chosen, as each choice is sent to the kernel and back. */
export const MAX_CHOSEN = 20_000;

/** The ids of the chosen runs. A run stays chosen when it moves in the table, or leaves it. */
export class Selection {
  /** How many runs the user wanted to choose where the limit left some out; else 0. */
  wanted = 0;
  #ids: ReadonlySet<string> = new Set();
  /** The row that has the keyboard. */
  cursor = 0;
  /** The column of the cell that has the keyboard, or null where the whole row has it. */
  column: string | null = null;
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

  /** Choose one run and no other. */
  only(id: string | undefined, index: number): void {
    this.ids = new Set(id === undefined ? [] : [id]);
    this.cursor = index;
    this.anchor = index;
  }

  /** Choose a run, or choose it no longer. */
  toggle(id: string | undefined, index: number): void {
    const ids = new Set(this.ids);
    if (id !== undefined && !ids.delete(id)) {
      ids.add(id);
    }
    this.ids = ids;
    this.cursor = index;
    this.anchor = index;
  }

  /** Choose the runs of a range that begins at the anchor. `count` is its length, where `ids` has only some of them. */
  range(ids: readonly string[], index: number, more: boolean, count = ids.length): void {
    const all = [...new Set([...(more ? this.ids : []), ...ids])];
    this.ids = new Set(all.slice(0, MAX_CHOSEN));
    const left = all.length - this.ids.size + count - ids.length;
    this.wanted = left > 0 ? this.ids.size + left : 0;
    this.cursor = index;
  }
}

/** Milliseconds without a change of the selection or the table before the kernel is asked. */
const LOOK_DELAY = 150;

/** The parts of the panel's state that say which of the chosen runs the table shows. */
interface TableOfRuns {
  readonly selection: Selection;
  readonly cache: RowCache;
  readonly requests: PanelClient;
  readonly signal: AbortSignal;
  readonly query: Query;
  readonly unfolded: ReadonlySet<string> | null;
  on: (topics: readonly ("chosen" | "rows" | "anew")[], draw: () => void) => void;
  selectionChanged: () => void;
}

/** The chosen runs that the filter does not find. They stay chosen, and the other views show them. */
export class OutsideTable {
  readonly #table: TableOfRuns;
  readonly #listeners: (() => void)[] = [];
  #ids: ReadonlySet<string> = new Set();
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** The query and the selection of the last answer. */
  #known = "";
  #choice: ReadonlySet<string> = new Set();

  constructor(table: TableOfRuns) {
    this.#table = table;
    table.on(["chosen", "rows", "anew"], () => this.#soon());
    table.signal.addEventListener("abort", () => clearTimeout(this.#pause));
    this.#soon();
  }

  /** Call `draw` when other runs are outside the table. */
  onChanged(draw: () => void): void {
    this.#listeners.push(draw);
  }

  /** How many of the chosen runs are outside the table. */
  get count(): number {
    const { selection } = this.#table;
    return [...this.#ids].filter((id) => selection.has(id)).length;
  }

  /** Choose these runs no longer. */
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
    // Loaded rows are in the table. Where all rows are loaded, all other runs are outside.
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
    for (const draw of this.#listeners) {
      draw();
    }
  }
}

/** The chosen runs that the charts do not show: the same in all charts of a panel. */
export class HiddenRuns {
  #ids: ReadonlySet<string> = new Set();
  readonly #listeners: (() => void)[] = [];

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  onChanged(draw: () => void): void {
    this.#listeners.push(draw);
  }

  toggle(id: string): void {
    const ids = new Set(this.#ids);
    if (!ids.delete(id)) {
      ids.add(id);
    }
    this.#set(ids);
  }

  /** Hide some of these runs and show the others. All other runs stay as they are. */
  setHidden(runs: Iterable<string>, hidden: ReadonlySet<string>): void {
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
      for (const draw of this.#listeners) {
        draw();
      }
    }
  }
}
