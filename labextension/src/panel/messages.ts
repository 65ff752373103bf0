/** The messages and the synced state, as `nbtrack/widgets/panel/messages.py` and `widget.py` have them. */

import { hasOnly, isId, isObject, isText } from "../widget/replies.ts";

/** A value in a cell; a number that JSON or JavaScript would change is its text in a list, and None an empty one. */
export type Cell = null | boolean | number | string | [] | [string];

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

/** Which runs are looked at, in which order. */
export interface Query {
  filter: string;
  order_by: string[];
  experiments: string[] | null;
  deleted: boolean;
}

/** What went wrong; of a filter also where, and what may have been meant. */
export interface Problem {
  type: string;
  message: string;
  start: number | null;
  end: number | null;
  suggestion: string | null;
}

/** Rows of the table from `offset` on. */
export interface Rows {
  clock: number;
  total: number;
  offset: number;
  ids: string[];
  columns: Record<string, Cell[]>;
  heads: Record<string, Head>;
  remark: Problem | null;
  /** Of a tree also how deep each row stands, and how many children each has. */
  depths?: number[];
  children?: number[];
}

export interface Option {
  text: string;
  kind: string;
}

export interface Memory {
  history: string[];
  saved: { name: string; filter: string }[];
  /** Whether they can be kept. */
  kept: boolean;
}

export interface Scale {
  column: string;
  low: Cell;
  high: Cell;
  best: Cell;
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
  better: "down" | "up" | null;
}

/** A tag of the chosen runs: how many have it, and its value where these have the same. */
export interface TagUse {
  name: string;
  count: number;
  value: string | null;
}

interface Nothing {
  [name: string]: never;
}

/** What each kind of request carries, beside its id. */
export interface Asked {
  /** Those of the runs `first` that the query finds stand before all others. */
  window: Query & { offset: number; limit: number; columns: string[]; first: string[] };
  /** As a window, with the children of the unfolded runs below them, and no others. */
  tree: Query & { offset: number; limit: number; columns: string[]; first: string[]; unfolded: string[] };
  ids: Query & { offset: number; limit: number; first: string[] };
  among: Query & { ids: string[] };
  scale: Query & { columns: string[] };
  differing: Query & { columns: string[] };
  names: Nothing;
  telling: Query;
  tags: { ids: string[] };
  /** Without a value it is taken away. */
  tag: { ids: string[]; name: string; value: string | null };
  rename: { ids: string[]; name: string };
  /** Of the chosen runs, or where none are chosen of those that a document would be about. */
  fields: Query & { ids: string[]; document: string };
  complete: { text: string; caret: number };
  delete: { ids: string[] };
  restore: { ids: string[] };
  export: Query & { columns: string[]; ids: string[]; format: Format };
  frame: Query & { columns: string[]; ids: string[] };
  memory: Nothing;
  remember: { filter: string };
  save: { name: string; filter: string };
  forget: { name: string };
  document: Query & { ids: string[]; document: string; asked: object };
  changes: Nothing;
  open: { ids: string[] };
  views: { build: string };
  bye: Nothing;
}
export type RequestKind = keyof Asked;
export type Format = "csv" | "parquet" | "markdown" | "latex";

/** What each kind of request is answered with. */
export interface Results {
  window: Rows;
  tree: Rows;
  ids: { total: number; ids: string[] };
  /** Those of the runs that the query finds. */
  among: { ids: string[] };
  /** Of the first of the columns, as many as could be told soon. */
  scale: { scales: Scale[] };
  differing: { columns: string[] };
  names: Names;
  /** The columns that tell most. */
  telling: { columns: string[] };
  tags: { runs: number; tags: TagUse[] };
  /** How many runs are another now, and what these had before. */
  tag: { count: number; before: { value: string | null; ids: string[] }[] };
  rename: { before: string };
  fields: { runs: number; fields: FieldUse[] };
  complete: { start: number; end: number; options: Option[] };
  delete: { count: number };
  restore: { count: number };
  /** Parquet, which is no text, as base64. */
  export: { text: string; count: number };
  /** What the DataFrame is called in the notebook. */
  frame: { name: string; count: number };
  memory: Memory;
  remember: Memory;
  save: Memory;
  forget: Memory;
  /** What a view is drawn from, and of how many runs. */
  document: { document: unknown; shown: number; total: number };
  /** Moves with every change of the store. */
  changes: { clock: number };
  /** The id of the widget that is a run's page. */
  open: { page: string };
  /** The part of the front end that draws the views beside the table. */
  views: { script: string; style: string };
  bye: never;
}

/** The kernel has the request: what takes longer now is the work, not a cell that it runs. */
export interface Accepted {
  id: string;
  accepted: true;
}
/** What changes nothing, as `nbtrack/widgets/panel/reading.py` has it: the Jupyter server answers it, too. */
export const READING: ReadonlySet<RequestKind> = new Set<RequestKind>([
  "window",
  "tree",
  "ids",
  "among",
  "scale",
  "differing",
  "names",
  "telling",
  "tags",
  "fields",
  "complete",
  "document",
  "export",
  "memory",
  "changes",
  "views",
]);

