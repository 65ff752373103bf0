import type { Column, FieldsDocument, Range } from "../kernel/documents.ts";

/** What is chosen of each axis, by its place: values, or places of categories. */
export type Brushes = Map<number, Range>;

/** Return whether a run is within every brush. */
export function passes(columns: readonly Column[], brushes: Brushes, run: number): boolean {
  for (const [axis, range] of brushes) {
    const value = columns[axis]?.values[run] ?? null;
    if (value === null || !isWithin(value, range)) {
      return false;
    }
  }
  return true;
}

/** Return the brushes as a filter; what a filter cannot say is left out of it. */
export function filterOf({ columns }: FieldsDocument, brushes: Brushes): string {
  const conditions = [...brushes]
    .sort(([one], [other]) => one - other)
    .map(([axis, range]) => condition(columns[axis], range));
  return conditions.filter((text) => text !== "").join(" AND ");
}

function condition(column: Column | undefined, range: Range): string {
  if (column === undefined || column.filter === null) {
    return "";
  }
  return column.kind === "category"
    ? oneOf(
        column.filter,
        column.quoted.filter((_, place) => isWithin(place, range)),
      )
    : between(column.filter, range, column.kind === "time" ? 1000 : 1);
}

function oneOf(field: string, chosen: readonly (string | null)[]): string {
  const texts = chosen.filter((text) => text !== null);
  if (texts.length === 0 || texts.length < chosen.length) {
    return "";
  }
  return texts.length === 1 ? `${field} = ${texts[0]}` : `${field} IN (${texts.join(", ")})`;
}

/** A filter has times in milliseconds. */
function between(field: string, [low, high]: Range, scale: number): string {
  const [from, to] = [literal(low * scale), literal(high * scale)];
  if (low === high) {
    return `${field} = ${from}`;
  }
  const [hasLow, hasHigh] = [Number.isFinite(low), Number.isFinite(high)];
  if (hasLow && hasHigh) {
    return `${field} BETWEEN ${from} AND ${to}`;
  }
  if (hasLow) {
    return `${field} >= ${from}`;
  }
  return hasHigh ? `${field} <= ${to}` : `${field} IS NOT NULL`;
}

function isWithin(value: number, [low, high]: Range): boolean {
  return value >= low && value <= high;
}

function literal(value: number): string {
  return String(value).replace("e+", "e");
}

/** Return a range with ends that are short to write, and that still holds what it held as nearly as can be seen. */
export function rounded(column: Column, [low, high]: Range, whole: Range): Range {
  if (column.kind === "category") {
    return [Math.ceil(low), Math.floor(high)];
  }
  if (column.kind === "time") {
    return [Math.floor(low), Math.ceil(high)];
  }
  if (column.whole && high - low >= 1) {
    return [Math.ceil(low), Math.floor(high)];
  }
  if (column.log) {
    return [Number(low.toPrecision(3)), Number(high.toPrecision(3))];
  }
  const digits = Math.min(15, Math.max(0, 3 - Math.floor(Math.log10(whole[1] - whole[0]))));
  return [Number(low.toFixed(digits)), Number(high.toFixed(digits))];
}
