import type { Requests } from "../widget/requests.ts";
import type { Request, Traits } from "./messages.ts";
import type { Model } from "./model.ts";

/** What each part of the panel works with. */
export interface Panel {
  model: Model;
  requests: Requests<Request>;
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
