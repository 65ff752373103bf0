import type { Model, Traits, View } from "../panel/model.ts";
import { VIEWS } from "../wire.ts";

/** Runs that an address names: programs cut longer ones. */
const MAX_RUNS = 20;

/** The traits that an address names. */
type Shown = Pick<
  Traits,
  "view" | "filter" | "deleted" | "order_by" | "experiments" | "columns" | "_chosen" | "_opened"
>;

/** Return the view, and of a run's page the run: where the browser's Back leads to. */
function placeOf(view: View, chosen: readonly string[], opened = ""): string {
  return view === "run" ? `run ${opened || chosen.at(-1)}` : view;
}

/** The state of a page in its address, so that it can be sent to somebody: after `#`, as the server need not know it. */
export class PageAddress {
  #columns: string[] = [];
  #place = "";

  /** Change traits, as the server gives them, to what the address says. */
  read(traits: Traits): void {
    this.#columns = traits.columns;
    apply(traits);
    this.#place = placeOf(traits.view, traits._chosen, traits._opened);
  }

  /** Set traits to what the address says after the user has gone back or forth. */
  goBack(model: Pick<Model, "set">): void {
    const traits: Shown = {
      view: "table",
      filter: "",
      deleted: false,
      order_by: [],
      experiments: null,
      columns: this.#columns,
      _chosen: [],
      _opened: "",
    };
    apply(traits);
    this.#place = placeOf(traits.view, traits._chosen, traits._opened);
    for (const name of Object.keys(traits) as (keyof Shown)[]) {
      model.set(name, traits[name] as never);
    }
  }

  /** Write traits into the address. */
  write(model: Pick<Model, "get">): void {
    const columns = model.get("columns");
    const parts: [string, readonly string[]][] = [
      ["view", model.get("view") === "table" ? [] : [model.get("view")]],
      ["filter", model.get("filter") === "" ? [] : [model.get("filter")]],
      ["order", model.get("order_by")],
      ["experiment", model.get("experiments") ?? []],
      ["deleted", model.get("deleted") ? ["yes"] : []],
      ["column", columns.join("\n") === this.#columns.join("\n") ? [] : columns],
      ["run", model.get("_chosen").slice(0, MAX_RUNS)],
      ["open", model.get("_opened") ? [model.get("_opened") ?? ""] : []],
    ];
    const told = new URLSearchParams(parts.flatMap(([name, values]) => values.map((value) => [name, value])));
    const address = told.size > 0 ? `#${told}` : location.pathname + location.search;
    const place = placeOf(model.get("view"), model.get("_chosen"), model.get("_opened"));
    if (place === this.#place) {
      history.replaceState(null, "", address);
    } else {
      this.#place = place;
      history.pushState(null, "", address);
    }
  }
}

/** Change traits to what the address says. */
function apply(traits: Shown): void {
  const told = new URLSearchParams(location.hash.slice(1));
  const view = told.get("view");
  if (view !== null && Object.hasOwn(VIEWS, view)) {
    traits.view = view as View;
  }
  traits.filter = told.get("filter") ?? "";
  traits.deleted = told.has("deleted");
  traits.order_by = told.getAll("order");
  traits._chosen = told.getAll("run");
  traits._opened = told.get("open") ?? "";
  if (told.has("column")) {
    traits.columns = told.getAll("column");
  }
  if (told.has("experiment")) {
    traits.experiments = told.getAll("experiment");
  }
}
