import type { Model as RunModel } from "../runpage/model.ts";
import { show } from "../runpage/view.ts";
import { element } from "../ui/dom.ts";
import { oneLine } from "../ui/text.ts";
import { Pager } from "./pager.ts";
import type { Table } from "./table.ts";

const HINT = "Choose a run in the table to see all that is kept of it.";

/**
 * Show in the tab's body the run which was chosen last, as a page of its own; `showCurve` shows the curve of a metric of
 * the chosen runs.
 */
export function runTab(table: Table, body: HTMLElement, showCurve: (metric: string) => void): void {
  const { model, signal } = table;
  const place = element("div", {});
  /** The one of the chosen runs that was gone to, as long as these are the chosen ones. */
  let gone: { id: string; among: ReadonlySet<string> } | null = null;
  const pager = new Pager(table, (id) => {
    gone = { id, among: table.selection.ids };
    look();
  });
  body.replaceChildren(pager.root, place);
  pager.listen(body.closest<HTMLElement>(".nbtrack-panel"));
  const onCurve = (metric: string, run: string) => {
    // The page may have gone on to a child run.
    if (!table.selection.has(run)) {
      page.shown = run;
      table.selection.ids = new Set([run]);
      table.chosen();
    }
    showCurve(metric);
  };
  const page = new RunPlace(table, place, onCurve);
  const wanted = () => {
    const { ids } = table.selection;
    return gone?.among === ids ? gone.id : ([...ids].at(-1) ?? "");
  };
  const look = () => {
    if (model.get("view") === "run") {
      pager.show(wanted());
      void page.open(wanted());
    }
  };
  table.on(["chosen"], look);
  model.on("change:view", look);
  signal.addEventListener("abort", () => model.off("change:view", look));
  look();
}

/** Where one run's page is shown, or what is said in its place. */
class RunPlace {
  /** The run that is shown, or that the kernel was asked for. */
  shown: string | null = null;
  readonly #table: Table;
  readonly #place: HTMLElement;
  readonly #onCurve: (metric: string, run: string) => void;
  #drawn = new AbortController();
  /** What is said while the kernel has not shown the run: it cannot as long as a cell keeps it. */
  #opening: string | null = null;

  constructor(table: Table, place: HTMLElement, onCurve: (metric: string, run: string) => void) {
    this.#table = table;
    this.#place = place;
    this.#onCurve = onCurve;
    table.on(["waiting"], () => this.#say());
    table.signal.addEventListener("abort", () => this.#drawn.abort());
  }

  /** Show a run's page; no id stands for none. */
  async open(id: string): Promise<void> {
    if (id === this.shown) {
      return;
    }
    this.shown = id;
    this.#drawn.abort();
    this.#drawn = new AbortController();
    const { signal } = this.#drawn;
    this.#opening = id === "" ? null : `Opening ${nameOf(this.#table, id)}`;
    if (id === "") {
      about(this.#place, HINT);
      return;
    }
    this.#say();
    try {
      const child = await this.#model(id);
      if (!signal.aborted) {
        this.#opening = null;
        show(child, this.#place, signal, { onCurve: this.#onCurve });
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#opening = null;
        this.shown = null;
        about(this.#place, error instanceof Error ? error.message : String(error), "alert");
      }
    }
  }

  async #model(id: string): Promise<RunModel> {
    const { requests, model } = this.#table;
    const { page } = await requests.ask("open", { ids: [id] });
    const child = (await model.widget_manager?.get_model(page)) as RunModel | undefined;
    if (child === undefined) {
      throw new Error("The run's page was not found; choose the run again.");
    }
    return child;
  }

  #say(): void {
    if (this.#opening !== null) {
      const waits = this.#table.waiting ? ": waits for the running cell" : "…";
      about(this.#place, `${this.#opening}${waits}`, "status");
    }
  }
}

/** Say something in place of a page. */
function about(place: HTMLElement, text: string, role?: "status" | "alert"): void {
  if (place.textContent !== text) {
    place.replaceChildren(element("p", { class: "nbtrack-panel-about", ...(role && { role }) }, text));
  }
}

/** Return what a run is called in the table, or the beginning of its id. */
function nameOf({ cache }: Table, id: string): string {
  const index = cache.index(id);
  const name = index === undefined ? undefined : cache.value(index, "name");
  return typeof name === "string" && name !== "" ? oneLine(name, 60) : `run ${id.slice(0, 8)}`;
}
