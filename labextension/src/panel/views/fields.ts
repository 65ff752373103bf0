import type { FieldNote } from "../../plot/controls.ts";
import type { PanelResults } from "../../wire.ts";
import type { FieldUse } from "../messages.ts";

/** The fields to choose from: columns of the table first, and last those that only other runs have. */
export interface Fields {
  /** How many runs the view has. */
  runs: number;
  metrics: string[];
  /** As columns of the run table: `params.alpha`. */
  params: string[];
  /** The fields that runs can be grouped by. */
  groups: string[];
  use: ReadonlyMap<string, FieldUse>;
}

const METRICS = "metrics.";
const GROUP_PREFIXES = ["params.", "tags.", "data."];
/** A field with more different texts than this gets no axis at first. */
const MAX_TEXTS = 12;
/** Params that only tell repetitions apart, as in `nbtrack/compare/groups.py`. */
const SEED = /(?:^|[._/-])(?:random_state|random_seed|seed|split)$/iu;

/** Return the fields in an answer of the kernel. */
export function fieldsOf({ runs, fields }: PanelResults["fields"], columns: readonly string[]): Fields {
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
    groups: ordered.filter(
      (name) => isAttribute(name) || GROUP_PREFIXES.some((prefix) => name.startsWith(prefix)),
    ),
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

/** Return the metric for the curves: one with a history that most runs have. */
export function curveMetric(found: Fields): string {
  const most = common(found, withHistory(found));
  return most[0] ?? chartMetric(found);
}

/** Return the metric for the charts: one that differs between most runs, with a known direction if there is one. */
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

/** Leave out metrics that less than half as many runs have as the most common one. */
function common({ use }: Fields, metrics: readonly string[]): string[] {
  const count = (name: string) => countOf(use, METRICS + name);
  const most = Math.max(0, ...metrics.map(count));
  return metrics.filter((name) => count(name) * 2 >= most);
}

/** Return the params that differ between most runs, seeds last. */
export function varied({ params, use, runs }: Fields): string[] {
  const differs = params.filter((name) => {
    const { values = 0, number = false } = use.get(name) ?? {};
    return values > 1 && (number || values <= MAX_TEXTS);
  });
  const most = differs.filter((name) => countOf(use, name) * 2 >= runs);
  const found = most.length > 0 ? most : differs;
  return [...found.filter((name) => !SEED.test(name)), ...found.filter((name) => SEED.test(name))];
}

/** Return the notes on fields: how many runs have a field, and whether it differs. */
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
