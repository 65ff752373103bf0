import type { Client } from "../kernel/client.ts";
import type { ServeRequests, ServeResults } from "../wire.ts";
import type { Traits } from "./messages.ts";
import type { Model } from "./model.ts";

/** What each part of the panel works with. */
export interface Panel {
  model: Model;
  client: Client<ServeRequests, ServeResults>;
  /** Aborted when the view is removed. */
  signal: AbortSignal;
}

/** Draw now, and again whenever one of these traits has changed. */
export function follow({ model, signal }: Panel, names: readonly (keyof Traits)[], draw: () => void): void {
  const events = names.map((name) => `change:${name}`);
  for (const event of events) {
    model.on(event, draw);
  }
  signal.addEventListener("abort", () => {
    for (const event of events) {
      model.off(event, draw);
    }
  });
  draw();
}
