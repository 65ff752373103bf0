import { comparing } from "./comparing.ts";
import { runTab } from "./runtab.ts";
import type { Table } from "./table.ts";
import type { Places } from "./viewtabs.ts";

/** Show a panel's views beside the table, each in its place, until the panel goes. */
export function show(table: Table, places: Places): void {
  const { showCurve } = comparing(table, places);
  runTab(table, places.run, showCurve);
}
