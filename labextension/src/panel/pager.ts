import { element } from "../ui/dom.ts";
import { problemOf } from "./problems.ts";
import { MOST } from "./selection.ts";
import type { Table } from "./table.ts";

/** The line above a run's page: the way back to the table, and to the other chosen runs in the table's order. */
export class Pager {
  readonly root: HTMLElement;
  readonly #table: Table;
  readonly #go: (id: string) => void;
  readonly #back = button("‹ All runs");
  readonly #before = button("Previous");
  readonly #after = button("Next");
  readonly #place = element("span", { role: "status" });
  #ids: readonly string[] = [];
  #choice: ReadonlySet<string> = new Set();
  #at = "";

  /** `go` is called with the run to show. */
  constructor(table: Table, go: (id: string) => void) {
    this.#table = table;
    this.#go = go;
    this.root = element("nav", { class: "nbtrack-panel-pager", "aria-label": "Chosen runs", hidden: true });
    this.#back.addEventListener("click", () => this.#leave());
    this.#before.addEventListener("click", () => this.#step(-1));
    this.#after.addEventListener("click", () => this.#step(1));
  }

  /** Go back at Escape: on the whole panel, as the keyboard is at the tab when a run has been opened. */
  listen(panel: HTMLElement | null): void {
    const { model, signal } = this.#table;
    const hear = (event: KeyboardEvent) => {
      // In a box Escape is of the box.
      const free = !event.defaultPrevented && !(event.target as Element).matches("input, textarea, select");
      if (event.key === "Escape" && free && model.get("view") === "run") {
        event.preventDefault();
        event.stopPropagation();
        this.#leave();
      }
    };
    panel?.addEventListener("keydown", hear, { signal });
  }

  /** Say which run is shown. */
  show(id: string): void {
    this.#at = id;
    this.#fill(id !== "");
    const { ids } = this.#table.selection;
    if (this.#choice !== ids) {
      this.#choice = ids;
      this.#ids = [...ids];
      if (ids.size > 1) {
        void this.#order(ids);
      }
    }
    this.#draw();
  }

  /** Show the table again, and give it the keyboard. */
  #leave(): void {
    const { model } = this.#table;
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
    const { requests, query } = this.#table;
    try {
      const found = await requests.ask("among", { ...query, ids: [...ids].slice(0, MOST) });
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
    const text = `${(at + 1).toLocaleString("en")} of ${this.#ids.length.toLocaleString("en")}`;
    if (this.#place.textContent !== text) {
      this.#place.textContent = text;
    }
  }
}

function button(text: string): HTMLButtonElement {
  return element("button", { type: "button", class: "nbtrack-panel-link" }, text);
}
