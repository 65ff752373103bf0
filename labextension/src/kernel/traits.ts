import type { Channel } from "./client.ts";

/** What is used of a model that has traits. */
interface Traited extends Channel {
  get: (name: never) => unknown;
}

/** Draw now, and again whenever one of these traits has changed, until the signal is aborted. */
export function follow<Model extends Traited>(
  { model, signal }: { model: Model; signal: AbortSignal },
  names: readonly Parameters<Model["get"]>[0][],
  draw: () => void,
): void {
  // A model that has begun to notify its listeners also calls those that are removed meanwhile.
  const look = () => {
    if (!signal.aborted) {
      draw();
    }
  };
  if (!signal.aborted) {
    const events = names.map((name) => `change:${String(name)}`);
    for (const event of events) {
      model.on(event, look);
    }
    signal.addEventListener("abort", () => {
      for (const event of events) {
        model.off(event, look);
      }
    });
  }
  look();
}
