/** The messages and the synced state, as `nbtrack/widgets/messages.py` and `serve.py` have them. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** `offered`: there is a model to serve, and nobody has asked for it yet. */
export type State = "offered" | "starting" | "ready" | "failed" | "stopped";

/** One thing that the form asks for; `value` is what it holds at first. */
export interface Field {
  name: string;
  type: string;
  required: boolean;
  value: Json;
}

/** What the server has answered; times in milliseconds. */
export interface Counts {
  requests: number;
  errors: number;
  p50: number | null;
  p99: number | null;
}

/** What the kernel tells of the server at any time. */
export interface Traits {
  state: State;
  /** A URL, or a path on the page's own host. */
  address: string;
  title: string;
  subtitle: string;
  fields: Field[];
  params: Field[];
  curl: string;
  counts: Counts | null;
  tail: string;
  error: string;
}

export interface Row {
  [name: string]: Json;
}

export interface Predict {
  id: string;
  kind: "predict";
  row: Row;
  params: Row;
}
export interface Command {
  id: string;
  kind: "stop" | "start";
}
export type Request = Predict | Command;

/** The kernel has the request and works on it. */
export interface Accepted {
  id: string;
  accepted: true;
}
export interface Done {
  id: string;
  ok: true;
  result: { [name: string]: Json };
}
export interface Failed {
  id: string;
  ok: false;
  error: { type: string; message: string };
}
export type Answer = Done | Failed;
export type Reply = Accepted | Answer;

export function isRequest(value: unknown): value is Request {
  if (!isObject(value) || !isId(value["id"]) || value["id"] === "") {
    return false;
  }
  switch (value["kind"]) {
    case "predict":
      return (
        hasOnly(value, "id", "kind", "row", "params") && isObject(value["row"]) && isObject(value["params"])
      );
    case "stop":
    case "start":
      return hasOnly(value, "id", "kind");
    default:
      return false;
  }
}

export function isReply(value: unknown): value is Reply {
  if (!isObject(value) || !isId(value["id"])) {
    return false;
  }
  if (value["ok"] === true) {
    return hasOnly(value, "id", "ok", "result") && isObject(value["result"]);
  }
  if (value["ok"] === false) {
    return hasOnly(value, "id", "ok", "error") && isError(value["error"]);
  }
  return hasOnly(value, "id", "accepted") && value["accepted"] === true;
}

function isError(value: unknown): boolean {
  return (
    isObject(value) &&
    hasOnly(value, "type", "message") &&
    typeof value["type"] === "string" &&
    typeof value["message"] === "string"
  );
}

function isId(value: unknown): boolean {
  return typeof value === "string" && value.length <= 100;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasOnly(value: object, ...names: string[]): boolean {
  const found = Object.keys(value);
  return found.length === names.length && names.every((name) => found.includes(name));
}
