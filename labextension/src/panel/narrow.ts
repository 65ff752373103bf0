/** A table below this width shows the least that tells runs apart. The side panel's style has it, too. */
export const NARROW = 400;

/** How wide the columns are: a metric has its number, the status a dot, the name what is left. */
const NAME = "minmax(0, 1fr)";
const METRIC = 76;
const STATUS = "30px";

/** Return the columns of a narrow table: the name, the metric that it is ordered by or else its first, the status. */
export function narrowed(columns: readonly string[], orderBy: readonly string[]): string[] {
  const metrics = columns.filter((column) => column.startsWith("metrics."));
  const ordered = orderBy.map((one) => one.replace(/ (?:asc|desc)$/iu, ""));
  const metric = metrics.find((column) => ordered.includes(column)) ?? metrics[0];
  const name = columns.includes("name") ? "name" : columns[0];
  return [...new Set([name, metric, "status"])].filter((column) => column !== undefined);
}

/** Return the grid's tracks for these columns, of which each has the pixels that it needs. */
export function narrowTracks(columns: readonly string[], needed: (column: string) => number): string {
  return columns
    .map((column, at) => {
      if (column === "status") {
        return STATUS;
      }
      return at === 0 ? NAME : `${Math.max(METRIC, needed(column))}px`;
    })
    .join(" ");
}
