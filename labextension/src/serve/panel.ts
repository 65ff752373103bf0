import type { Client } from "../kernel/client.ts";
import type { ServeRequests, ServeResults } from "../wire.ts";
import type { Model } from "./model.ts";

/** What each part of the panel works with. */
export interface Panel {
  model: Model;
  client: Client<ServeRequests, ServeResults>;
  /** Aborted when the view is removed. */
  signal: AbortSignal;
}
