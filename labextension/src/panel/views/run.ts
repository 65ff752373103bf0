import type { Stage } from "../../kernel/client.ts";
import { problemOf } from "../../kernel/replies.ts";
import { show } from "../../runpage/view.ts";
import { element } from "../../ui/dom.ts";
import { oneLine } from "../../ui/text.ts";
import { RUNPAGE_READS } from "../../wire.ts";
import { MAX_CHOSEN } from "../selection.ts";
import type { PanelState } from "../state.ts";
import { HostedRun } from "./runmodel.ts";

const HINT = "Choose a run in the table, or click its name, to see all that is kept of it.";

/** Show the page of the run that was opened, or chosen last, in the body of the tab. `showCurve` shows a metric's curves. */
export function drawRun(state: PanelState, body: HTMLElement, showCurve: (metric: string) => void): void {
  const { model, signal } = state;
  const place = element("div", {});
  const pager = new Pager(state, (id) => state.open(id));
  body.replaceChildren(pager.root, place);
  pager.listen(body.closest<HTMLElement>(".nbtrack-panel"));
  const onCurve = (metric: string, run: string) => {
    // The page may show a child run, which is not chosen.
    if (!state.selection.has(run)) {
      page.shown = run;
      state.selection.ids = new Set([run]);
      state.selectionChanged();
    }
    showCurve(metric);
  };
  const page = new RunView(state, place, onCurve);
  const look = () => {
    if (model.get("view") === "run") {
      pager.show(state.opened);
      void page.open(state.opened);
    }
  };
  state.on(["chosen", "opened"], look);
  model.on("change:view", look);
  signal.addEventListener("abort", () => model.off("change:view", look));
  look();
}

/** The page of one run, or a message in its place. */
class RunView {
  /** The run that is shown or requested. */
  shown: string | null = null;
  readonly #state: PanelState;
  readonly #place: HTMLElement;
  readonly #onCurve: (metric: string, run: string) => void;
  #drawn = new AbortController();
  /** The message while the page is requested. */
  #opening: string | null = null;

