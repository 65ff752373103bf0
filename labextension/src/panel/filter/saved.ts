import { problemOf } from "../../kernel/replies.ts";
import { element } from "../../ui/dom.ts";
import { popover } from "../controls.ts";
import type { Memory } from "../messages.ts";
import type { PanelState } from "../state.ts";
import type { FilterBox } from "./box.ts";

/** The button that lists saved and recent filters. */
export class SavedFilters {
  readonly root: HTMLElement;
  readonly #state: PanelState;
  readonly #box: FilterBox;
  #memory: Memory = { history: [], saved: [], kept: true };

  constructor(state: PanelState, box: FilterBox) {
    this.#state = state;
    this.#box = box;
    const fill = (place: HTMLElement, close: () => void) => this.#fill(place, close);
    this.root = popover("Filters", "Saved and recent filters", fill, state.signal).root;
    const take = (memory: Memory) => this.#take(memory);
    box.onUsed = (filter) => {
      if (box.history[0] !== filter) {
        box.history = [filter, ...box.history.filter((one) => one !== filter)];
        state.requests.ask("remember", { filter }, { quiet: true }).then(take, problemOf);
      }
    };
    state.requests.ask("memory", {}).then(take, problemOf);
  }

  #take(memory: Memory): void {
    this.#memory = memory;
    if (memory.kept) {
      this.#box.history = memory.history;
    }
  }

  #fill(place: HTMLElement, close: () => void): void {
    const note = element("div", { class: "nbtrack-panel-told", role: "status" });
    const body = element("div", { class: "nbtrack-panel-list" });
    const change = async (request: Promise<Memory>) => {
      try {
        this.#take(await request);
        body.replaceChildren(...this.#parts(change, close));
      } catch (error) {
        note.textContent = problemOf(error).message;
      }
    };
    place.append(body, note);
    body.replaceChildren(...this.#parts(change, close));
  }

  #parts(change: (request: Promise<Memory>) => Promise<void>, close: () => void): HTMLElement[] {
    const { saved, kept } = this.#memory;
    const { requests } = this.#state;
    const use = (filter: string) => {
      close();
      this.#box.use(filter);
      this.#box.input.focus();
    };
    const forget = (name: string) => () => change(requests.ask("forget", { name }));
    const mine = saved.map(({ name, filter }) => entry(name, filter, use, kept ? forget(name) : null));
    const used = this.#box.history.slice(0, 15).map((filter) => entry(filter, filter, use, null));
    const first = kept
      ? saving(this.#box, (name, filter) => change(requests.ask("save", { name, filter })))
      : element(
          "p",
          { class: "nbtrack-panel-quiet" },
          "This store may only be read: no filter is kept in it.",
        );
    return [first, group("Saved", mine), group("Recent", used)];
  }
}

function entry(
  name: string,
  filter: string,
  use: (filter: string) => void,
  forget: (() => unknown) | null,
): HTMLElement {
  const button = element("button", { type: "button", class: "nbtrack-panel-item", title: filter }, name);
  button.addEventListener("click", () => use(filter));
  const line = element("div", { class: "nbtrack-panel-entry" }, button);
  if (forget !== null) {
    const gone = element("button", { type: "button", class: "nbtrack-panel-link" }, "✕");
    gone.setAttribute("aria-label", `Forget ${name}`);
    gone.addEventListener("click", forget);
    line.append(gone);
  }
  return line;
}

function group(title: string, entries: HTMLElement[]): HTMLElement {
  const none = element("div", { class: "nbtrack-panel-quiet" }, "None yet.");
  return element("fieldset", {}, element("legend", {}, title), ...(entries.length > 0 ? entries : [none]));
}

function saving(box: FilterBox, save: (name: string, filter: string) => unknown): HTMLElement {
  const name = element("input", {
    type: "text",
    class: "nbtrack-panel-input",
    placeholder: "Name for this filter",
    "aria-label": "Name of the filter",
    maxlength: "200",
  });
  const button = element("button", { type: "submit", class: "nbtrack-panel-button" }, "Save");
  const filter = box.input.value.trim();
  name.disabled = filter === "";
  button.disabled = name.disabled;
  const form = element("form", { class: "nbtrack-panel-save" }, name, button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (name.value.trim() !== "") {
      save(name.value.trim(), filter);
    }
  });
  return form;
}