export interface Done {
  id: string;
  ok: true;
  result: Record<string, unknown>;
}
export interface Failed {
  id: string;
  ok: false;
  error: Problem;
}
export type Reply = Done | Failed;

/** Pushed when the store has changed: the rows that each view last asked for, as they are now. */
export interface Changed {
  kind: "changed";
  clock: number;
  views: Record<string, Rows & { asked: string }>;
}

export type View = "table" | "compare" | "curves" | "charts" | "groups" | "run";

export interface Traits extends Query {
  columns: string[];
  view: View;
  _chosen: string[];
  /** The first rows, and what they were asked with; empty in a widget that was made otherwise. */
  _first: (Rows & Query) | Nothing;
  _read_only: boolean;
  /** Which runs the panel is about: the store's folder, and ids where they were picked. Older widgets have none. */
  _place: { store: string; file: string; only: string[] | null } | undefined;
  /** How the table is laid out: see `layout.ts`, which reads what it can of it. */
  _layout: object;
  /** Which build the front end is of. */
  _build: string;
}

const QUERY = { filter: isText, order_by: isTexts, experiments: isTextsOrNull, deleted: isFlag };

const PARTS: Record<RequestKind, Record<string, (value: unknown) => boolean>> = {
  window: { ...QUERY, offset: isCount, limit: isCount, columns: isTexts, first: isTexts },
  tree: { ...QUERY, offset: isCount, limit: isCount, columns: isTexts, first: isTexts, unfolded: isTexts },
  ids: { ...QUERY, offset: isCount, limit: isCount, first: isTexts },
  among: { ...QUERY, ids: isTexts },
  scale: { ...QUERY, columns: isTexts },
  differing: { ...QUERY, columns: isTexts },
  names: {},
  telling: { ...QUERY },
  tags: { ids: isTexts },
  tag: { ids: isTexts, name: isName, value: isTextOrNull },
  rename: { ids: isTexts, name: isName },
  fields: { ...QUERY, ids: isTexts, document: isText },
  complete: { text: isText, caret: isCount },
  delete: { ids: isTexts },
  restore: { ids: isTexts },
  export: { ...QUERY, columns: isTexts, ids: isTexts, format: isFormat },
  frame: { ...QUERY, columns: isTexts, ids: isTexts },
  memory: {},
  remember: { filter: isText },
  save: { name: isName, filter: isText },
  forget: { name: isName },
  document: { ...QUERY, ids: isTexts, document: isText, asked: isObject },
  changes: {},
  open: { ids: isTexts },
  views: { build: isText },
  bye: {},
};

export function isRequest(value: unknown): boolean {
  if (!isObject(value) || !isId(value["id"]) || value["id"] === "" || typeof value["kind"] !== "string") {
    return false;
  }
  if (!Object.hasOwn(PARTS, value["kind"])) {
    return false;
  }
  const parts = PARTS[value["kind"] as RequestKind];
  return (
    hasOnly(value, "id", "kind", ...Object.keys(parts)) &&
    Object.entries(parts).every(([name, holds]) => holds(value[name])) &&
    !(Number(value["limit"]) > 1000 && holdsRows(value))
  );
}

function holdsRows({ kind, columns }: Record<string, unknown>): boolean {
  return kind === "window" || (kind === "tree" && Array.isArray(columns) && columns.length > 0);
}

export function isAccepted(value: unknown): value is Accepted {
  return (
    isObject(value) && hasOnly(value, "id", "accepted") && isId(value["id"]) && value["accepted"] === true
  );
}

export function isReply(value: unknown): value is Reply {
  if (!isObject(value) || !isId(value["id"])) {
    return false;
  }
  if (value["ok"] === true) {
    return hasOnly(value, "id", "ok", "result") && isObject(value["result"]);
  }
  return value["ok"] === false && hasOnly(value, "id", "ok", "error") && isProblem(value["error"]);
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

function isProblem(value: unknown): boolean {
  return (
    isObject(value) &&
    hasOnly(value, "type", "message", "start", "end", "suggestion") &&
    isText(value["type"]) &&
    isText(value["message"]) &&
    [value["start"], value["end"]].every((place) => place === null || isCount(place)) &&
    (value["suggestion"] === null || isText(value["suggestion"]))
  );
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value.length > 0 && value.length <= 200;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isTextsOrNull(value: unknown): boolean {
  return value === null || isTexts(value);
}

function isFlag(value: unknown): boolean {
  return typeof value === "boolean";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isFormat(value: unknown): boolean {
  return value === "csv" || value === "parquet" || value === "markdown" || value === "latex";
}
