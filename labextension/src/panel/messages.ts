/** The messages and the synced state, as `nbtrack/widgets/panel/messages.py` and `widget.py` have them. */

import { hasOnly, isId, isObject, isText } from "../widget/replies.ts";

/** A value in a cell; a number that JSON or JavaScript would change is its text in a list. */
export type Cell = null | boolean | number | string | [string];

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

interface Nothing {
  [name: string]: never;
}

/** What each kind of request carries, beside its id. */
export interface Asked {
  window: Query & { offset: number; limit: number; columns: string[] };
  ids: Query & { offset: number; limit: number };
  scale: Query & { columns: string[] };
  differing: Query & { columns: string[] };
  names: Nothing;
  complete: { text: string; caret: number };
  delete: { ids: string[] };
  restore: { ids: string[] };
  export: Query & { columns: string[]; ids: string[]; format: Format };
  memory: Nothing;
  remember: { filter: string };
  save: { name: string; filter: string };
  forget: { name: string };
  document: Query & { ids: string[]; document: string; asked: object };
  open: { ids: string[] };
  bye: Nothing;
}
export type RequestKind = keyof Asked;
export type Format = "csv" | "markdown" | "latex";

/** What each kind of request is answered with. */
export interface Results {
  window: Rows;
  ids: { total: number; ids: string[] };
  /** Of the first of the columns, as many as could be told soon. */
  scale: { scales: Scale[] };
  differing: { columns: string[] };
  names: Names;
  complete: { start: number; end: number; options: Option[] };
  delete: { count: number };
  restore: { count: number };
  export: { text: string; count: number };
  memory: Memory;
  remember: Memory;
  save: Memory;
  forget: Memory;
  /** What a view is drawn from, and of how many runs. */
  document: { document: unknown; shown: number; total: number };
  /** The id of the widget that is a run's page. */
  open: { page: string };
  bye: never;
}

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

export type View = "table" | "compare" | "curves" | "charts" | "run";

export interface Traits extends Query {
  columns: string[];
  view: View;
  _chosen: string[];
  /** The first rows, and what they were asked with; empty in a widget that was made otherwise. */
  _first: (Rows & Query) | Nothing;
  _read_only: boolean;
}

const QUERY = { filter: isText, order_by: isTexts, experiments: isTextsOrNull, deleted: isFlag };

const PARTS: Record<RequestKind, Record<string, (value: unknown) => boolean>> = {
  window: { ...QUERY, offset: isCount, limit: isCount, columns: isTexts },
  ids: { ...QUERY, offset: isCount, limit: isCount },
  scale: { ...QUERY, columns: isTexts },
  differing: { ...QUERY, columns: isTexts },
  names: {},
  complete: { text: isText, caret: isCount },
  delete: { ids: isTexts },
  restore: { ids: isTexts },
  export: { ...QUERY, columns: isTexts, ids: isTexts, format: isFormat },
  memory: {},
  remember: { filter: isText },
  save: { name: isName, filter: isText },
  forget: { name: isName },
  document: { ...QUERY, ids: isTexts, document: isText, asked: isObject },
  open: { ids: isTexts },
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
    !(value["kind"] === "window" && Number(value["limit"]) > 1000)
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
  return value === "csv" || value === "markdown" || value === "latex";
}
