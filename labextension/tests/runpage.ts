import { readFileSync } from "node:fs";
import { afterEach } from "node:test";
import { Window } from "happy-dom";
import type { Request, RunDocument, Traits } from "../src/runpage/messages.ts";
import type { Model } from "../src/runpage/model.ts";
import { show } from "../src/runpage/view.ts";

interface Examples {
  requests: { valid: unknown[]; invalid: unknown[] };
  replies: { valid: unknown[]; invalid: unknown[] };
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
  "HTMLElement",
  "HTMLInputElement",
  "HTMLDetailsElement",
] as const) {
  Object.defineProperty(globalThis, name, { configurable: true, value: page[name] });
}
Object.defineProperty(globalThis, "navigator", { configurable: true, value: page.navigator });

type Listener = (message: unknown) => void;

/** The kernel's half of a page: keeps what the page sends, and says what a test has it say. */
export class Kernel implements Model {
  readonly sent: Request[] = [];
  readonly #traits: Traits;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(run: Partial<RunDocument> = {}, traits: Partial<Traits> = {}) {
    const state = structuredClone(examples.state);
    this.#traits = { ...state, ...traits, page: { ...state.page, ...run } };
  }

  get listening(): number {
    return [...this.#listeners.values()].reduce((sum, found) => sum + found.size, 0);
  }

  get<Name extends keyof Traits>(name: Name): Traits[Name] {
    return this.#traits[name];
  }

  on(event: string, listener: Listener): void {
    const found = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, found.add(listener));
  }

  off(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  send(content: unknown): void {
    this.sent.push(content as Request);
  }

  change(traits: Partial<Traits>): void {
    Object.assign(this.#traits, traits);
    for (const name of Object.keys(traits)) {
      this.#tell(`change:${name}`, undefined);
    }
  }

  /** Change the run itself. */
  edit(run: Partial<RunDocument>): void {
    this.change({ page: { ...this.#traits.page, ...run } });
  }

  /** Answer the last request, and let the page draw it. */
  async answer(content: object): Promise<void> {
    this.#tell("msg:custom", { id: this.sent.at(-1)?.id, ...content });
    await new Promise((resolve) => setTimeout(resolve));
  }

  #tell(event: string, message: unknown): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      listener(message);
    }
  }
}

let gone = new AbortController();
// A page that is shown has a clock, which would keep the tests from ending.
afterEach(() => gone.abort());

/** Show a page of this kernel; return what a test looks at. */
export function shown(kernel: Kernel) {
  localStorage.clear();
  const place = document.createElement("div");
  document.body.replaceChildren(place);
  gone = new AbortController();
  show(kernel, place, gone.signal);
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
