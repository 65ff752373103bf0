import type { Ask, DocumentRequests } from "../../kernel/documents.ts";
import { type Doing, Notice } from "../../plot/view.ts";
import { element } from "../../ui/dom.ts";
import type { View } from "../model.ts";
import { withCondition } from "../query.ts";
import type { PanelState } from "../state.ts";
import { type Fields, fieldsOf } from "./fields.ts";

/** Milliseconds between two updates while the store changes. */
const UPDATE_INTERVAL = 250;

/** What each view does while it is waited for. */
const DOING: Readonly<Partial<Record<View, string>>> = {
  compare: "Comparing",
  curves: "Reading the curves of",
  groups: "Grouping",
};

/** What a view needs to draw. */
export interface ViewContext {
  place: HTMLElement;
  ask: Ask;
  /** The fields of the runs of a document. */
  fields: (document: keyof DocumentRequests) => Promise<Fields>;
  /** Choose runs for the other views. This view keeps its runs. */
  choose: (ids: readonly string[]) => void;
  /** Aborted when the view is drawn again. */
  signal: AbortSignal;
}

/** Draws a view. May return a function that updates the view when the store has changed. */
type Draw = (context: ViewContext) => Promise<(() => void) | undefined>;

/** Show a view in the body of its tab. `outdate` has it drawn again. */
export function documentView(
  state: PanelState,
  name: View,
  body: HTMLElement,
  draw: Draw,
): { outdate: () => void } {
  const view = new DocumentView(state, name, body, draw);
  return { outdate: () => view.outdate() };
}

/** A view of the chosen runs, or else of all runs of the table. It is drawn when it is visible and the runs change. */
class DocumentView {
  readonly #about = element("p", { class: "nbtrack-panel-about", role: "status" });
  readonly #notice: Notice;
  /** Has the view show the runs of the table, where chosen ones that the filter does not find are shown. */
  readonly #instead = element("button", { type: "button", class: "nbtrack-panel-link", hidden: true });
  readonly #place = element("div", { class: "nbtrack-panel-document" });
  readonly #state: PanelState;
  readonly #name: View;
  readonly #draw: Draw;
  /** The chosen runs, or none for all runs of the table. */
  #ids: readonly string[];
  /** The runs that the user chose in this view, for the others. */
  #own: ReadonlySet<string> | undefined;
  /** How many of the chosen runs are outside the table. */
  #away = 0;
  /** How many runs the view shows, and how many there are. */
  #count: { shown: number; total: number } | undefined;
  /** How often the view was outdated, and up to which of these it is drawn. */
  #wanted = 1;
  #at = 0;
  #drawn = new AbortController();
  #update: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #updated = 0;

