import { shownDuration } from "../ui/text.ts";
import type { Cell, Head } from "./messages.ts";

/** A value as a cell shows it, and the exact value for the tooltip. */
export interface Shown {
  text: string;
  exact: string;
  /** Whether it is aligned to the right. */
  number: boolean;
}

const EMPTY: Shown = { text: "", exact: "", number: false };
const TIME_COLUMNS = new Set(["start_time", "end_time"]);

/** Return a cell's value as it is shown. `now` is in seconds since the epoch. */
export function shownCell(value: Cell | undefined, head: Head, now: number): Shown {
  if (value === null || value === undefined) {
    return EMPTY;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) {
      return { text: "None", exact: "None", number: false };
    }
    const exact = value[0];
    return { text: exact.length > 12 ? `${exact.slice(0, 12)}…` : exact, exact, number: true };
  }
  if (typeof value === "number") {
    if (head.kind === "attributes" && TIME_COLUMNS.has(head.label)) {
      return { text: relativeTime(value, now), exact: exactTime(value), number: false };
    }
    if (head.kind === "attributes" && head.label === "duration") {
      return { text: shownDuration(value), exact: `${value} s`, number: true };
    }
    return { text: shownNumber(value), exact: String(value), number: true };
  }
  if (typeof value === "boolean") {
    return { text: String(value), exact: String(value), number: false };
  }
  return { text: oneLine(value), exact: value, number: false };
}

/** Return a number with five digits: enough to tell two runs apart. */
export function shownNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) {
    return String(value);
  }
  return String(Number(value.toPrecision(5)));
}

/** Return in words how long ago a moment was. Both are in seconds since the epoch. */
export function relativeTime(moment: number, now: number): string {
  const ago = now - moment;
  if (ago < -60) {
    return exactTime(moment);
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
  return exactTime(moment).slice(0, 10);
}

/** Return a moment as local date and time. */
function exactTime(moment: number): string {
  const date = new Date(moment * 1000);
  if (Number.isNaN(date.getTime())) {
    return String(moment);
  }
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Return a count with its noun. */
export function shownCount(count: number, one: string, many: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** Return a text on one line, without control characters. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ");
}
