import type { Model as RunModel } from "../runpage/model.ts";
import { show } from "../runpage/view.ts";
import { element } from "../widget/dom.ts";
import type { Table } from "./table.ts";
import type { Tab } from "./tabs.ts";

const HINT = "Choose a run in the table to see all that is kept of it.";

/** The tab that shows the run which was chosen last, as a page of its own. */
export function runTab(table: Table): Tab {
  const { model, signal } = table;
  const place = element("div", {});
  const body = element("div", { class: "nbtrack-panel-view" }, place);
  let shown: string | null = null;
  let drawn = new AbortController();
  signal.addEventListener("abort", () => drawn.abort());

  const draw = async () => {
    const id = [...table.selection.ids].at(-1) ?? "";
    if (model.get("view") !== "run" || id === shown) {
      return;
    }
    shown = id;
    drawn.abort();
    drawn = new AbortController();
    const mine = drawn.signal;
    if (id === "") {
      place.replaceChildren(element("p", { class: "nbtrack-panel-about" }, HINT));
      return;
    }
    try {
      const { page } = await table.requests.ask("open", { ids: [id] });
      const child = (await model.widget_manager?.get_model(page)) as RunModel | undefined;
      if (!mine.aborted && child !== undefined) {
        show(child, place, mine);
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      place.replaceChildren(element("p", { class: "nbtrack-panel-about", role: "alert" }, message));
      shown = null;
    }
  };
  const look = () => void draw();
  table.on(["chosen"], look);
  model.on("change:view", look);
  signal.addEventListener("abort", () => model.off("change:view", look));
  look();
  return { name: "run", title: "Run", body };
}
