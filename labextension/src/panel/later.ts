import { loadBundle } from "../kernel/bundles.ts";
import { element } from "../ui/dom.ts";
import { keepInside } from "./controls.ts";
import type { PanelState } from "./state.ts";
import type { Views } from "./views/types.ts";

/** Draw what few people open, and what is therefore in the script of the views. */
export function later({ model, signal }: PanelState, place: HTMLElement, draw: (views: Views) => void): void {
  place.replaceChildren(element("div", { class: "nbtrack-panel-quiet" }, "…"));
  const source = { channel: model, build: model.get("_build"), signal };
  loadBundle<Views>("views", source).then(
    (views) => {
      if (!place.hidden) {
        draw(views);
        keepInside(place);
        place.querySelector<HTMLElement>("input, button, [tabindex]")?.focus();
      }
    },
    (error: Error) => place.replaceChildren(error.message),
  );
}
