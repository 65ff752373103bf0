import { element } from "../ui/dom.ts";
import { type Figures, saveButtons } from "./controls.ts";
import type { Stage } from "./stage.ts";

/** The outermost element of a view. */
export function view(name: string, label: string, ...children: Node[]): HTMLElement {
  return element("section", { class: `nbtrack-view nbtrack-${name}`, "aria-label": label }, ...children);
}

/** The line of a view that says that it waits, or what went wrong. */
export class Notice {
  readonly root = element("div", { class: "nbtrack-notice", role: "status", hidden: true });
  #turn = 0;

  /** Wait for an answer. Return it, or nothing where another was requested since. */
  async wait<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
    this.#turn += 1;
    const turn = this.#turn;
    const late = setTimeout(() => this.#say("Reading…", false), 250);
    let found: Answer | undefined;
    let wrong = "";
    try {
      found = await request;
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
    }
    clearTimeout(late);
    const isLast = turn === this.#turn;
    if (isLast) {
      this.#say(wrong, wrong !== "");
    }
    return isLast ? found : undefined;
  }

  #say(text: string, wrong: boolean): void {
    this.root.textContent = text;
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
  readonly #notice = new Notice();
  readonly #kept = element("span", { class: "nbtrack-keep" });
  readonly #body = element("div", { class: "nbtrack-body" });
  readonly #draw: (document: Document, signal: AbortSignal) => Chart;
  readonly #signal: AbortSignal;
  #inner = new AbortController();

  constructor(draw: (document: Document, signal: AbortSignal) => Chart, signal: AbortSignal) {
    this.#draw = draw;
    this.#signal = signal;
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

  /** Show an answer when it comes, unless another was requested since. */
  async wait(request: Promise<Document>): Promise<void> {
    const answer = await this.#notice.wait(request);
    if (answer !== undefined && !this.#signal.aborted) {
      this.take(answer);
    }
  }
}

export interface TooltipLine {
  colour?: string | undefined;
  name: string;
  value: string;
}

/** A small box beside the pointer, with a live region for screen readers. */
export class Tooltip {
  readonly root = element("div", { class: "nbtrack-chart-tip", hidden: true, "aria-hidden": "true" });
  readonly spoken = element("div", { class: "nbtrack-unseen", role: "status" });

  show(title: string, lines: readonly TooltipLine[], at: { x: number; y: number; width: number }): void {
    const rows = lines.map(({ colour, name, value }) => {
      const swatch = element("i", { class: "nbtrack-swatch" });
      swatch.style.background = colour ?? "transparent";
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
