import { popover } from "./controls.ts";
import { later } from "./later.ts";
import type { PanelState } from "./state.ts";

/** The button that shows all keys; `listen` has `?` and `/` pressed anywhere in the panel do what they say. */
export function help(state: PanelState): {
  root: HTMLElement;
  listen: (panel: HTMLElement, filter: HTMLElement) => void;
} {
  const fill = (place: HTMLElement) => later(state, place, (views) => views.drawKeys(place));
  const { root, button } = popover("?", "Keys", fill, state.signal);
  button.title = "Keys (?)";
  button.setAttribute("aria-label", "Keys");
  button.classList.add("nbtrack-panel-bare");
  const listen = (panel: HTMLElement, filter: HTMLElement) =>
    panel.addEventListener(
      "keydown",
      (event) => {
        const at = event.target as HTMLInputElement;
        const typing = at.matches("input, textarea, select") && at.type !== "checkbox";
        const seen = filter.closest("[hidden]") === null;
        if (typing || !seen || event.ctrlKey || event.metaKey || event.altKey) {
          return;
        }
        if (event.key === "?") {
          button.click();
        } else if (event.key === "/") {
          filter.focus();
        } else {
          return;
        }
        event.preventDefault();
        event.stopPropagation();
      },
      { signal: state.signal },
    );
  return { root, listen };
}
