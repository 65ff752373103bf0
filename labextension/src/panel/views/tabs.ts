import { addStyle, type Bundle, loadBundle, type RunScript } from "../../kernel/bundles.ts";
import { element, freshId } from "../../ui/dom.ts";
import { VIEWS } from "../../wire.ts";
import type { Model, View } from "../model.ts";
import type { PanelState } from "../state.ts";
import type { ViewPlaces, Views } from "./types.ts";

/** The views of the second script. */
const NAMES = (Object.keys(VIEWS) as View[]).filter((name) => name !== "table");

/** The tabs beside the table. The script of their views is loaded when the user opens the first of them. */
export function viewTabs(state: PanelState, run?: RunScript<Views>): Tab[] {
  const { model, signal } = state;
  const made = NAMES.map((name) => [name, element("div", { class: "nbtrack-panel-view" })]);
  const places: ViewPlaces = Object.fromEntries(made);
  let views: Bundle<Views> | null = null;
  let loading = false;
  const build = model.get("_build");

  const say = (role: "status" | "alert", text: string, ...more: Node[]) => {
    for (const name of NAMES) {
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
      views = await loadBundle("views", { channel: model, build, signal }, run);
      if (!signal.aborted) {
        addStyle(places.run, `views ${build}`, views.style);
        views.show(state, places);
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
    if (model.get("view") === "table") {
      return;
    }
    if (views !== null) {
      // The panel may have moved within the page.
      addStyle(places.run, `views ${build}`, views.style);
    } else if (!loading) {
      void load();
    }
  };
  model.on("change:view", look);
  signal.addEventListener("abort", () => model.off("change:view", look));
  look();
  return NAMES.map((name) => ({ name, body: places[name] }));
}

/** A view of the panel. */
export interface Tab {
  name: View;
  body: HTMLElement;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

/** The bar with a tab for each view. The trait `view` names the one that is shown. */
export function tabs(model: Model, views: readonly Tab[], signal: AbortSignal): HTMLElement {
  const bar = element("div", { class: "nbtrack-panel-tabs", role: "tablist", "aria-label": "Views" });
  const buttons = views.map(({ name, body }) => {
    body.id = freshId();
    body.setAttribute("role", "tabpanel");
    const button = element("button", { type: "button", role: "tab", "aria-controls": body.id }, VIEWS[name]);
    button.id = freshId();
    body.setAttribute("aria-labelledby", button.id);
    button.addEventListener("click", () => {
      model.set("view", name);
      model.save_changes();
      draw();
    });
    return button;
  });
  const draw = () => {
    for (const [at, { name, body }] of views.entries()) {
      const shown = model.get("view") === name;
      body.hidden = !shown;
      buttons[at]?.setAttribute("aria-selected", String(shown));
      buttons[at]?.setAttribute("tabindex", shown ? "0" : "-1");
    }
  };
  bar.addEventListener("keydown", (event) => {
    const step = STEPS[event.key] ?? 0;
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    if (step !== 0 && at >= 0) {
      const next = buttons[(at + step + buttons.length) % buttons.length];
      next?.focus();
      next?.click();
    }
  });
  bar.append(...buttons);
  model.on("change:view", draw);
  signal.addEventListener("abort", () => model.off("change:view", draw));
  draw();
  return bar;
}
