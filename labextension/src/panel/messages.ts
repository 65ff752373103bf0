/** What the panel's requests are answered with, as `nbtrack/widgets/panel/` has it. */

import type { Value } from "../kernel/documents.ts";
import { hasOnly, isCount, isObject, isText, isTexts, type Problem } from "../kernel/replies.ts";

export type Kind = "attributes" | "params" | "metrics" | "tags" | "data";

/** What is told of a column beside its values. */
export interface Head {
  kind: Kind;
  label: string;
  summary: string | null;
  /** How the filter language writes it. */
  field: string;
  better: "down" | "up" | null;
}

/** Rows of the table from `offset` on. */
export interface Rows {
  clock: number;
  total: number;
  offset: number;
  ids: string[];
  columns: Record<string, Value[]>;
  heads: Record<string, Head>;
  remark: Problem | null;
  /** When they were read, where that was not just now: of the rows that a saved notebook has. */
  read?: number;
  /** What the bare names in the filter stand for, by how they are written: `metrics.rmse` for `rmse`. */
  meant?: Record<string, string>;
  /** Of a tree also how deep each row stands, and how many children each has. */
  depths?: number[];
  children?: number[];
}

export interface Option {
  text: string;
  kind: string;
}

/** Charts that were put together in the workspace, with the name that they were saved under. */
export interface Arrangement {
  name: string;
  charts: { kind: string; asked: Record<string, unknown> }[];
}

/** The arrangements that were saved, the last one first. */
export interface Arrangements {
  arrangements: Arrangement[];
  kept: boolean;
}

export interface Memory {
  history: string[];
  saved: { name: string; filter: string }[];
  /** Whether they can be kept. */
  kept: boolean;
}

export interface Scale {
  column: string;
  low: Value;
  high: Value;
  best: Value;
  /** Whether no run has anything in the column. */
  empty?: boolean;
}

export interface Names {
  columns: string[];
  experiments: { name: string; runs: number }[];
  read_only: boolean;
}

/** What runs have of a field; nothing of those that only others have, which come last. */
export interface FieldUse {
  /** As a column of the run table. */
  name: string;
  count: number;
  /** How many different values there are; of a metric 2 stands for any more. */
  values: number;
  number: boolean;
  /** How many points the longest history of a metric has. */
  points: number;
}

/** A tag of the chosen runs: how many have it, and its value where these have the same. */
export interface TagUse {
  name: string;
  count: number;
  value: string | null;
}

/** Pushed when the store has changed: the rows that each view last asked for, as they are now. */
export interface Changed {
  kind: "changed";
  clock: number;
  views: Record<string, Rows & { asked: string }>;
}

export function isChanged(value: unknown): value is Changed {
  return (
    isObject(value) &&
    hasOnly(value, "kind", "clock", "views") &&
    value["kind"] === "changed" &&
    isCount(value["clock"]) &&
    isObject(value["views"]) &&
    Object.values(value["views"]).every((rows) => isObject(rows) && isText(rows["asked"]) && isRows(rows))
  );
}

/** Whether a part of a message holds rows; the values in them are looked at when they are drawn. */
export function isRows(value: Record<string, unknown>): boolean {
  return (
    isCount(value["total"]) &&
    isCount(value["offset"]) &&
    isTexts(value["ids"]) &&
    isObject(value["columns"]) &&
    Object.values(value["columns"]).every(Array.isArray) &&
    isObject(value["heads"])
  );
}
