import type { Value } from "./documents.ts";

/** Whether a value is a number, be it one that comes as its text. */
export function isNumber(value: Value | undefined): value is number | [string] {
  return typeof value === "number" || (Array.isArray(value) && value.length > 0);
}

/** Whether a run has no value, or None as its value. */
export function isNothing(value: Value): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** Return a number; what is none, and what JavaScript cannot calculate with, is NaN. */
export function numberOf(value: Value | undefined): number {
  return isNumber(value) ? Number(String(value)) : Number.NaN;
}

/** Return a value with all its digits; null where a run has none. */
export function exactText(value: NonNullable<Value>): string;
export function exactText(value: Value): string | null;
export function exactText(value: Value): string | null {
  if (Array.isArray(value)) {
    return value[0] ?? "None";
  }
  return value === null ? null : String(value);
}
