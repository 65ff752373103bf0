import { Window } from "happy-dom";
import type { Traits } from "../src/serve/messages.ts";
import type { Model } from "../src/serve/model.ts";
import { show } from "../src/serve/view.ts";
import type { ServeRequests } from "../src/wire.ts";
import { examples } from "./examples.ts";
import { type SentOf, TestKernel } from "./kernel.ts";

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

/** The kernel's half of a panel. */
export class Kernel extends TestKernel<Traits, SentOf<ServeRequests>> implements Model {
  constructor(traits: Partial<Traits> = {}) {
    super({ ...structuredClone(examples.state), ...traits });
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
