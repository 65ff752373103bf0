import { element } from "../../ui/dom.ts";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

export type Item = [text: string, act: () => void, checked?: boolean];
export type Group = [label: string, items: Item[]];

/** A menu beside a part of the table. */
export class Menu {
  readonly #root: HTMLElement = element("div", {
    class: "nbtrack-panel-popover",
    role: "menu",
    hidden: true,
  });
  #back: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.#root.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener(
      "pointerdown",
      (event) => {
        if (!this.#root.hidden && !event.composedPath().includes(this.#root)) {
          this.#close();
        }
      },
      { signal, capture: true },
    );
  }

  /** Open the menu at an element of the panel. `back` gives the focus back when it is closed. */
  open(at: HTMLElement, label: string, groups: readonly Group[], back: () => void): void {
    const panel = at.closest<HTMLElement>(".nbtrack-panel");
    if (panel === null) {
      return;
    }
    this.#back = back;
    this.#root.setAttribute("aria-label", label);
    const filled = groups.filter(([, items]) => items.length > 0);
    this.#root.replaceChildren(...filled.map((one) => this.#group(one)));
    this.#root.hidden = false;
    panel.append(this.#root);
    const [outer, box] = [panel.getBoundingClientRect(), at.getBoundingClientRect()];
    const most = outer.width - this.#root.offsetWidth - 8;
    const below = box.bottom - outer.top;
    const above = box.top - outer.top - this.#root.offsetHeight;
    const fits = below + this.#root.offsetHeight <= outer.height || above < 0;
    this.#root.style.top = `${fits ? below : above}px`;
    this.#root.style.left = `${Math.max(0, Math.min(box.left - outer.left, most))}px`;
    this.#root.querySelector("button")?.focus();
  }

  #close(): void {
    this.#root.hidden = true;
    this.#root.replaceChildren();
  }

  #group([label, items]: Group): HTMLElement {
    const attributes = { role: "group", "aria-label": label, class: "nbtrack-panel-group" };
    return element("div", attributes, ...items.map((one) => this.#item(one)));
  }

  #item([text, act, checked]: Item): HTMLElement {
    const role = checked === undefined ? "menuitem" : "menuitemradio";
    const button = element("button", { type: "button", class: "nbtrack-panel-item", role }, text);
    if (checked !== undefined) {
      button.setAttribute("aria-checked", String(checked));
    }
    button.addEventListener("click", () => {
      this.#return();
      act();
    });
    return button;
  }

  /** Close the menu, and give the focus back. */
  #return(): void {
    this.#close();
    this.#back();
  }

  #key(event: KeyboardEvent): void {
    const items = [...this.#root.querySelectorAll<HTMLElement>("button")];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = STEPS[event.key] ?? 0;
    if (step !== 0) {
      event.preventDefault();
      items.at((at + step) % items.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      this.#return();
    }
    event.stopPropagation();
  }
}
