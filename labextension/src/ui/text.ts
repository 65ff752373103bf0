/** Text, numbers and times as people read them. */

/** Characters that are needed by scripts and emoji: joiners, marks of direction, line breaks, tabs. */
const NEEDED = new Set(["\n", "\r", "\t", "\u200C", "\u200D", "\u200E", "\u200F"]);
const HIDDEN = /[\p{Cc}\p{Cf}\u{2028}\u{2029}\u{115F}\u{1160}\u{3164}\u{FFA0}]/gu;

/** Return a text in which no character is invisible: `⟨U+202E⟩` stands for the one that writes backwards. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (found) => {
    if (NEEDED.has(found)) {
      return found;
    }
    return `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** Return a text on one line, cut after so many characters. */
export function oneLine(text: string, most = 300): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return visible(short).replace(/[\r\n\t]+/gu, " ");
}

/** Return in words how much was left out; the empty text where nothing was. */
export function leftOut(left: number, what = "characters"): string {
  return left > 0 ? `… ${left.toLocaleString("en")} more ${what}` : "";
}

const DIGITS = 5;

/** Return a number in a few digits: 0.12346, 12,345, 1.2e-7. */
export function numberText(value: number | null | undefined, digits = DIGITS): string {
  if (value === null || value === undefined) {
    return "–";
  }
  if (!Number.isFinite(value)) {
    return String(value).replace("Infinity", "inf").replace("NaN", "nan");
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) {
    return value
      .toExponential(digits - 1)
      .replace(/\.?0+e/u, "e")
      .replace("e+", "e");
  }
  if (Number.isInteger(value) || size >= 10 ** digits) {
    // Rounding to zeros would look like an exact number.
    return Math.round(value).toLocaleString("en-GB");
  }
  return Number(value.toPrecision(digits)).toLocaleString("en-GB", { maximumFractionDigits: 12 });
}

const SI_PREFIXES: readonly [number, string][] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** Return a tick's label: as many digits as the step between ticks needs, in the unit of the greatest tick. */
export function tickText(value: number, step: number, most = Math.abs(value)): string {
  const size = Math.abs(value);
  if (value === 0) {
    return "0";
  }
  if (size >= 1e15 || size < 1e-4) {
    return value
      .toExponential(2)
      .replace(/\.?0+e/u, "e")
      .replace("e+", "e");
  }
  const unit = most >= 1e4 && step >= 100 ? SI_PREFIXES.find(([from]) => most >= from) : undefined;
  const scaled = unit === undefined ? value : value / unit[0];
  const scaledStep = unit === undefined ? step : step / unit[0];
  const decimals = decimalsOf(scaledStep);
  return `${scaled.toFixed(decimals)}${unit?.[1] ?? ""}`;
}

/** Return how many decimals a step has: 2 for 0.25. */
function decimalsOf(step: number): number {
  const least = Math.min(10, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  const shifted = step * 10 ** least;
  // The steps of round ticks have at most one digit more than that: 25.
  return Math.abs(shifted - Math.round(shifted)) < shifted * 1e-6 ? least : Math.min(10, least + 1);
}

/** Return seconds as a length of time: 850 ms, 12.5 s, 3 min 20 s, 2 h 5 min. */
export function lengthText(seconds: number): string {
  if (!Number.isFinite(seconds)) {
    return numberText(seconds);
  }
  if (Math.abs(seconds) < 1) {
    return `${numberText(seconds * 1000, 3)} ms`;
  }
  if (Math.abs(seconds) < 60) {
    return `${numberText(seconds, 3)} s`;
  }
  const parts: readonly [number, string, number, string][] = [
    [86_400, "d", 3600, "h"],
    [3600, "h", 60, "min"],
    [60, "min", 1, "s"],
  ];
  const [unit, name, small, smallName] = parts.find(([from]) => Math.abs(seconds) >= from) ?? [
    60,
    "min",
    1,
    "s",
  ];
  const whole = Math.trunc(seconds / unit);
  const rest = Math.trunc(Math.abs(seconds - whole * unit) / small);
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${smallName}`;
}

/** Return seconds since the epoch as the reader's own time. */
export function momentText(seconds: number): string {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) {
    return numberText(seconds);
  }
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}

/** Return a number with five digits that count, as `%.5g` writes it. */
export function shownFigure(value: number | [string]): string {
  if (Array.isArray(value) || (Number.isInteger(value) && Math.abs(value) < 1e15)) {
    return String(value);
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

const TIME_UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
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
  for (const [unit, seconds] of TIME_UNITS) {
    if (Math.abs(passed) >= seconds) {
      return format.format(-Math.trunc(passed / seconds), unit);
    }
  }
  return Math.abs(passed) < 5 ? "just now" : format.format(-Math.trunc(passed), "second");
}

/** Return a time in full, in the browser's time zone. */
export function exactTime(time: number): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" }).format(time * 1000);
}

/** Return a length of time as a person says it. */
export function shownDuration(seconds: number): string {
  if (seconds < 0.0005) {
    return "<1 ms";
  }
  if (seconds < 0.9995) {
    return `${(seconds * 1000).toFixed(0)} ms`;
  }
  if (seconds < 59.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) {
    return `${minutes} min ${Math.round(seconds) % 60} s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Return a number of milliseconds in the unit that suits it. */
export function shownTime(ms: number): string {
  if (ms >= 1000) {
    return `${(ms / 1000).toPrecision(3)} s`;
  }
  return `${ms >= 100 ? ms.toFixed(0) : Number(ms.toPrecision(2))} ms`;
}

/** Say how many there are of a thing. */
export function counted(number: number, word: string): string {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}
