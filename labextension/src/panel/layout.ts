import { isObject } from "../kernel/replies.ts";
import type { Head } from "./messages.ts";
import type { Model } from "./model.ts";

const MIN_WIDTH = 48;
const MAX_WIDTH = 900;
/** The width of the boxes before the rows, by which runs are chosen. */
export const CHECK_WIDTH = 26;
/** How many runs can be pinned. */
export const MAX_PINNED = 100;

/** How a cell shows where its number lies in the range of the column. */
export type Shading = "bars" | "heat" | "none";
export const SHADINGS: readonly [how: Shading, title: string][] = [
  ["bars", "Bars"],
  ["heat", "Heat shading"],
  ["none", "No shading"],
];

/** The key of the shading of all columns that have none of their own. */
const ALL_COLUMNS = "*";

/** The layout of the table: widths, shading and pinning of columns, and the pinned runs. */
export class Layout {
  /** Called when another view, or Python, has changed the layout. */
  onChanged: (() => void) | null = null;
  /** How many pixels a column needs at least: numbers are never cut. */
  least: (column: string) => number = () => 0;
  readonly #model: Model;
  #widths = new Map<string, number>();
  #shading = new Map<string, Shading>();
  /** Null until the user pins a column. Until then the first column is pinned. */
  #pinned: string[] | null = null;
  #runs: ReadonlySet<string> = new Set();

  constructor(model: Model, signal: AbortSignal) {
    this.#model = model;
    const read = () => {
      this.#read();
      this.onChanged?.();
    };
    model.on("change:_layout", read);
    signal.addEventListener("abort", () => model.off("change:_layout", read));
    this.#read();
  }

  width(column: string, head: Head | undefined): number {
    return Math.max(this.#widths.get(column) ?? firstWidth(column, head), this.least(column));
  }

  /** Set the width of a column. `keep` saves it. */
  resize(column: string, width: number): void {
    this.#widths.set(column, bounded(width));
  }

  /** Return the left edge of each pinned column. */
  lefts(columns: readonly string[], heads: Record<string, Head>): Map<string, number> {
    const lefts = new Map<string, number>();
    let left = CHECK_WIDTH;
    for (const column of this.pinned(columns)) {
      lefts.set(column, left);
      left += this.width(column, heads[column]);
    }
    return lefts;
  }

  /** Return which of the columns are pinned. */
  pinned(columns: readonly string[]): string[] {
    const pinned = this.#pinned ?? columns.slice(0, 1);
    return columns.filter((column) => pinned.includes(column));
  }

  /** Pin or unpin a column. */
  pin(column: string, on: boolean, columns: readonly string[]): void {
    const others = this.pinned(columns).filter((other) => other !== column);
    this.#pinned = on ? [...others, column] : others;
    this.keep();
  }

  /** The pinned runs, which stand before all others. */
  get runs(): ReadonlySet<string> {
    return this.#runs;
  }

  /** Pin or unpin runs. */
  pinRuns(ids: Iterable<string>, on: boolean): void {
    const runs = new Set(this.#runs);
    for (const id of ids) {
      if (on) {
        runs.add(id);
      } else {
        runs.delete(id);
      }
    }
    this.#runs = new Set([...runs].slice(0, MAX_PINNED));
    this.keep();
  }

  shading(column: string): Shading {
    // Durations are shaded only where the user asks for it: a long one is neither good nor bad.
    return this.#shading.get(column) ?? (column === "duration" ? "none" : this.allShading);
  }

  get allShading(): Shading {
    return this.#shading.get(ALL_COLUMNS) ?? "bars";
  }

  shade(column: string, how: Shading): void {
    this.#shading.set(column, how);
    this.keep();
  }

  /** Shade all columns alike. */
  shadeAll(how: Shading): void {
    this.#shading = new Map([[ALL_COLUMNS, how]]);
    this.keep();
  }

  /** Save the layout in the widget, where other views see it. */
  keep(): void {
    // In the form of the kernel. Any other would come back changed, and be drawn again.
    this.#model.set("_layout", {
      ...(this.#widths.size > 0 && { widths: Object.fromEntries(this.#widths) }),
      ...(this.#pinned !== null && { pinned: this.#pinned }),
      ...(this.#runs.size > 0 && { runs: [...this.#runs] }),
      ...(this.#shading.size > 0 && { shading: Object.fromEntries(this.#shading) }),
    });
    this.#model.save_changes();
  }

  /** Read the layout of the widget. It comes from a saved notebook, so it is not trusted. */
  #read(): void {
    const saved: unknown = this.#model.get("_layout");
    const { widths, pinned, runs, shading } = isObject(saved) ? saved : ({} as Record<string, unknown>);
    this.#widths = new Map(
      entries(widths).flatMap(([name, width]) =>
        typeof width === "number" && Number.isFinite(width) ? [[name, bounded(width)]] : [],
      ),
    );
    this.#shading = new Map(
      entries(shading).flatMap(([name, how]) => {
        const known = SHADINGS.find(([one]) => one === how);
        return known === undefined ? [] : [[name, known[0]]];
      }),
    );
    this.#pinned = Array.isArray(pinned) ? pinned.filter((name) => typeof name === "string") : null;
    const ids = Array.isArray(runs) ? runs.filter((id) => typeof id === "string") : [];
    this.#runs = new Set(ids.slice(0, MAX_PINNED));
  }
}

function entries(held: unknown): [string, unknown][] {
  return isObject(held) ? Object.entries(held) : [];
}

function bounded(width: number): number {
  return Math.round(Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, width)));
}

function firstWidth(column: string, head: Head | undefined): number {
  const known: Record<string, number> = {
    name: 180,
    status: 104,
    start_time: 110,
    duration: 100,
    end_time: 110,
    run_id: 92,
    git_commit: 92,
    parent: 92,
  };
  const label = head === undefined ? column : titleOf(head);
  const attribute = head?.kind === "attributes";
  const wanted = 44 + label.length * 7.5;
  return attribute && known[column] !== undefined
    ? known[column]
    : Math.round(Math.max(88, Math.min(200, wanted)));
}

/** Return the columns with one of them moved to another index. */
export function moved(columns: readonly string[], column: string, to: number): string[] {
  const others = columns.filter((other) => other !== column);
  const from = columns.indexOf(column);
  others.splice(to > from ? to - 1 : to, 0, column);
  return others;
}

/** Return the title of a column. */
export function titleOf(head: Head): string {
  if (head.kind === "attributes") {
    return TITLES[head.label] ?? head.label;
  }
  return head.summary === null || head.summary === "last" ? head.label : `${head.label} ${head.summary}`;
}

const TITLES: Record<string, string> = {
  name: "Name",
  status: "Status",
  start_time: "Started",
  end_time: "Ended",
  duration: "Time",
  experiment: "Experiment",
  note: "Note",
  notebook: "Notebook",
  git_commit: "Commit",
  parent: "Parent",
  lineage: "Lineage",
  run_id: "Id",
};
