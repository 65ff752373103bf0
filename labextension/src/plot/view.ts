import { element } from "../ui/dom.ts";
import type { LineStyle } from "./colours.ts";
import { button, type Figures, saveButtons } from "./controls.ts";
import type { Stage } from "./stage.ts";

/** The outermost element of a view. */
export function view(name: string, label: string, ...children: Node[]): HTMLElement {
  return element("section", { class: `nbtrack-view nbtrack-${name}`, "aria-label": label }, ...children);
}

/** After so many milliseconds a view says what it is doing, and after so many how far it is. */
const SAY_AFTER = 80;
const PROGRESS_AFTER = 1000;

/** What is said while an answer is awaited. */
export interface Doing {
  text: string;
  /** How much of it is done, from 0 to 1, where that is known. */
  part?: number;
  /** Hears that the user has stopped it. */
  stopped?: () => void;
  /** Asks again for what the user has stopped. */
  again?: () => void;
}

const READING: Doing = { text: "Reading" };

/** The line of a view that says what it is doing, or what went wrong. After a second it can be stopped. */
export class Notice {
  readonly root = element("div", { class: "nbtrack-notice", hidden: true });
  readonly #text = element("span", { role: "status" });
  readonly #act = button("Stop", () => this.#acts?.());
  readonly #signal: AbortSignal;
  #acts: (() => void) | undefined;
  #turn = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.root.append(this.#text);
  }

  /** Wait for an answer. Return it, or nothing where another was requested since, or the user has stopped it. */
  async wait<Answer>(request: Promise<Answer>, doing: Doing = READING): Promise<Answer | undefined> {
    try {
      return await this.during(request, doing);
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error), true);
      return undefined;
    }
  }

  /** The same, but an error is thrown. */
  async during<Answer>(request: Promise<Answer>, doing: Doing = READING): Promise<Answer | undefined> {
    this.#turn += 1;
    const turn = this.#turn;
    const isLast = () => turn === this.#turn;
    const began = Date.now();
    const tell = () => isLast() && this.#tell(doing, Date.now() - began);
    const late = setTimeout(tell, SAY_AFTER);
    const often = setInterval(tell, PROGRESS_AFTER);
    const quit = () => {
      clearTimeout(late);
      clearInterval(often);
    };
    this.#signal.addEventListener("abort", quit);
    try {
      const found = await request;
      if (!isLast()) {
        return undefined;
      }
      this.#say("", false);
      return found;
    } catch (error) {
      if (!isLast()) {
        return undefined;
      }
      this.#say("", false);
      throw error;
    } finally {
      quit();
      this.#signal.removeEventListener("abort", quit);
    }
  }

  #tell({ text, part, stopped, again }: Doing, passed: number): void {
    this.#say(`${text}…`, false);
    const bar = element("progress", { "aria-label": text });
    if (part !== undefined) {
      bar.value = part;
    }
    this.#text.after(bar);
    if (passed >= PROGRESS_AFTER - SAY_AFTER) {
      const seconds = `${Math.round(passed / 1000)} s`;
      bar.after(element("span", { class: "nbtrack-notice-time", "aria-hidden": "true" }, seconds));
      this.#offer("Stop", () => {
        // What comes after all is not shown.
        this.#turn += 1;
        this.#say("Stopped.", false);
        stopped?.();
        if (again !== undefined) {
          this.#offer("Go on", again);
        }
      });
    }
  }

  #offer(text: string, acts: () => void): void {
    this.#acts = acts;
    this.#act.textContent = text;
    if (this.#act.parentElement === null) {
      this.root.append(this.#act);
    }
  }

  #say(text: string, wrong: boolean): void {
    // A live region is read out whenever its text is set, even to the same text.
    if (this.#text.textContent !== text) {
      this.#text.textContent = text;
    }
    for (const one of [...this.root.children].slice(1)) {
      // The button keeps the focus while the seconds pass.
      if (one !== this.#act || !text.endsWith("…")) {
        one.remove();
      }
    }
    this.root.hidden = text === "";
    this.root.classList.toggle("nbtrack-wrong", wrong);
  }
}

/** A chart with what its view shows of it. */
export interface Chart {
  stage: Stage;
  /** Its name as a file. */
  name: string;
  shown: readonly Node[];
  /** Its numbers, to be saved. */
  figures: () => Figures;
}

/** A view of one chart, which is drawn again for each answer of the kernel. */
export class ChartView<Document> {
  readonly #notice: Notice;
  readonly #kept = element("span", { class: "nbtrack-keep" });
  readonly #body = element("div", { class: "nbtrack-body" });
  readonly #draw: (document: Document, signal: AbortSignal) => Chart;
  readonly #signal: AbortSignal;
  #inner = new AbortController();

  constructor(draw: (document: Document, signal: AbortSignal) => Chart, signal: AbortSignal) {
    this.#draw = draw;
    this.#signal = signal;
    this.#notice = new Notice(signal);
    signal.addEventListener("abort", () => this.#inner.abort());
  }

  /** Return the element of the view, with controls above the chart. */
  view(name: string, label: string, controls: readonly Node[]): HTMLElement {
    const row = element("div", { class: "nbtrack-controls" }, ...controls, this.#kept);
    return view(name, label, row, this.#notice.root, this.#body);
  }

  take(document: Document): void {
    this.#inner.abort();
    this.#inner = new AbortController();
    const { stage, name, shown, figures } = this.#draw(document, this.#inner.signal);
    this.#kept.replaceChildren(saveButtons(stage, () => name, figures));
    this.#body.replaceChildren(...shown);
  }

  /** Show an answer when it comes, unless another was requested since. `next` may then ask for a better one. */
  async wait(request: Promise<Document>, doing?: Doing, next?: (shown: Document) => void): Promise<void> {
    const answer = await this.#notice.wait(request, doing);
    if (answer !== undefined && !this.#signal.aborted) {
      this.take(answer);
      next?.(answer);
    }
  }
}

export interface TooltipLine {
  colour?: string | undefined;
  /** The style of the line that has the colour; without it a square has it. */
  style?: LineStyle;
  name: string;
  value: string;
}

/** A small box beside the pointer, with a live region for screen readers. */
export class Tooltip {
  readonly root = element("div", { class: "nbtrack-chart-tip", hidden: true, "aria-hidden": "true" });
  readonly spoken = element("div", { class: "nbtrack-unseen", role: "status" });

  show(title: string, lines: readonly TooltipLine[], at: { x: number; y: number; width: number }): void {
    const rows = lines.map(({ colour, style, name, value }) => {
      const swatch = element("i", { class: style === undefined ? "nbtrack-swatch" : "nbtrack-legend-line" });
      if (style === undefined) {
        swatch.style.background = colour ?? "transparent";
      } else {
        swatch.style.borderTop = `3px ${style} ${colour ?? "transparent"}`;
      }
      return element("div", {}, swatch, element("span", {}, name), element("b", {}, value));
    });
    this.root.replaceChildren(element("strong", {}, title), ...rows);
    this.root.hidden = false;
    const { offsetWidth, offsetHeight } = this.root;
    const beside = at.x + 14 + offsetWidth > at.width ? at.x - 14 - offsetWidth : at.x + 14;
    this.root.style.left = `${Math.max(0, beside)}px`;
    this.root.style.top = `${Math.max(0, at.y - offsetHeight / 2)}px`;
  }

  /** Have screen readers say a text, for users of the keyboard. */
  say(text: string): void {
    this.spoken.textContent = text;
  }

  hide(): void {
    this.root.hidden = true;
  }
}
