/** The messages and the synced state, as `nbtrack/widgets/messages.py` and `serve.py` have them. */

import { hasOnly, isId, isObject, type Json } from "../widget/replies.ts";

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
