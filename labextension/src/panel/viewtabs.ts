import { element } from "../ui/dom.ts";
import type { Table } from "./table.ts";
import type { Tab } from "./tabs.ts";
import { dress, loadViews, type Run, type Views } from "./viewscript.ts";

/** The views that the panel's first script does not have. */
const TITLES = { compare: "Compare", curves: "Curves", charts: "Charts", groups: "Groups", run: "Run" };

export type Later = keyof typeof TITLES;
export type Places = Readonly<Record<Later, HTMLElement>>;

/** The tabs beside the table; what draws them is loaded when the first of them is looked at. */
export function viewTabs(table: Table, run?: Run): Tab[] {
  const { model, signal } = table;
  const names = Object.keys(TITLES) as Later[];
  const place = () => element("div", { class: "nbtrack-panel-view" });
  const places = { compare: place(), curves: place(), charts: place(), groups: place(), run: place() };
  let views: Views | null = null;
  let loading = false;

  const say = (role: "status" | "alert", text: string, ...more: Node[]) => {
    for (const name of names) {
      const shown = element("p", { class: "nbtrack-panel-about", role }, text);
      places[name].replaceChildren(shown);
      if (model.get("view") === name) {
        shown.append(...more);
      }
    }
  };
  const load = async () => {
    loading = true;
    say("status", "Loading this view…");
    try {
      views = await loadViews(table, run);
      if (!signal.aborted) {
        dress(places.run, model.get("_build"), views.style);
        views.show(table, places);
      }
    } catch (error) {
      loading = false;
      if (!signal.aborted) {
        const again = element("button", { type: "button", class: "nbtrack-panel-link" }, "Try again");
        again.addEventListener("click", () => void load());
        const message = error instanceof Error ? error.message : String(error);
        say("alert", `This view could not be loaded: ${message} `, again);
      }
    }
  };
  const look = () => {
    if (!Object.hasOwn(TITLES, model.get("view"))) {
      return;
    }
    if (views !== null) {
      // The panel may have been put elsewhere in the page since.
      dress(places.run, model.get("_build"), views.style);
    } else if (!loading) {
      void load();
    }
  };
  model.on("change:view", look);
  signal.addEventListener("abort", () => model.off("change:view", look));
  look();
  return names.map((name) => ({ name, title: TITLES[name], body: places[name] }));
}
