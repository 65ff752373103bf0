/** Lumino, on a page without a browser. */

import { Window } from "happy-dom";

const page = new Window();
// Lumino speaks to the page's own names.
for (const name of [
  "CustomEvent",
  "document",
  "DragEvent",
  "Element",
  "Event",
  "MutationObserver",
  "Node",
  "window",
] as const) {
  Object.defineProperty(globalThis, name, { configurable: true, value: page[name] });
}

export const { Panel, Widget } = await import("@lumino/widgets");
export const { Signal } = await import("@lumino/signaling");
