import type { Problem } from "../../kernel/replies.ts";
import { element, freshId } from "../../ui/dom.ts";
import type { PanelState } from "../state.ts";
import { Completion } from "./completion.ts";

/** Milliseconds without a keystroke before completions are asked for. */
const COMPLETION_DELAY = 60;
/** Milliseconds without a keystroke before an error is shown, as an unfinished filter is often wrong. */
const PROBLEM_DELAY = 700;

/** The box with the filter, in which an error is underlined. */
export class FilterBox {
  readonly root: HTMLElement;
  readonly input: HTMLInputElement;
  /** The line below the box, with the error or the remark. */
  readonly message: HTMLElement;
  /** The recent filters, the newest first, which the arrow keys recall in an empty box. */
  history: string[] = [];
  /** Called with each filter that the user has used. */
  onUsed: ((text: string) => void) | null = null;
  readonly #state: PanelState;
  readonly #marks: ErrorMarks;
  readonly #options: Completion;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** The index in the history of the recalled filter, or -1. */
  #recalled = -1;

  constructor(state: PanelState) {
    this.#state = state;
    const id = freshId();
    this.input = element("input", {
      type: "text",
      class: "nbtrack-panel-input",
      placeholder: "Filter: rmse < 0.8 and alpha >= 0.1",
      "aria-label": "Filter runs",
      "aria-describedby": id,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
    });
    this.input.value = state.query.filter;
    this.message = element("div", { id, class: "nbtrack-panel-told", role: "status", "aria-live": "polite" });
    this.#marks = new ErrorMarks(this.input);
    this.#options = new Completion(state, this.input, () => this.#edited());
    this.root = element(
      "div",
      { class: "nbtrack-panel-filter" },
      this.input,
      this.#marks.element,
      this.#options.list,
    );
    this.#listen();
  }

  /** Put a filter into the box and apply it. */
  use(text: string): void {
    this.input.value = text;
    this.#apply();
  }

  #listen(): void {
    const { input } = this;
    const { signal } = this.#state;
    input.addEventListener("input", () => this.#edited(), { signal });
    input.addEventListener("keydown", (event) => this.#key(event), { signal });
    input.addEventListener(
      "blur",
      () => {
        this.#options.close();
        this.#draw();
        this.#used();
      },
      { signal },
    );
    signal.addEventListener("abort", () => {
      clearTimeout(this.#pause);
      clearTimeout(this.#patience);
    });
    this.#state.on(["problem", "anew"], () => this.#drawSoon());
    this.#state.on(["query"], () => {
      // While the user types, an older query does not replace the text.
      if (document.activeElement !== input) {
        input.value = this.#state.model.get("filter");
      }
    });
  }

  #edited(): void {
    this.#recalled = -1;
    this.#marks.draw(null);
    this.#drawLater();
    // No need to wait for the next keystroke: there is one request at a time, and the next one has the newest text.
    this.#try();
    // In an empty box anything may follow. Only Ctrl+Space lists all of it.
    this.#soon(() => (this.input.value.trim() === "" ? this.#options.close() : this.#options.update()));
  }

