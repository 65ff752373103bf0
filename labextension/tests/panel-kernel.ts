import { readFileSync } from "node:fs";
import { afterEach } from "node:test";
import { Window } from "happy-dom";
import { PanelClient } from "../src/panel/client.ts";
import type { Rows } from "../src/panel/messages.ts";
import type { Model, Traits } from "../src/panel/model.ts";
import { PanelState } from "../src/panel/state.ts";
import { show } from "../src/panel/view.ts";
import type { Views } from "../src/panel/views/types.ts";
import { type Sent, TestKernel } from "./kernel.ts";
import { pause } from "./pause.ts";

interface Examples {
  requests: { valid: unknown[]; invalid: unknown[] };
  state: Traits & { _first: Rows };
}

/** The examples that the Python tests read too. */
export const panelExamples: Examples = JSON.parse(
  readFileSync(new URL("../../tests/unit/widgets/panel/messages.json", import.meta.url), "utf8"),
);

const page = new Window({ url: "https://hub.example.org/user/ada/lab" });
// The modules under test speak to a page of their own.
for (const name of [
  "document",
  "location",
  "HTMLElement",
  "ResizeObserver",
  "requestAnimationFrame",
] as const) {
  Object.defineProperty(globalThis, name, { configurable: true, value: page[name] });
}
Object.defineProperty(globalThis, "cancelAnimationFrame", {
  configurable: true,
  value: page.cancelAnimationFrame.bind(page),
});
Object.defineProperty(globalThis, "requestAnimationFrame", {
  configurable: true,
  value: page.requestAnimationFrame.bind(page),
});
Object.defineProperty(globalThis, "navigator", { configurable: true, value: page.navigator });

/** The kernel's half of a panel: keeps what the page sends, and says what a test has it say. */
export class PanelKernel extends TestKernel<Traits> implements Model {
  constructor(traits: Partial<Traits> = {}) {
    super({ ...structuredClone(panelExamples.state), ...traits });
  }

  set<Name extends keyof Traits>(name: Name, value: Traits[Name]): void {
    this.traits[name] = value;
    this.tell(`change:${name}`, undefined);
  }

  save_changes(): void {
    this.sent.push({ id: "", kind: "saved" });
  }

  /** Return the last request of a kind. */
  last(kind: string): Sent {
    const found = this.sent.findLast((one) => one.kind === kind);
    if (found === undefined) {
      throw new Error(`nothing asked for ${kind}`);
    }
    return found;
  }

  /** Answer the last request of a kind, and let the page draw it. */
  async answer(kind: string, result: object): Promise<void> {
    this.tell("msg:custom", { id: this.last(kind).id, ok: true, result });
    await drawn();
  }

  async refuse(kind: string, problem: object): Promise<void> {
    const none = { type: "FilterError", message: "", start: null, end: null, suggestion: null };
    this.tell("msg:custom", { id: this.last(kind).id, ok: false, error: { ...none, ...problem } });
    await drawn();
  }
}

/** Wait until the page has drawn what it was told. */
export async function drawn(): Promise<void> {
  await pause(40);
}

const open = new Set<AbortController>();
// A panel that is shown goes on drawing, and the tests with it.
afterEach(() => {
  for (const gone of open) {
    gone.abort();
  }
  open.clear();
});

/** Show a panel of this kernel; return what a test looks at. */
export function shownPanel(kernel: PanelKernel) {
  const place = document.createElement("div");
  document.body.replaceChildren(place);
  const gone = new AbortController();
  open.add(gone);
  show(kernel, place, gone.signal);
  const find = <Found extends Element = HTMLElement>(selector: string): Found => {
    const found = place.querySelector<Found>(selector);
    if (found === null) {
      throw new Error(`nothing is ${selector}`);
    }
    return found;
  };
  const rows = () => [...place.querySelectorAll<HTMLElement>(".nbtrack-panel-row:not([hidden])")];
  const texts = () => rows().map((row) => [...row.children].map((cell) => cell.textContent));
  const button = (text: string): HTMLButtonElement => {
    const found = [...place.querySelectorAll("button")].find((one) => one.textContent === text);
    if (found === undefined) {
      throw new Error(`no button says ${text}`);
    }
    return found;
  };
  return { place, gone, find, rows, texts, button };
}

/** Have the page know the script of the views, as one that has loaded it. */
export function knowViews(build: string, views: Views): void {
  const shared = globalThis as unknown as Record<symbol, unknown>;
  shared[Symbol.for(`nbtrack.views.${build}`)] = { loading: Promise.resolve({ ...views, style: "" }) };
}

/** Return a panel's state, and the empty body of a view for a test to draw in. */
export function bareView(traits: Partial<Traits>) {
  const kernel = new PanelKernel(traits);
  const gone = new AbortController();
  const state = new PanelState(kernel, new PanelClient(kernel, gone.signal), gone.signal);
  const panel = document.createElement("section");
  panel.className = "nbtrack-panel";
  const body = document.createElement("div");
  panel.append(body);
  document.body.replaceChildren(panel);
  return { kernel, gone, state, panel, body };
}

/** Press a key, or another event of the page's own kind. */
export function press(target: Element, key: string, more: object = {}): void {
  const event = new page.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event as unknown as Event);
}

export function click(target: Element, more: object = {}): void {
  const event = new page.MouseEvent("click", { bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event as unknown as Event);
}

/** Tell an element of something else that happens to it. */
export function fire(target: Element, what: string): void {
  target.dispatchEvent(new page.Event(what, { bubbles: true, cancelable: true }) as unknown as Event);
}

export function type(target: HTMLInputElement, text: string): void {
  target.value = text;
  target.setSelectionRange(text.length, text.length);
  target.dispatchEvent(new page.Event("input", { bubbles: true }) as unknown as Event);
}
