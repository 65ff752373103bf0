import type { Table } from "./table.ts";

/** What may hold `order by` as text: quotes of the filter language, which have no escapes but these. */
const QUOTED = /'(?:[^'\\]|''|\\'|\\)*'|"(?:[^"\\]|""|\\"|\\)*"|`(?:[^`]|``)*`/gu;

/** Return a filter with all that is quoted blotted out: of the same length, so that places in it are the same. */
export function masked(filter: string): string {
  return filter.replace(QUOTED, (text) => "x".repeat(text.length));
}

/** Return a filter that lets through of what another does only what meets a condition, too. */
export function narrowed(filter: string, condition: string): string {
  const plain = masked(filter);
  const at = plain.search(/\border\s+by\b|\blimit\s+\d+\s*$/iu);
  const where = (at < 0 ? filter : filter.slice(0, at)).trim();
  const order = at < 0 ? "" : ` ${filter.slice(at).trim()}`;
  return (where === "" ? condition : `(${where}) AND ${condition}`) + order;
}

/** Show in the table only what meets a condition. */
export function showInTable(table: Table, condition: string): void {
  table.ask({ filter: narrowed(table.query.filter, condition) });
  table.model.set("view", "table");
  table.model.save_changes();
}
