import type { Ask, Comparison } from "../charts/documents.ts";
import { element } from "../widget/dom.ts";
import type { Traits } from "./messages.ts";
import type { Table } from "./table.ts";

/** Milliseconds between two looks while the store changes. */
const AGAIN = 1000;

/** What a view draws with. */
export interface Drawing {
  place: HTMLElement;
  ask: Ask;
  compare: () => Promise<Comparison>;
  /** Aborted when the view is drawn anew. */
  signal: AbortSignal;
}

/** Draws a view; returns what brings it up to date when the store has changed, if it can. */
export type Draw = (drawing: Drawing) => Promise<(() => void) | undefined>;

/** A view of the chosen runs, or of all that the table shows: drawn when it is looked at, and when these change. */
export class DocumentView {
  readonly body: HTMLElement;
  readonly #about = element("p", { class: "nbtrack-panel-about", role: "status" });
  readonly #place = element("div", { class: "nbtrack-panel-document" });
  readonly #table: Table;
  readonly #name: Traits["view"];
  readonly #draw: Draw;
  /** How often what it is about has changed, and at which of these it was drawn. */
  #wanted = 1;
  #at = 0;
  #drawn = new AbortController();
  #update: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(table: Table, name: Traits["view"], draw: Draw) {
    this.#table = table;
    this.#name = name;
    this.#draw = draw;
    this.body = element("div", { class: "nbtrack-panel-view" }, this.#about, this.#place);
    const outdate = () => {
      this.#wanted += 1;
      void this.#refresh();
    };
    const look = () => void this.#refresh();
    table.on(["chosen", "anew", "query"], outdate);
    table.on(["rows"], () => this.#later());
    table.model.on("change:view", look);
    table.signal.addEventListener("abort", () => {
      table.model.off("change:view", look);
      clearTimeout(this.#timer);
      this.#drawn.abort();
    });
    look();
  }

  get #shown(): boolean {
    return this.#table.model.get("view") === this.#name;
  }

  #later(): void {
    if (this.#shown && this.#update !== undefined && this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#update?.();
      }, AGAIN);
    }
  }

  async #refresh(): Promise<void> {
    if (this.#at === this.#wanted || !this.#shown) {
      return;
    }
    this.#at = this.#wanted;
    this.#drawn.abort();
    const drawn = new AbortController();
    this.#drawn = drawn;
    this.#update = undefined;
    // On a place of its own: what comes late of an earlier drawing is not seen.
    const place = element("div", {});
    const drawing: Drawing = {
      place,
      ask: ((document: string, asked: object) => this.#ask(document, asked)) as Ask,
      compare: () => this.#ask("side_by_side", {}) as Promise<Comparison>,
      signal: drawn.signal,
    };
    try {
      const update = await this.#draw(drawing);
      if (!drawn.signal.aborted) {
        this.#update = update;
        this.#place.replaceChildren(place);
      }
    } catch (error) {
      if (!drawn.signal.aborted) {
        const message = error instanceof Error ? error.message : String(error);
        this.#place.replaceChildren(element("p", { class: "nbtrack-panel-about", role: "alert" }, message));
      }
    }
  }

  async #ask(document: string, asked: object): Promise<unknown> {
    const { filter, order_by, experiments, deleted } = this.#table.query;
    const ids = [...this.#table.selection.ids];
    const query = { filter, order_by, experiments, deleted };
    const result = await this.#table.requests.ask("document", { ...query, ids, document, asked });
    this.#about.textContent = about(ids.length > 0, result.shown, result.total);
    return result.document;
  }
}

function about(chosen: boolean, shown: number, total: number): string {
  if (chosen) {
    return shown === 1 ? "The chosen run" : `The ${shown} chosen runs`;
  }
  if (shown < total) {
    return `The first ${shown} of ${total} runs; choose others in the table`;
  }
  return shown === 1
    ? "The one run of the table"
    : `All ${shown} runs of the table; choose some there to see fewer`;
}
