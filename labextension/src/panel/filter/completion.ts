import { problemOf } from "../../kernel/replies.ts";
import { element, freshId } from "../../ui/dom.ts";
import type { PanelResults } from "../../wire.ts";
import type { Option } from "../messages.ts";
import type { PanelState } from "../state.ts";

const NO_COMPLETIONS: PanelResults["complete"] = { start: 0, end: 0, options: [] };

/** The list of completions of the filter box. */
export class Completion {
  readonly list: HTMLElement;
  readonly #state: PanelState;
  readonly #input: HTMLInputElement;
  readonly #edited: () => void;
  readonly #id = freshId();
  #offer: PanelResults["complete"] = NO_COMPLETIONS;
  #active = -1;
  #turn = 0;

  /** `edited` is called when the user has accepted a completion. */
  constructor(state: PanelState, input: HTMLInputElement, edited: () => void) {
    this.#state = state;
    this.#input = input;
    this.#edited = edited;
    this.list = element("ul", {
      id: this.#id,
      class: "nbtrack-panel-options",
      role: "listbox",
      "aria-label": "Completions",
      hidden: true,
    });
    input.setAttribute("aria-controls", this.#id);
  }

  /** Ask for completions at the caret. */
  update(): void {
    void this.#update();
  }

  close(): void {
    this.#turn += 1;
    this.#draw(NO_COMPLETIONS);
  }

  /** Handle a key of the list. Return whether it was one. */
  key(event: KeyboardEvent): boolean {
    if (event.key === " " && event.ctrlKey) {
      this.update();
      return true;
    }
    const count = this.#offer.options.length;
    if (count === 0) {
      return false;
    }
    switch (event.key) {
      case "ArrowDown":
        this.#activate((this.#active + 1) % count);
        return true;
      case "ArrowUp":
        this.#activate((this.#active <= 0 ? count : this.#active) - 1);
        return true;
      case "Tab":
        this.#accept(Math.max(this.#active, 0));
        return true;
      case "Enter":
        // Enter accepts an option only where the user has moved to one.
        return this.#accept(this.#active);
      case "Escape":
        this.close();
        return true;
      default:
        return false;
    }
  }

  async #update(): Promise<void> {
    this.#turn += 1;
    const mine = this.#turn;
    const text = this.#input.value;
    const caret = [...text.slice(0, this.#input.selectionStart ?? text.length)].length;
    try {
      const found = await this.#state.requests.ask("complete", { text, caret });
      if (mine === this.#turn && this.#input.value === text && document.activeElement === this.#input) {
        this.#draw(found);
      }
    } catch (error) {
      problemOf(error);
      this.close();
    }
  }

  #draw(offer: PanelResults["complete"]): void {
    this.#offer = offer;
    this.#active = -1;
    this.#input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...offer.options.map((option, at) => this.#item(option, at)));
    this.list.hidden = offer.options.length === 0;
    this.#input.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  #item(option: Option, at: number): HTMLElement {
    const item = element("li", {
      id: `${this.#id}-${at}`,
      role: "option",
      "aria-selected": "false",
      title: option.text,
    });
    item.append(
      element("span", { class: "nbtrack-panel-option" }, option.text),
      element("span", { class: "nbtrack-panel-kind" }, KINDS[option.kind] ?? ""),
    );
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#accept(at);
    });
    return item;
  }

  #activate(index: number): void {
    this.#active = index;
    for (const [at, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(at === index));
      if (at === index) {
        this.#input.setAttribute("aria-activedescendant", item.id);
        item.scrollIntoView?.({ block: "nearest" });
      }
    }
  }

  #accept(index: number): boolean {
    const option = this.#offer.options[index];
    if (option === undefined) {
      return false;
    }
    const { start, end } = this.#offer;
    const characters = [...this.#input.value];
    const after = characters.slice(end).join("");
    const space = option.kind === "word" || option.kind === "operator" ? " " : "";
    const before = characters.slice(0, start).join("") + option.text + space;
    this.#input.value = before + (space === "" ? after : after.trimStart());
    this.#input.setSelectionRange(before.length, before.length);
    this.close();
    this.#edited();
    return true;
  }
}

/** The label of each kind of option. Words and operators have none. */
const KINDS: Record<string, string> = {
  attributes: "run",
  metrics: "metric",
  params: "param",
  tags: "tag",
  data: "data",
  summary: "metric",
  value: "value",
};
