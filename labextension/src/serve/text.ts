import type { Json } from "../kernel/replies.ts";

/** Return a time in milliseconds for people. */
export function shownTime(ms: number): string {
  if (ms >= 1000) {
    return `${(ms / 1000).toPrecision(3)} s`;
  }
  return `${ms >= 100 ? ms.toFixed(0) : Number(ms.toPrecision(2))} ms`;
}

/** Return predictions as they are shown: one value alone where there is but one. */
export function shownPredictions(predictions: Json): { text: string; exact: string; single: boolean } {
  let one = predictions;
  while (Array.isArray(one) && one.length === 1) {
    one = one[0] ?? null;
  }
  if (typeof one === "object" && one !== null) {
    const text = JSON.stringify(one, null, 1);
    return { text, exact: text, single: false };
  }
  const exact = String(one);
  const whole = typeof one !== "number" || Number.isInteger(one);
  return { text: whole ? exact : String(Number((one as number).toPrecision(6))), exact, single: true };
}
