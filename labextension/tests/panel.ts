import { Window } from "happy-dom";
import type { Request, Traits } from "../src/serve/messages.ts";
import type { Model } from "../src/serve/model.ts";
import { show } from "../src/serve/view.ts";
import { examples } from "./examples.ts";

const page = new Window({ url: "https://hub.example.org/user/ada/lab" });
// The modules under test speak to a page of their own.
for (const name of [
  "document",
  "location",
  "HTMLElement",
  "HTMLInputElement",
  "HTMLSelectElement",
] as const) {
  Object.defineProperty(globalThis, name, { configurable: true, value: page[name] });
}
Object.defineProperty(globalThis, "navigator", { configurable: true, value: page.navigator });

type Listener = (message: unknown) => void;

/** The kernel's half of a panel: keeps what the page sends, and says what a test has it say. */
export class Kernel implements Model {
  readonly sent: Request[] = [];
  readonly #traits: Traits;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(traits: Partial<Traits> = {}) {
    this.#traits = { ...structuredClone(examples.state), ...traits };
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

  /** Answer the last request, and let the page draw it. */
  async answer(content: object): Promise<void> {
    this.#tell("msg:custom", { id: this.sent.at(-1)?.id, ...content });
    await new Promise((resolve) => setTimeout(resolve));
  }

  #tell(event: string, message: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      listener(message);
    }
  }
}

/** Show a panel of this kernel; return what a test looks at. */
export function shown(kernel: Kernel) {
  const place = document.createElement("div");
  document.body.replaceChildren(place);
  const gone = new AbortController();
  show(kernel, place, gone.signal);
  const find = <Found extends Element = HTMLElement>(selector: string): Found => {
    const found = place.querySelector<Found>(selector);
    if (found === null) {
      throw new Error(`nothing is ${selector}`);
    }
    return found;
  };
  const button = (text: string): HTMLButtonElement => {
    const found = [...place.querySelectorAll("button")].find((one) => one.textContent === text);
    if (found === undefined) {
      throw new Error(`no button says ${text}`);
    }
    return found;
  };
  const field = (name: string): HTMLInputElement => {
    const label = [...place.querySelectorAll("label")].find((one) => one.title.startsWith(`${name} (`));
    return find<HTMLInputElement>(`#${label?.htmlFor}`);
  };
  return { place, gone, find, button, field };
}
