import type { FieldNote } from "../../plot/controls.ts";
import type { Defaults, PanelResults } from "../../wire.ts";
import type { FieldUse } from "../messages.ts";

/** The fields to choose from, and what is chosen at first, as the kernel has it. */
export interface Fields extends Defaults {
  /** How many runs the view has. */
  runs: number;
  use: ReadonlyMap<string, FieldUse>;
}

/** Return the fields in an answer of the kernel. */
export function fieldsOf({ runs, fields, defaults }: PanelResults["fields"]): Fields {
  return { ...defaults, runs, use: new Map(fields.map((field) => [field.name, field])) };
}

/** Return whether one of the runs has a metric. */
export function hasMetric({ use }: Fields, metric: string): boolean {
  return (use.get(`metrics.${metric}`)?.count ?? 0) > 0;
}

/** Return a metric that the kernel has chosen; where it could not, no run has one. */
export function needed(metric: string | null): string {
  if (metric === null) {
    throw new Error("None of these runs has a metric yet.");
  }
  return metric;
}

/** Return the notes on fields: how many runs have a field, and whether it differs. */
export function fieldNotes({ use, runs }: Fields): (name: string) => FieldNote {
  return (name) => {
    const { count = runs, values = 2 } = use.get(name) ?? {};
    if (count === 0) {
      return { note: "", apart: "Only other runs have" };
    }
    const some = count < runs ? `${count.toLocaleString("en")} of ${runs.toLocaleString("en")} runs` : "";
    const same = values === 1 && !name.startsWith("metrics.") ? "all the same" : "";
    return { note: [some, same].filter((text) => text !== "").join(", "), apart: null };
  };
}
