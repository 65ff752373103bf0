/** What the serve panel shows, as `nbtrack/widgets/serve.py` has it. */

import type { Json } from "../kernel/replies.ts";

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
