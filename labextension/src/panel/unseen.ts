import { problemOf } from "../kernel/replies.ts";
import type { Table } from "./table.ts";

/** Milliseconds for which the choice or the table must be still. */
const PAUSE = 150;

/** Knows which of the chosen runs the table does not show: they stay chosen, and every view is about them. */
export class Unseen {
  readonly #table: Table;
  readonly #heard: (() => void)[] = [];
  #ids: ReadonlySet<string> = new Set();
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** What the answer is about. */
  #known = "";
  #choice: ReadonlySet<string> = new Set();

  constructor(table: Table) {
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
  letGo(): void {
    const { selection } = this.#table;
    selection.ids = new Set([...selection.ids].filter((id) => !this.#ids.has(id)));
    this.#table.chosen();
  }

  #soon(): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.#look(), PAUSE);
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
