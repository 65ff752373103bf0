import { isObject } from "../../kernel/replies.ts";
import { checksum, headOf } from "./source.ts";

/** What a tracked cell's output says of its run, as `nbtrack/notebook/mark.py` writes it. Anybody may have written it. */

const STATUSES = ["RUNNING", "FINISHED", "FAILED", "KILLED", "CRASHED"] as const;

type Status = (typeof STATUSES)[number];

/** Characters of a name, and of a number as text. */
const MAX_NAME = 200;
const MAX_NUMBER = 30;
const MAX_PLACE = 500;

/** Outputs of a cell that are looked at, from the last. */
const MAX_OUTPUTS = 100;

interface Metric {
  name: string;
  text: string;
  /** How it compares with the best earlier run of the cell; empty where nothing does. */
  change: string;
  better: boolean | null;
}

export interface Mark {
  run: string;
  name: string;
  status: Status;
  /** What all runs of the cell have in common. */
  lineage: string | null;
  /** The store's folder as seen from the notebook's. */
  store: string | null;
  /** The checksum of the cell that ran. */
  source: string;
  metric: Metric | null;
  model: boolean;
}

/** Return the mark in an output's metadata, or null where there is none that can be trusted to be one. */
export function readMark(metadata: unknown): Mark | null {
  const told = isObject(metadata) ? metadata["nbtrack"] : null;
  if (!isObject(told)) {
    return null;
  }
  const { run, lineage, store, source } = told;
  const status = STATUSES.find((one) => one === told["status"]);
  if (!(isHex(run, 32) && typeof source === "string") || status === undefined) {
    return null;
  }
  return {
    run,
    name: text(told["name"]) || `run ${run.slice(0, 8)}`,
    status,
    lineage: isHex(lineage, 24) ? lineage : null,
    store: typeof store === "string" && store.length <= MAX_PLACE ? store : null,
    source,
    metric: readMetric(told["metric"]),
    model: told["model"] === true,
  };
}

function readMetric(told: unknown): Metric | null {
  if (!isObject(told) || text(told["name"]) === "") {
    return null;
  }
  const better = told["better"];
  return {
    name: text(told["name"]),
    text: text(told["text"], MAX_NUMBER),
    change: text(told["change"], MAX_NUMBER),
    better: typeof better === "boolean" ? better : null,
  };
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === "string" && value.length === length && /^[0-9a-f]+$/u.test(value);
}

function text(value: unknown, most = MAX_NAME): string {
  return typeof value === "string" ? value.slice(0, most) : "";
}

/** The outputs of a cell. */
export interface Outputs {
  readonly length: number;
  readonly get: (at: number) => { readonly metadata: unknown };
}

/** Return the last mark among a cell's outputs. */
export function markOf(outputs: Outputs): Mark | null {
  const end = Math.max(0, outputs.length - MAX_OUTPUTS);
  for (let at = outputs.length - 1; at >= end; at -= 1) {
    const mark = readMark(outputs.get(at).metadata);
    if (mark !== null) {
      return mark;
    }
  }
  return null;
}

/** How a run ended, in the words of the panel; `unfinished` where its end was not told to this notebook. */
export type Outcome = "running" | "finished" | "failed" | "killed" | "crashed" | "unfinished";

/** What a badge shows. */
export interface Shown {
  outcome: Outcome;
  mark: Mark | null;
  /** Whether the cell was edited since. */
  stale: boolean;
}

/** Return what the badge of a cell shows; null where it has none. */
export function shownOf(mark: Mark | null, source: string, running: boolean): Shown | null {
  if (running && (mark === null || mark.status === "RUNNING")) {
    const tracked = mark !== null || headOf(source).track !== null;
    return tracked ? { outcome: "running", mark, stale: false } : null;
  }
  if (mark === null) {
    return null;
  }
  return { outcome: outcomeOf(mark.status), mark, stale: checksum(source) !== mark.source };
}

function outcomeOf(status: Status): Outcome {
  return status === "RUNNING" ? "unfinished" : (status.toLowerCase() as Outcome);
}

/** Return what a badge shows as a sentence, for who cannot see it or wants to know more. */
export function sentence({ outcome, mark, stale }: Shown): string {
  if (mark === null) {
    return "This cell is running, and tracked";
  }
  const { name, metric } = mark;
  const parts = [`${name}: ${outcome}`];
  if (metric !== null) {
    const than = { true: "better than", false: "not better than", null: "as" }[String(metric.better)];
    const change = metric.change === "" ? "" : ` (${metric.change}: ${than} the best run before)`;
    parts.push(`${metric.name} ${metric.text}${change}`);
  }
  if (stale) {
    parts.push("stale: the cell was edited since this run");
  }
  return parts.join(", ");
}
