import type { Column, FieldsDocument } from "../kernel/documents.ts";
import { momentText, numberText, shownDuration } from "../ui/text.ts";
import type { Figures } from "./controls.ts";

/** Return a field's name without `params.` and `metrics.`. */
export function fieldLabel(field: string): string {
  return field.replace(/^(?:params|metrics)\./u, "");
}

/** Return a run's value of a column as text. */
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
  return column.field === "duration" ? shownDuration(value) : numberText(value);
}

/** Return the values of fields, to be saved. */
export function fieldFigures({ runs, columns }: FieldsDocument): Figures {
  const value = (column: Column, run: number) => {
    const found = column.values[run] ?? null;
    return column.kind === "category" && found !== null ? (column.categories[found] ?? null) : found;
  };
  return {
    heads: ["run_id", "run", ...columns.map(({ field }) => field)],
    rows: runs.map(({ id, name }, run) => [id, name, ...columns.map((column) => value(column, run))]),
  };
}