  constructor(state: PanelState, place: HTMLElement, onCurve: (metric: string, run: string) => void) {
    this.#state = state;
    this.#place = place;
    this.#onCurve = onCurve;
    state.signal.addEventListener("abort", () => this.#drawn.abort());
  }

  /** Show the page of a run, or a hint for an empty id. */
  async open(id: string): Promise<void> {
    if (id === this.shown) {
      return;
    }
    this.shown = id;
    this.#drawn.abort();
    this.#drawn = new AbortController();
    const { signal } = this.#drawn;
    this.#opening = id === "" ? null : `Opening ${nameOf(this.#state, id)}`;
    if (id === "") {
      showMessage(this.#place, HINT);
      return;
    }
    this.#say();
    try {
      const onStage = (stage: Stage) => {
        if (!signal.aborted) {
          this.#say(stage);
        }
      };
      const run = await HostedRun.of(this.#state, id, signal, onStage);
      if (!signal.aborted) {
        this.#opening = null;
        const deputy = { server: this.#state.requests.server, kinds: RUNPAGE_READS };
        show(run, this.#place, signal, { onCurve: this.#onCurve, deputy });
      }
    } catch (error) {
      if (!signal.aborted) {
        this.#opening = null;
        this.shown = null;
        showMessage(this.#place, error instanceof Error ? error.message : String(error), "alert");
      }
    }
  }

  #say(stage: Stage = "accepted"): void {
    if (this.#opening !== null) {
      // The kernel may run a cell, or have ended: nobody can tell who has not heard of it.
      const waits = stage === "waiting" ? ": waits for the kernel, which does not answer yet" : "…";
      showMessage(this.#place, `${this.#opening}${waits}`, "status");
    }
  }
}

/** Show a message in place of a page. */
function showMessage(place: HTMLElement, text: string, role?: "status" | "alert"): void {
  if (place.textContent !== text) {
    place.replaceChildren(element("p", { class: "nbtrack-panel-about", ...(role && { role }) }, text));
  }
}

/** Return the name of a run in the table, or the beginning of its id. */
function nameOf({ cache }: PanelState, id: string): string {
  const index = cache.index(id);
  const name = index === undefined ? undefined : cache.value(index, "name");
  return typeof name === "string" && name !== "" ? oneLine(name, 60) : `run ${id.slice(0, 8)}`;
}

/**
 * The line above a run's page, with buttons to the table and to other runs in its order: the chosen ones, or for a run that
 * is none of them the rows around it.
 */
class Pager {
  readonly root: HTMLElement;
  readonly #state: PanelState;
  readonly #go: (id: string) => void;
  readonly #back = button("‹ All runs");
  readonly #before = button("Previous");
  readonly #after = button("Next");
  readonly #place = element("span", { role: "status" });
  #ids: readonly string[] = [];
  #choice: ReadonlySet<string> = new Set();
  #at = "";

  /** `go` is called with the run to show. */
  constructor(state: PanelState, go: (id: string) => void) {
    this.#state = state;
    this.#go = go;
    this.root = element("nav", { class: "nbtrack-panel-pager", "aria-label": "Chosen runs", hidden: true });
    this.#back.addEventListener("click", () => this.#leave());
    this.#before.addEventListener("click", () => this.#step(-1));
    this.#after.addEventListener("click", () => this.#step(1));
  }

  /** Go back to the table at Escape, pressed anywhere in the panel: the focus may be on the tab. */
  listen(panel: HTMLElement | null): void {
    const { model, signal } = this.#state;
    const onKey = (event: KeyboardEvent) => {
      // In a box Escape belongs to the box.
      const free = !event.defaultPrevented && !(event.target as Element).matches("input, textarea, select");
      if (event.key === "Escape" && free && model.get("view") === "run") {
        event.preventDefault();
        event.stopPropagation();
        this.#leave();
      }
    };
    panel?.addEventListener("keydown", onKey, { signal });
  }

  /** Say which run is shown. */
  show(id: string): void {
    this.#at = id;
    this.#fill(id !== "");
    const { selection, cache } = this.#state;
    const { ids } = selection;
    if (id !== "" && !ids.has(id)) {
      this.#choice = new Set();
      this.#ids = cache.around(id);
    } else if (this.#choice !== ids) {
      this.#choice = ids;
      this.#ids = [...ids];
      if (ids.size > 1) {
        void this.#order(ids);
      }
    }
    this.#draw();
  }

  /** Show the table and give it the focus. */
  #leave(): void {
    const { model } = this.#state;
    model.set("view", "table");
    model.save_changes();
    this.root.closest(".nbtrack-panel")?.querySelector<HTMLElement>(".nbtrack-panel-grid")?.focus();
  }

  #fill(there: boolean): void {
    if (there === this.root.hidden) {
      this.root.hidden = !there;
      const parts = [this.#back, this.#before, this.#place, this.#after];
      this.root.replaceChildren(...(there ? parts : []));
    }
  }

  async #order(ids: ReadonlySet<string>): Promise<void> {
    const { requests, query } = this.#state;
    try {
      const found = await requests.ask("among", { ...query, ids: [...ids].slice(0, MAX_CHOSEN) });
      if (this.#choice === ids) {
        this.#ids = [...new Set([...found.ids, ...ids])];
        this.#draw();
      }
    } catch (error) {
      problemOf(error);
    }
  }

  #step(by: number): void {
    const next = this.#ids[this.#ids.indexOf(this.#at) + by];
    if (next !== undefined) {
      this.#go(next);
    }
  }

  #draw(): void {
    const at = this.#ids.indexOf(this.#at);
    const [before, after] = [this.#before, this.#after];
    for (const part of [before, this.#place, after]) {
      part.hidden = this.#ids.length < 2;
    }
    before.disabled = at <= 0;
    after.disabled = at >= this.#ids.length - 1;
    const { cache } = this.#state;
    const whole = this.#choice.size === 0;
    const place = whole ? (cache.index(this.#at) ?? 0) : at;
    const all = whole ? cache.total : this.#ids.length;
    const text = `${(place + 1).toLocaleString("en")} of ${all.toLocaleString("en")}${whole ? " in the table" : " chosen"}`;
    if (this.#place.textContent !== text) {
      this.#place.textContent = text;
    }
  }
}

function button(text: string): HTMLButtonElement {
  return element("button", { type: "button", class: "nbtrack-panel-link" }, text);
}
