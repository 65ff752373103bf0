import type { Value } from "../kernel/documents.ts";
import { exactText, isNumber } from "../kernel/values.ts";
import { momentText, oneLine, shownDuration, shownFigure } from "../ui/text.ts";
import type { Head } from "./messages.ts";

/** A value as a cell shows it, and the exact value for the tooltip. */
export interface Shown {
  text: string;
  exact: string;
  /** Whether it is aligned to the right. */
  number: boolean;
}

const EMPTY: Shown = { text: "", exact: "", number: false };
/** Columns of long ids, of which the beginning is shown: commands find a run by it. */
const ID_COLUMNS = new Set(["run_id", "id", "parent", "git_commit"]);
const SHORT_ID = 8;
const TIME_COLUMNS = new Set(["start_time", "end_time"]);

/** Return a cell's value as it is shown: its numbers as `write` does. `now` is in seconds since the epoch. */
export function shownCell(
  value: Value | undefined,
  head: Head,
  now: number,
  write: (number: number | [string]) => string = shownFigure,
): Shown {
  const exact = value === undefined ? null : exactText(value);
  if (exact === null) {
    return EMPTY;
  }
  if (typeof value === "number") {
    if (head.kind === "attributes" && TIME_COLUMNS.has(head.label)) {
      return { text: relativeTime(value, now), exact: momentText(value), number: false };
    }
    if (head.kind === "attributes" && head.label === "duration") {
      return { text: shownDuration(value), exact: `${value} s`, number: true };
    }
    return { text: write(value), exact, number: true };
  }
  if (isNumber(value)) {
    return { text: write(value), exact, number: true };
  }
  const short = head.kind === "attributes" && ID_COLUMNS.has(head.label);
  return { text: short ? exact.slice(0, SHORT_ID) : oneLine(exact), exact, number: false };
}

/** Return in words how long ago a moment was. Both are in seconds since the epoch. */
export function relativeTime(moment: number, now: number): string {
  const ago = now - moment;
  if (ago < -60) {
    return momentText(moment);
  }
  if (ago < 45) {
    return "just now";
  }
  if (ago < 3570) {
    return `${Math.max(1, Math.round(ago / 60))} min ago`;
  }
  if (ago < 86_400) {
    return `${Math.round(ago / 3600)} h ago`;
  }
  if (ago < 14 * 86_400) {
    return `${Math.round(ago / 86_400)} d ago`;
  }
  return momentText(moment).slice(0, 10);
}

/** Return a count with its noun. */
export function shownCount(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
