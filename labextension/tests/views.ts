import { Window } from "happy-dom";
import type { CurvesDocument, FieldsDocument } from "../src/kernel/documents.ts";

const page = new Window({ url: "https://hub.example.org/lab", width: 1000 });
// The views under test are drawn on a page of their own.
for (const name of [
  "document",
  "HTMLElement",
  "MutationObserver",
  "ResizeObserver",
  "XMLSerializer",
  "getComputedStyle",
  "requestAnimationFrame",
  "cancelAnimationFrame",
] as const) {
  Object.defineProperty(globalThis, name, { configurable: true, value: page[name] });
}

/** What no page may take for more than text. */
export const HOSTILE = "<img src=x onerror=alert(1)>";

/** Return an element of the page to show a view in. */
export function place(): HTMLElement {
  const made = document.createElement("div");
  document.body.replaceChildren(made);
  return made;
}

export function find<Found extends Element = HTMLElement>(within: Element, selector: string): Found {
  const found = within.querySelector<Found>(selector);
  if (found === null) {
    throw new Error(`nothing is ${selector}`);
  }
  return found;
}

export function buttonOf(within: Element, text: string): HTMLButtonElement {
  const found = [...within.querySelectorAll("button")].find((one) => one.textContent?.includes(text));
  if (found === undefined) {
    throw new Error(`no button says ${text}`);
  }
  return found;
}

export function event(type: string, more: object = {}): Event {
  const view = page as unknown as { KeyboardEvent: typeof KeyboardEvent };
  return new view.KeyboardEvent(type, { bubbles: true, cancelable: true, ...more });
}

/** Return curves packed as the kernel packs them. */
export function curvesOf(
  runs: readonly { name: string; xs: number[]; means: number[]; lows?: number[]; highs?: number[] }[],
): CurvesDocument {
  const numbers = runs.flatMap(({ xs, means, lows = [], highs = [] }) => [
    ...xs,
    ...means,
    ...lows,
    ...highs,
  ]);
  const bytes = new Uint8Array(Float32Array.from(numbers).buffer);
  return {
    metric: "loss",
    x: "step",
    spacing: "even",
    within: null,
    direction: "down",
    origin: 0,
    runs: runs.map(({ name, xs, means, lows }, number) => ({
      id: String(number).padStart(32, "0"),
      name,
      status: "FINISHED",
      count: xs.length,
      lost: 0,
      size: xs.length,
      exact: lows === undefined,
      last: [xs.at(-1) ?? 0, means.at(-1) ?? null],
    })),
    packed: btoa(String.fromCharCode(...bytes)),
  };
}

/** Three runs with a number, text and a result. */
export const FIELDS: FieldsDocument = {
  runs: ["a", "b", HOSTILE].map((name, number) => ({ id: String(number), name, status: "FINISHED" })),
  columns: [
    {
      field: "params.alpha",
      filter: "params.alpha",
      label: "alpha",
      kind: "number",
      values: [0.001, 0.1, 1],
      categories: [],
      quoted: [],
      log: true,
      whole: false,
    },
    {
      field: "params.my solver",
      filter: "params.`my solver`",
      label: "my solver",
      kind: "category",
      values: [0, 1, null],
      categories: ["it's", HOSTILE],
      quoted: ['"it\'s"', `'${HOSTILE}'`],
      log: false,
      whole: false,
    },
    {
      field: "metrics.rmse",
      filter: "metrics.rmse",
      label: "rmse",
      kind: "number",
      values: [0.5, 0.75, 1],
      categories: [],
      quoted: [],
      log: false,
      whole: false,
    },
  ],
  left_out: 0,
};
