import { element, freshId } from "../ui/dom.ts";
import type { Traits } from "./messages.ts";
import type { Model } from "./model.ts";

/** One view of the panel. */
export interface Tab {
  name: Traits["view"];
  title: string;
  body: HTMLElement;
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

/** The bar with a tab for each view; the one that the trait `view` names is shown. */
export function tabs(model: Model, views: readonly Tab[], signal: AbortSignal): HTMLElement {
  const bar = element("div", { class: "nbtrack-panel-tabs", role: "tablist", "aria-label": "Views" });
  const buttons = views.map(({ name, title, body }) => {
    body.id = freshId();
    body.setAttribute("role", "tabpanel");
    const button = element("button", { type: "button", role: "tab", "aria-controls": body.id }, title);
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