  #soon(act: () => void): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(act, COMPLETION_DELAY);
  }

  #try(): void {
    this.#state.setQuery({ filter: this.input.value });
  }

  #apply(): void {
    clearTimeout(this.#pause);
    this.#options.close();
    this.#try();
    this.#draw();
    this.#used();
  }

  /** Report the filter as used, once the kernel has accepted it. */
  #used(): void {
    const text = this.input.value;
    void this.#state.settled().then(() => {
      if (text.trim() !== "" && this.#state.query.filter === text) {
        this.onUsed?.(text);
      }
    });
  }

  #key(event: KeyboardEvent): void {
    if (this.#options.key(event)) {
      event.stopPropagation();
    } else if (event.key === "Enter") {
      this.#apply();
    } else if (!this.#recall(event.key)) {
      return;
    }
    event.preventDefault();
  }

  /** Recall an older or a newer filter for an arrow key. Return whether the key did. */
  #recall(key: string): boolean {
    const step = { ArrowUp: 1, ArrowDown: -1 }[key];
    const whole = this.#recalled >= 0 && this.input.value === this.history[this.#recalled];
    if (step === undefined || !(whole || this.input.value === "")) {
      return false;
    }
    this.#recalled = Math.max(-1, Math.min(this.history.length - 1, (whole ? this.#recalled : -1) + step));
    this.input.value = this.history[this.#recalled] ?? "";
    this.#options.close();
    this.#try();
    return true;
  }

  /** Show the error or the remark about the text in the box, and underline it. */
  #draw(): void {
    const { problem, query, remark } = this.#state;
    const wrong = problem ?? (this.input.value === query.filter ? remark : null);
    this.#marks.draw(wrong);
    this.input.toggleAttribute("aria-invalid", problem !== null);
    if (wrong === null) {
      const meant = this.input.value === query.filter ? meantText(this.#state.meant) : "";
      // Screen readers read a live region out whenever its text is set, even to the same text.
      if (this.message.textContent !== meant) {
        this.message.replaceChildren(meant);
      }
    } else {
      const use = (suggestion: string) => {
        this.use(corrected(this.input.value, wrong, suggestion));
        this.input.focus();
      };
      this.message.replaceChildren(...problemText(wrong, use));
    }
    this.message.dataset["kind"] = problem === null ? "remark" : "error";
  }

  /** Show what the kernel says: an error at once only where nobody is typing. */
  #drawSoon(): void {
    if (this.#state.problem === null || document.activeElement !== this.input) {
      this.#draw();
    } else if (this.#patience === undefined) {
      this.#drawLater();
    }
  }

  /** Show an error when typing pauses. */
  #drawLater(): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.#patience = undefined;
      this.#draw();
    }, PROBLEM_DELAY);
  }
}

/** Underlines a part of the text in a box. It lays the same text, transparent but for the line, over the box. */
class ErrorMarks {
  readonly element: HTMLElement = element("div", { class: "nbtrack-panel-marks", "aria-hidden": "true" });
  readonly #input: HTMLInputElement;

  constructor(input: HTMLInputElement) {
    this.#input = input;
    input.addEventListener("scroll", () => this.#follow());
  }

  draw(wrong: Problem | null): void {
    if (wrong === null || wrong.start === null || wrong.end === null) {
      this.element.replaceChildren();
      return;
    }
    // The kernel counts characters, JavaScript counts UTF-16 code units.
    const characters = [...this.#input.value];
    const part = (from: number, to: number) => characters.slice(from, to).join("");
    const end = Math.max(wrong.end, wrong.start + 1);
    this.element.replaceChildren(
      part(0, wrong.start),
      element("span", { class: "nbtrack-panel-wrong" }, part(wrong.start, end) || "\u00a0"),
      part(end, characters.length),
    );
    this.#follow();
  }

  #follow(): void {
    this.element.scrollLeft = this.#input.scrollLeft;
  }
}

/** Return in words what bare names stand for. */
function meantText(meant: PanelState["meant"]): string {
  return Object.entries(meant)
    .map(([written, field]) => `${written} is ${field}`)
    .join(", ");
}

/** Return the message of a problem. A click on its suggestion calls `use`. */
function problemText(wrong: Problem, use: (suggestion: string) => void): (Node | string)[] {
  const parts: (Node | string)[] = [element("span", {}, wrong.message)];
  const { suggestion } = wrong;
  if (suggestion !== null) {
    const button = element("button", { type: "button", class: "nbtrack-panel-link" }, suggestion);
    // The box keeps the focus, and with it the caret.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => use(suggestion));
    parts.push(element("span", {}, "; did you mean ", button, "?"));
  }
  return parts;
}

/** Return a text with the wrong part replaced by a suggestion. */
export function corrected(text: string, wrong: Problem, suggestion: string): string {
  const characters = [...text];
  const start = wrong.start ?? 0;
  characters.splice(start, (wrong.end ?? start) - start, suggestion);
  return characters.join("");
}
