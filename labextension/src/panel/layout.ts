import type { Head } from "./messages.ts";

const NARROWEST = 48;
const WIDEST = 900;

/** How wide the columns are, and how many of them stay at the left when the table is moved sideways. */
export class Layout {
  pinned = 1;
  readonly #widths = new Map<string, number>();

  width(column: string, head: Head | undefined): number {
    return this.#widths.get(column) ?? firstWidth(column, head);
  }

  resize(column: string, width: number): void {
    this.#widths.set(column, Math.round(Math.max(NARROWEST, Math.min(WIDEST, width))));
  }

  /** Return where each pinned column stands. */
  lefts(columns: readonly string[], heads: Record<string, Head>): number[] {
    const lefts: number[] = [];
    let left = 0;
    for (const column of columns.slice(0, this.pinned)) {
      lefts.push(left);
      left += this.width(column, heads[column]);
    }
    return lefts;
  }
}

function firstWidth(column: string, head: Head | undefined): number {
  const known: Record<string, number> = {
    name: 180,
    status: 104,
    start_time: 110,
    duration: 90,
    end_time: 110,
  };
  const label = head === undefined ? column : titleOf(head);
  const attribute = head?.kind === "attributes";
  const wanted = 40 + label.length * 7.5;
  return attribute && known[column] !== undefined
    ? known[column]
    : Math.round(Math.max(88, Math.min(200, wanted)));
}

/** Return columns with one of them moved to where another one stands. */
export function moved(columns: readonly string[], column: string, to: number): string[] {
  const others = columns.filter((other) => other !== column);
  const from = columns.indexOf(column);
  others.splice(to > from ? to - 1 : to, 0, column);
  return others;
}

/** Return what is written over a column. */
export function titleOf(head: Head): string {
  if (head.kind === "attributes") {
    return WORDS[head.label] ?? head.label;
  }
  return head.summary === null || head.summary === "last" ? head.label : `${head.label} ${head.summary}`;
}

const WORDS: Record<string, string> = {
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
