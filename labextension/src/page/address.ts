import type { Traits, View } from "../panel/model.ts";

const VIEWS: ReadonlySet<string> = new Set<View>(["table", "compare", "curves", "charts", "groups", "run"]);

/** Runs that an address names: programs cut longer ones. */
const MAX_RUNS = 20;

/** The state of a page in its address, so that it can be sent to somebody: after `#`, as the server need not know it. */
export class PageAddress {
  #columns = "";

  /** Change traits, as the server gives them, to what the address says. */
  read(traits: Traits): void {
    this.#columns = traits.columns.join("\n");
    const told = new URLSearchParams(location.hash.slice(1));
    const view = told.get("view");
    if (view !== null && VIEWS.has(view)) {
      traits.view = view as View;
    }
    traits.filter = told.get("filter") ?? "";
    traits.deleted = told.has("deleted");
    traits.order_by = told.getAll("order");
    traits._chosen = told.getAll("run");
    if (told.has("column")) {
      traits.columns = told.getAll("column");
    }
    if (told.has("experiment")) {
      traits.experiments = told.getAll("experiment");
    }
  }

  /** Write traits into the address. */
  write(model: { get: <Name extends keyof Traits>(name: Name) => Traits[Name] }): void {
    const columns = model.get("columns");
    const parts: [string, readonly string[]][] = [
      ["view", model.get("view") === "table" ? [] : [model.get("view")]],
      ["filter", model.get("filter") === "" ? [] : [model.get("filter")]],
      ["order", model.get("order_by")],
      ["experiment", model.get("experiments") ?? []],
      ["deleted", model.get("deleted") ? ["yes"] : []],
      ["column", columns.join("\n") === this.#columns ? [] : columns],
      ["run", model.get("_chosen").slice(0, MAX_RUNS)],
    ];
    const told = new URLSearchParams(parts.flatMap(([name, values]) => values.map((value) => [name, value])));
    history.replaceState(null, "", told.size > 0 ? `#${told}` : location.pathname + location.search);
  }
}
