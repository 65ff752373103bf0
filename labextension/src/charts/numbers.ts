/** Numbers as people read them. */

const DIGITS = 5;

/** Return a number in a few digits: 0.12346, 12,345, 1.2e-7. */
export function shown(value: number | null | undefined, digits = DIGITS): string {
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
    // Noughts in place of a number's own digits would read as exact.
    return Math.round(value).toLocaleString("en-GB");
  }
  return Number(value.toPrecision(digits)).toLocaleString("en-GB", { maximumFractionDigits: 12 });
}

const STEPS: readonly [number, string][] = [
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
  const unit = most >= 1e4 && step >= 100 ? STEPS.find(([from]) => most >= from) : undefined;
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
    return shown(seconds);
  }
  if (Math.abs(seconds) < 1) {
    return `${shown(seconds * 1000, 3)} ms`;
  }
  if (Math.abs(seconds) < 60) {
    return `${shown(seconds, 3)} s`;
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
    return shown(seconds);
  }
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}