  constructor(state: PanelState, name: View, body: HTMLElement, draw: Draw) {
    this.#state = state;
    this.#notice = new Notice(state.signal);
    this.#name = name;
    this.#draw = draw;
    this.#ids = [...state.selection.ids];
    this.#instead.addEventListener("click", () => this.#choose([], undefined));
    const abouts = element("div", { class: "nbtrack-panel-abouts" }, this.#about, this.#instead);
    const line = element("div", { class: "nbtrack-panel-doing" }, abouts, this.#notice.root);
    body.replaceChildren(line, this.#place);
    const look = () => void this.#refresh();
    state.on(["anew", "query"], () => this.outdate());
    state.on(["chosen"], () => {
      if (state.selection.ids !== this.#own) {
        this.#ids = [...state.selection.ids];
        this.outdate();
      }
    });
    state.on(["rows"], () => this.#later());
    state.outside.onChanged(() => this.#sayAbout());
    state.model.on("change:view", look);
    state.signal.addEventListener("abort", () => {
      state.model.off("change:view", look);
      clearTimeout(this.#timer);
      this.#drawn.abort();
    });
    look();
  }

  /** Have the view drawn again as soon as it is visible. */
  outdate(): void {
    this.#wanted += 1;
    void this.#refresh();
  }

  get #shown(): boolean {
    return this.#state.model.get("view") === this.#name;
  }

  #later(): void {
    if (this.#shown && this.#update !== undefined && this.#timer === undefined) {
      const pause = Math.max(0, this.#updated + UPDATE_INTERVAL - Date.now());
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#updated = Date.now();
        this.#update?.();
      }, pause);
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
    // Until the answer comes, the view still shows the earlier runs, paled, and no longer says which they are.
    this.#place.setAttribute("aria-busy", "true");
    this.#count = undefined;
    this.#about.hidden = true;
    // Each drawing has an element of its own, so that a late answer of an earlier one does not show.
    const place = element("div", {});
    const context: ViewContext = {
      place,
      ask: ((document: string, payload: object) => this.#ask(document, payload)) as Ask,
      fields: (document) => this.#fields(document),
      choose: (ids) => this.#choose(ids),
      signal: drawn.signal,
    };
    try {
      const drawing = this.#draw(context).then((update) => ({ update }));
      const made = await this.#notice.during(drawing, this.#doing(drawn));
      if (made !== undefined && !drawn.signal.aborted) {
        this.#update = made.update;
        this.#place.replaceChildren(place);
      }
    } catch (error) {
      if (!drawn.signal.aborted) {
        const message = error instanceof Error ? error.message : String(error);
        this.#place.replaceChildren(element("p", { class: "nbtrack-panel-about", role: "alert" }, message));
      }
    }
    if (!drawn.signal.aborted) {
      this.#place.removeAttribute("aria-busy");
    }
  }

  #doing(drawn: AbortController): Doing {
    const { cache } = this.#state;
    const count = this.#ids.length || cache.total;
    const runs = count === 1 ? "1 run" : `${count.toLocaleString("en")} runs`;
    return {
      text: `${DOING[this.#name] ?? "Reading"} ${runs}`,
      stopped: () => {
        drawn.abort();
        this.#place.replaceChildren();
        this.#place.removeAttribute("aria-busy");
      },
      again: () => this.outdate(),
    };
  }

  /** Choose runs. A view keeps its runs where they are its `own` choice. */
  #choose(ids: readonly string[], own: ReadonlySet<string> | undefined = new Set(ids)): void {
    this.#own = own;
    this.#state.selection.ids = own ?? new Set(ids);
    this.#state.selectionChanged();
  }

  get #runs() {
    const { filter, order_by, experiments, deleted } = this.#state.query;
    return { filter, order_by, experiments, deleted, ids: [...this.#ids] };
  }

  async #fields(document: string): Promise<Fields> {
    const { columns } = this.#state;
    return fieldsOf(await this.#state.requests.ask("fields", { ...this.#runs, document, columns }));
  }

  async #ask(document: string, payload: object): Promise<unknown> {
    const runs = this.#runs;
    const ids = this.#ids;
    const result = await this.#state.requests.ask("document", { ...runs, document, asked: payload });
    if (ids === this.#ids) {
      this.#count = result;
      this.#sayAbout();
    }
    return result.document;
  }

  #sayAbout(): void {
    const { selection, outside } = this.#state;
    // A choice that the user made in this view does not change its runs.
    this.#away = selection.ids === this.#own ? this.#away : outside.count;
    if (this.#count !== undefined) {
      this.#about.hidden = false;
      const { total } = this.#state.cache;
      this.#instead.hidden = this.#away === 0 || this.#ids.length === 0 || total === 0;
      this.#instead.textContent = `Show ${total === 1 ? "the run" : `all ${total.toLocaleString("en")}`} of the table`;
      const text = about(this.#ids.length > 0, this.#count, this.#away);
      // Screen readers read a live region out whenever its text is set, even to the same text.
      if (this.#about.textContent !== text) {
        this.#about.textContent = text;
      }
    }
  }
}

function about(chosen: boolean, { shown, total }: { shown: number; total: number }, away: number): string {
  const [some, all] = [shown, total].map((count) => count.toLocaleString("en"));
  if (chosen && shown === 1) {
    return away === 0 ? "The chosen run" : "The chosen run, which is not in the table";
  }
  if (chosen) {
    const where =
      away < shown ? `${away.toLocaleString("en")} of them not in the table` : "none of them in the table";
    return `The ${some} chosen runs${away === 0 ? "" : `, ${where}`}`;
  }
  if (shown < total) {
    return `The first ${some} of ${all} runs; choose others in the table`;
  }
  return shown === 1
    ? "The one run of the table"
    : `All ${some} runs of the table; choose some there to see fewer`;
}

/** Add a condition to the filter, and show the table. */
export function showInTable(state: PanelState, condition: string): void {
  state.setQuery({ filter: withCondition(state.query.filter, condition) });
  state.model.set("view", "table");
  state.model.save_changes();
}
