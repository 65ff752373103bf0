import { element } from "../ui/dom.ts";
import { type Figures, keepers } from "./controls.ts";
import type { Stage } from "./stage.ts";
import { Notice, view } from "./view.ts";

/** A chart as it is put into its view. */
export interface Part {
  stage: Stage;
  /** What it is called as a file. */
  name: string;
  shown: readonly Node[];
  /** Its numbers, to be kept. */
  figures: () => Figures;
}

/** A view of one chart, which each answer of the kernel replaces. */
export class Answered<Document> {
  readonly #notice = new Notice();
  readonly #kept = element("span", { class: "nbtrack-keep" });
  readonly #body = element("div", { class: "nbtrack-body" });
  readonly #draw: (document: Document, signal: AbortSignal) => Part;
  readonly #signal: AbortSignal;
  #inner = new AbortController();

  constructor(draw: (document: Document, signal: AbortSignal) => Part, signal: AbortSignal) {
    this.#draw = draw;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#inner.abort());
  }

  /** Return the view, with these controls above the chart. */
  view(name: string, label: string, controls: readonly Node[]): HTMLElement {
    const row = element("div", { class: "nbtrack-controls" }, ...controls, this.#kept);
    return view(name, label, row, this.#notice.root, this.#body);
  }

  take(document: Document): void {
    this.#inner.abort();
    this.#inner = new AbortController();
    const { stage, name, shown, figures } = this.#draw(document, this.#inner.signal);
    this.#kept.replaceChildren(keepers(stage, () => name, figures));
    this.#body.replaceChildren(...shown);
  }

  /** Show the answer when it comes, unless another was asked for since. */
  async wait(asked: Promise<Document>): Promise<void> {
    const answer = await this.#notice.wait(asked);
    if (answer !== undefined && !this.#signal.aborted) {
      this.take(answer);
    }
  }
}
