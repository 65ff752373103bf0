import { problemOf } from "../kernel/replies.ts";
import type { Query } from "../wire.ts";
import type { PanelClient } from "./client.ts";
import type { Head, Scale } from "./messages.ts";

/** Milliseconds between the rows and their statistics, and between two updates while the store changes. */
const DELAY = 120;
const INTERVAL = 3000;

/** Kinds of columns that have no range, but may be empty, and what of the run itself may be. */
const BLANK_KINDS: ReadonlySet<string> = new Set(["tags", "data"]);
const BLANKS: ReadonlySet<string> = new Set([
  "end_time",
  "note",
  "notebook",
  "git_commit",
  "parent",
  "lineage",
]);

/** What of the panel's state says which columns there are. */
interface Columns {
  readonly requests: PanelClient;
  readonly signal: AbortSignal;
  readonly query: Query;
  readonly columns: string[];
  readonly heads: Readonly<Record<string, Head>>;
}

/** The ranges of the columns, and which columns differ. They are asked for after the rows, as they take longer. */
export class ColumnStats {
  readonly scales = new Map<string, Scale>();
  readonly #table: Columns;
  readonly #changed: (topic: "heads" | "rows") => void;
  /** The columns in which all runs have the same. */
  #alike: ReadonlySet<string> = new Set();
  /** The columns of which no run has anything. */
  #empty: ReadonlySet<string> = new Set();
  #onlyDiffering: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When they were last asked for, in milliseconds. */
  #fetched = 0;
  /** Rises with each update, so that an older one stops. */
  #revision = 0;

  /** `changed` is called when other columns are shown, or cells look different. */
  constructor(table: Columns, changed: (topic: "heads" | "rows") => void) {
    this.#table = table;
    this.#changed = changed;
    this.#onlyDiffering = false;
    table.signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** The columns that are shown. Those that are empty stand behind the others. */
  get shown(): string[] {
    const { columns } = this.#table;
    const shown = this.#onlyDiffering ? columns.filter((name) => !this.#alike.has(name)) : columns;
    const filled = shown.filter((name) => !this.#empty.has(name));
    return filled.length === shown.length
      ? shown
      : [...filled, ...shown.filter((name) => this.#empty.has(name))];
  }

  get onlyDiffering(): boolean {
    return this.#onlyDiffering;
  }

  /** Whether no run of the table has anything in a column. */
  isEmpty(column: string): boolean {
    return this.#empty.has(column);
  }

  /** Show only the columns in which the runs differ. */
  setOnlyDiffering(only: boolean): void {
    this.#onlyDiffering = only;
    this.#alike = new Set();
    this.#changed("heads");
    this.update(0);
  }

  /** Whether a column has a range from its least number to its greatest. */
  hasRange(column: string): boolean {
    const kind = this.#table.heads[column]?.kind;
    return kind === "metrics" || kind === "params" || column === "duration";
  }

  update(delay = DELAY): void {
    clearTimeout(this.#timer);
    this.#revision += 1;
    if (!this.#table.signal.aborted) {
      this.#timer = setTimeout(() => void this.#fetch(), delay);
    }
  }

  /** Update after a change of the store, which may change many times a second. */
  updateAtIntervals(): void {
    this.update(Math.max(DELAY, this.#fetched + INTERVAL - Date.now()));
  }

  async #fetch(): Promise<void> {
    const revision = this.#revision;
    this.#fetched = Date.now();
    const { requests, query, signal } = this.#table;
    try {
      if (this.#onlyDiffering) {
        const columns = this.#table.columns.filter((name) => name !== "name");
        const differing = await requests.ask("differing", { ...query, columns });
        const kept = new Set(differing.columns);
        this.#alike = new Set(columns.filter((name) => !kept.has(name)));
        this.#changed("heads");
      }
      const { heads } = this.#table;
      let columns = this.shown.filter(
        (name) => this.hasRange(name) || BLANKS.has(name) || BLANK_KINDS.has(heads[name]?.kind ?? ""),
      );
      const empty = new Set<string>();
      while (columns.length > 0 && revision === this.#revision && !signal.aborted) {
        // biome-ignore lint/performance/noAwaitInLoops: one after another, so that rows can come between
        const { scales } = await requests.ask("scale", { ...query, columns });
        for (const scale of scales) {
          this.scales.set(scale.column, scale);
          if (scale.empty) {
            empty.add(scale.column);
          }
        }
        columns = columns.slice(Math.max(1, scales.length));
        this.#changed("rows");
      }
      if (columns.length === 0 && [...empty].join("\n") !== [...this.#empty].join("\n")) {
        this.#empty = empty;
        this.#changed("heads");
      }
    } catch (error) {
      // The rows can be read without them.
      problemOf(error);
    }
  }
}
