import type { Column } from "./documents.ts";
import { lengthText, momentText, shown } from "./numbers.ts";

/** Return a field's name as a title: without the kind where that goes without saying. */
export function fieldLabel(field: string): string {
  return field.replace(/^(?:params|metrics)\./u, "");
}

/** Return a run's value of a column in words. */
export function columnText(column: Column, run: number): string {
  const value = column.values[run] ?? null;
  if (value === null) {
    return "–";
  }
  if (column.kind === "category") {
    return column.categories[value] ?? "–";
  }
  if (column.kind === "time") {
    return momentText(value);
  }
  return column.field === "duration" ? lengthText(value) : shown(value);
}
