import { element, freshId } from "../ui/dom.ts";
import { Completion } from "./completion.ts";
import { Marks, mended, problemText } from "./marks.ts";
import type { Table } from "./table.ts";

/** Milliseconds without a keystroke after which it is asked what may follow. */
const PAUSE = 60;
/** Milliseconds without a keystroke after which it is said what is wrong: while one types, much is. */
const PATIENCE = 700;

/** The box in which runs are filtered, with what is wrong shown at its place. */
export class FilterBox {
  readonly root: HTMLElement;
  readonly input: HTMLInputElement;
  /** Below the box: what is wrong, or what may be. */
  readonly told: HTMLElement;
  /** The filters that the arrow keys go through in an empty box, the newest first. */
  history: string[] = [];
  /** Hears of a filter that was used. */
  onUsed: ((text: string) => void) | null = null;
  readonly #table: Table;
  readonly #marks: Marks;
  readonly #options: Completion;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** Which filter of the history stands in the box. */
  #recalled = -1;

  constructor(table: Table) {
    this.#table = table;
    const id = freshId();
    this.input = element("input", {
      type: "text",
      class: "nbtrack-panel-input",
      placeholder: "Filter: metrics.rmse < 0.8 and params.alpha >= 0.1",
      "aria-label": "Filter runs",
      "aria-describedby": id,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
    });
    this.input.value = table.query.filter;
    this.told = element("div", { id, class: "nbtrack-panel-told", role: "status", "aria-live": "polite" });
    this.#marks = new Marks(this.input);
    this.#options = new Completion(table, this.input, () => this.#edited());
    this.root = element(
      "div",
      { class: "nbtrack-panel-filter" },
      this.input,
      this.#marks.element,
      this.#options.list,
    );
    this.#listen();
  }

  /** Put a filter into the box, and show its runs. */
  use(text: string): void {
    this.input.value = text;
    this.#apply();
  }

  #listen(): void {
    const { input } = this;
    const { signal } = this.#table;
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
    this.#table.on(["problem", "anew"], () => this.#drawSoon());
    this.#table.on(["query"], () => {
      // What is being typed is not replaced by what was typed before.
      if (document.activeElement !== input) {
        input.value = this.#table.model.get("filter");
      }
    });
  }

  #edited(): void {
    this.#recalled = -1;
    this.#marks.draw(null);
    // There is one request at a time, and then the newest text is tried: no need to wait for the next keystroke.
    this.#try();
    // Where nothing is typed everything may follow: that is shown when it is asked for, by Ctrl+Space.
    this.#soon(() => (this.input.value.trim() === "" ? this.#options.close() : this.#options.update()));
  }

  #soon(act: () => void): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(act, PAUSE);
  }

  #try(): void {
    this.#table.ask({ filter: this.input.value });
  }

  #apply(): void {
    clearTimeout(this.#pause);
    this.#options.close();
    this.#try();
    this.#draw();
    this.#used();
  }

  /** Remember the filter once it has proved to be one. */
  #used(): void {
    const text = this.input.value;
    void this.#table.settled().then(() => {
      if (text.trim() !== "" && this.#table.query.filter === text) {
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

  /** Go to an older or a newer filter that was used, if the key says so. */
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

  /** Say what is wrong with the text that stands in the box, and mark the place. */
  #draw(): void {
    const { problem, query, remark } = this.#table;
    const wrong = problem ?? (this.input.value === query.filter ? remark : null);
    this.#marks.draw(wrong);
    this.input.toggleAttribute("aria-invalid", problem !== null);
    if (wrong === null) {
      this.told.replaceChildren();
    } else {
      const use = (suggestion: string) => {
        this.use(mended(this.input.value, wrong, suggestion));
        this.input.focus();
      };
      this.told.replaceChildren(...problemText(wrong, use));
    }
    this.told.dataset["kind"] = problem === null ? "remark" : "error";
  }

  #drawSoon(): void {
    clearTimeout(this.#patience);
    if (this.#table.problem === null || document.activeElement !== this.input) {
      this.#draw();
    }
    this.#patience = setTimeout(() => this.#draw(), PATIENCE);
  }
}
