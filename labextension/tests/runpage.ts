import { readFileSync } from "node:fs";
import { afterEach } from "node:test";
import { Window } from "happy-dom";
import type { SinceDocument } from "../src/kernel/documents.ts";
import type { RunDocument, Traits } from "../src/runpage/messages.ts";
import type { Model } from "../src/runpage/model.ts";
import { type Options, show } from "../src/runpage/view.ts";
import type { RunPageRequests } from "../src/wire.ts";
import { type SentOf, TestKernel } from "./kernel.ts";

interface Examples {
  requests: { valid: unknown[]; invalid: unknown[] };
  state: Traits;
}

/** The examples that the Python tests read too. */
export const examples: Examples = JSON.parse(
  readFileSync(new URL("../../tests/unit/widgets/runpage/messages.json", import.meta.url), "utf8"),
);

const page = new Window({ url: "https://hub.example.org/user/ada/lab" });
// The modules under test speak to a page of their own.
for (const name of [
  "document",
  "location",
  "localStorage",
  "Element",
  "HTMLElement",
  "HTMLInputElement",
  "HTMLDetailsElement",
] as const) {
  Object.defineProperty(globalThis, name, { configurable: true, value: page[name] });
}
Object.defineProperty(globalThis, "navigator", { configurable: true, value: page.navigator });

/** A run that is the first of its cell. */
const FIRST: SinceDocument = {
  cell: true,
  before: null,
  after: null,
  best: null,
  metric: null,
  other: null,
  sections: [],
  code: null,
};

/** The kernel's half of a page. */
export class Kernel extends TestKernel<Traits, SentOf<RunPageRequests>> implements Model {
  /** What the run has changed, and what that was compared with: each page asks for it by itself. */
  since = FIRST;
  readonly against: string[] = [];

  constructor(run: Partial<RunDocument> = {}, traits: Partial<Traits> = {}) {
    const state = structuredClone(examples.state);
    super({ ...state, ...traits, page: { ...state.page, ...run } });
  }

  override send(content: unknown): void {
    const request = content as SentOf<RunPageRequests>;
    if (request.kind === "since") {
      this.against.push(request.against);
      queueMicrotask(() => this.tell("msg:custom", { id: request.id, ok: true, result: this.since }));
      return;
    }
    super.send(content);
  }

  /** Change the run itself. */
  edit(run: Partial<RunDocument>): void {
    this.change({ page: { ...this.traits.page, ...run } } as Partial<Traits>);
  }
}

let gone = new AbortController();
// A page that is shown has a clock, which would keep the tests from ending.
afterEach(() => gone.abort());

/** Show a page of this kernel; return what a test looks at. */
export function shown(kernel: Kernel, options: Options = {}) {
  localStorage.clear();
  const place = document.createElement("div");
  document.body.replaceChildren(place);
  gone = new AbortController();
  show(kernel, place, gone.signal, options);
  const find = <Found extends Element = HTMLElement>(selector: string): Found => {
    const found = place.querySelector<Found>(selector);
    if (found === null) {
      throw new Error(`nothing is ${selector}`);
    }
    return found;
  };
  const button = (text: string): HTMLButtonElement => {
    const found = [...place.querySelectorAll("button")].find(
      (one) => one.textContent === text || one.getAttribute("aria-label") === text,
    );
    if (found === undefined) {
      throw new Error(`no button says ${text}`);
    }
    return found;
  };
  const field = (label: string) => find<HTMLInputElement>(`[aria-label="${label}"]:is(input, textarea)`);
  const section = (name: string) => find<HTMLDetailsElement>(`[data-section="${name}"]`);
  const rows = (name: string): string[][] =>
    [...section(name).querySelectorAll("tbody tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent ?? ""),
    );
  return { place, gone, find, button, field, rows, section };
}

export function keydown(key: string, more: KeyboardEventInit = {}): Event {
  return new page.KeyboardEvent("keydown", {
    key,
    bubbles: true,
    cancelable: true,
    ...more,
  } as object) as unknown as Event;
}
