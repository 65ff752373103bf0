import type { Figure } from "./messages.ts";

const DIGITS = 5;

/** Return a number with all its digits; what is none as the table has it: `nan`, `inf`, `-inf`. */
export function exactFigure(value: Figure): string {
  return String(value).replace("Infinity", "inf").replace("NaN", "nan");
}

/** Return a number with five digits that count, as `%.5g` writes it. */
export function shownFigure(value: Figure): string {
  if (typeof value === "string" || (Number.isInteger(value) && Math.abs(value) < 1e15)) {
    return exactFigure(value);
  }
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) {
    return value.toExponential(DIGITS - 1).replace(/\.0+e|(?<=\.\d*[1-9])0+e/u, "e");
  }
  return String(Number(value.toPrecision(size >= 1e5 ? 7 : DIGITS)));
}

/** Return a param's value: numbers as numbers, text as it is. */
export function shownParam(type: string, text: string): string {
  return type === "float" && text !== "" && Number.isFinite(Number(text)) ? shownFigure(Number(text)) : text;
}

/** Return a number of bytes with the unit that suits it. */
export function shownSize(bytes: number): string {
  const units = ["kB", "MB", "GB", "TB"];
  let amount = bytes / 1000;
  if (amount < 1) {
    return `${bytes} B`;
  }
  while (amount >= 999.95 && units.length > 1) {
    amount /= 1000;
    units.shift();
  }
  return `${amount.toFixed(1)} ${units[0]}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** Return how long ago a time was; both in seconds since the epoch. */
export function ago(time: number, now: number): string {
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const passed = now - time;
  for (const [unit, seconds] of STEPS) {
    if (Math.abs(passed) >= seconds) {
      return format.format(-Math.trunc(passed / seconds), unit);
    }
  }
  return Math.abs(passed) < 5 ? "just now" : format.format(-Math.trunc(passed), "second");
}

/** Return a time in full, in the page's own time zone. */
export function exactTime(time: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" }).format(time * 1000);
}
