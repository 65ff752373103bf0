import type { FieldNote } from "../../plot/controls.ts";
import type { FieldUse, Results } from "../messages.ts";

/** What the runs of a view have, to choose from: that of the table's columns first, and last what only other runs have. */
export interface Fields {
  /** How many runs were looked at. */
  runs: number;
  metrics: string[];
  /** As columns of the run table: `params.alpha`. */
  params: string[];
  /** Those that runs can be grouped by. */
  groups: string[];
  use: ReadonlyMap<string, FieldUse>;
}

const METRICS = "metrics.";
const SETTINGS = ["params.", "tags.", "data."];
/** With more different texts an axis is only a list. */
const MOST_TEXTS = 12;
/** Params that only repeat a run, as `nbtrack/compare/groups.py` knows them. */
const SEED = /(?:^|[._/-])(?:random_state|random_seed|seed|split)$/iu;

/** Return what an answer of the kernel says that runs have. */
export function fieldsOf({ runs, fields }: Results["fields"], columns: readonly string[]): Fields {
  const use = new Map(fields.map((field) => [field.name, field]));
  const listed = [...new Set([...columns.filter((name) => use.has(name)), ...use.keys()])];
  const ordered = [
    ...listed.filter((name) => countOf(use, name) > 0),
    ...listed.filter((name) => countOf(use, name) === 0),
  ];
  const isAttribute = (name: string) => !name.includes(".");
  return {
    runs,
    use,
    metrics: ordered.filter((name) => name.startsWith(METRICS)).map((name) => name.slice(METRICS.length)),
    params: ordered.filter((name) => name.startsWith("params.")),
    groups: ordered.filter((name) => isAttribute(name) || SETTINGS.some((prefix) => name.startsWith(prefix))),
  };
}

function countOf(use: Fields["use"], name: string): number {
  return use.get(name)?.count ?? 0;
}

/** Return whether one of the runs has a metric. */
export function hasMetric({ use }: Fields, metric: string): boolean {
  return countOf(use, METRICS + metric) > 0;
}

/** Return the metrics that have more than one point in some run. */
export function withHistory({ metrics, use }: Fields): string[] {
  return metrics.filter((name) => (use.get(METRICS + name)?.points ?? 0) > 1);
}

/** Return the metric whose curves say most: one with a history, in most of the runs. */
export function curveMetric(found: Fields): string {
  const most = common(found, withHistory(found));
  return most[0] ?? chartMetric(found);
}

/** Return the metric that says most of the runs: one that differs, whose better end is known, in most of them. */
export function chartMetric(found: Fields): string {
  const { metrics, use } = found;
  const differ = common(
    found,
    metrics.filter((name) => (use.get(METRICS + name)?.values ?? 0) > 1),
  );
  const known = differ.find((name) => (use.get(METRICS + name)?.better ?? null) !== null);
  const first = known ?? differ[0] ?? metrics[0];
  if (first === undefined || !metrics.some((name) => hasMetric(found, name))) {
    throw new Error("None of these runs has a metric yet.");
  }
  return first;
}

/** Leave out metrics that few runs have, beside what most have. */
function common({ use }: Fields, metrics: readonly string[]): string[] {
  const count = (name: string) => countOf(use, METRICS + name);
  const most = Math.max(0, ...metrics.map(count));
  return metrics.filter((name) => count(name) * 2 >= most);
}

/** Return the params that tell the runs apart: those that differ, and that most runs have; seeds come last. */
export function varied({ params, use, runs }: Fields): string[] {
  const differs = params.filter((name) => {
    const { values = 0, number = false } = use.get(name) ?? {};
    return values > 1 && (number || values <= MOST_TEXTS);
  });
  const most = differs.filter((name) => countOf(use, name) * 2 >= runs);
  const found = most.length > 0 ? most : differs;
  return [...found.filter((name) => !SEED.test(name)), ...found.filter((name) => SEED.test(name))];
}

/** Return what is said of fields where they are chosen: how many runs have each, and whether it differs. */
export function fieldNotes({ use, runs }: Fields): (name: string) => FieldNote {
  return (name) => {
    const { count = runs, values = 2 } = use.get(name) ?? {};
    if (count === 0) {
      return { note: "", apart: "Only other runs have" };
    }
    const some = count < runs ? `${count.toLocaleString("en")} of ${runs.toLocaleString("en")} runs` : "";
    const same = values === 1 && !name.startsWith(METRICS) ? "all the same" : "";
    return { note: [some, same].filter((text) => text !== "").join(", "), apart: null };
  };
}
