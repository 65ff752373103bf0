/** What a run's page shows, as `nbtrack/widgets/runpage/` has it. */

import type { Value } from "../kernel/documents.ts";

/** A text, and how many of its characters were left out. */
export interface Text {
  text: string;
  left: number;
}

/** A number as the kernel sends any value. */
export type Figure = Extract<Value, number | [string]>;

export type Status = "RUNNING" | "FINISHED" | "FAILED" | "KILLED" | "CRASHED";

export interface Param {
  name: string;
  type: string;
  value: Text;
  /** Whether the code names it; else it was left at its default, as far as is known. */
  written: boolean;
}

export interface Tag {
  name: string;
  value: Text;
}

export interface Column {
  name: string;
  type: string;
}

/** A version of a registered model. */
export interface Version {
  name: string;
  version: number;
  aliases: string[];
}

export interface SavedModel {
  name: string;
  class: string;
  flavour: string;
  size: number;
  uri: string;
  /** Its folder among the artifacts; empty if it was not saved. */
  path: string;
  /** What it is in the registry. */
  versions: Version[];
  versions_left: number;
  inputs: Column[];
  outputs: Column[];
  params: [string, string][];
  params_left: number;
}

export interface Data {
  name: string;
  kind: string;
  shape: number[];
  columns: [string, string][];
  columns_left: number;
  fingerprint: string;
  sampled: boolean;
}

export interface Code {
  cell: Text;
  earlier: Text[];
  earlier_left: number;
  script: Text;
  stale: boolean;
}

export interface Environment {
  facts: [string, string][];
  packages: [string, string][];
  packages_left: number;
}

/** A file or a folder; those in a folder come below it, one deeper. */
export interface Artifact {
  path: string;
  name: string;
  depth: number;
  kind: string;
  size: number;
}

/** A run beside this one. */
export interface Relative {
  id: string;
  name: string;
  status: Status;
  started: number;
}

/** All that is kept of a run but its metrics; times in seconds since the epoch. */
export interface RunDocument {
  id: string;
  name: Text;
  experiment: string;
  status: Status;
  started: number;
  ended: number | null;
  deleted: number | null;
  notebook: string;
  commit: string;
  note: Text;
  params: Param[];
  params_left: number;
  tags: Tag[];
  tags_left: number;
  system_tags: Tag[];
  /** Who ran it and from which file, where that was told; else empty. */
  user: string;
  source: string;
  models: SavedModel[];
  data: Data[];
  data_left: number;
  code: Code | null;
  environment: Environment | null;
  measured: { wall_seconds?: number; cpu_seconds?: number; peak_memory_bytes?: number };
  output: Text | null;
  traceback: Text | null;
  figures: string[];
  artifacts: Artifact[];
  artifacts_left: number;
  artifacts_size: number;
  parent: Relative | null;
  children: Relative[];
  children_left: number;
  /** Why a part could not be read. */
  faults: Record<string, string>;
}

export interface Points {
  steps: number[];
  values: (number | null)[];
}

export interface Metric {
  name: string;
  /** Whether the points are scores of folds, of which the mean counts. */
  folds: boolean;
  value: Figure;
  last: Figure;
  first: Figure;
  min: Figure;
  max: Figure;
  mean: Figure;
  count: number;
  step: number;
  sparkline: Points | null;
}

export interface Server {
  state: "offered" | "starting" | "ready" | "failed" | "stopped";
  address: string;
  error: string;
}

export interface Traits {
  page: RunDocument;
  metrics: Metric[];
  metrics_left: number;
  /** The servers that the page started, by the models' folders. */
  servers: Record<string, Server>;
  /** Whether the run was removed for good. */
  removed: boolean;
  /** Whether the store may only be read. */
  read_only: boolean;
}

/** What is in an artifact. */
export type Preview = { name: string; size: number } & (
  | { kind: "image"; type: string; data: string }
  | { kind: "text" | "json" | "svg" | "markdown"; text: Text }
  | { kind: "table"; columns: string[]; rows: string[][]; more: boolean; columns_left: number }
  | { kind: "none"; why: string }
);

/** A piece of an artifact; `next` is where the next one begins. */
export interface Piece {
  filename: string;
  data: string;
  next: number | null;
  /** Tells the kernel which download goes on. */
  stamp: string;
}
