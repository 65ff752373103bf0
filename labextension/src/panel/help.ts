import { element } from "../ui/dom.ts";
import { popover } from "./controls.ts";

const KEYS: readonly [title: string, keys: readonly [keys: string, does: string][]][] = [
  [
    "Rows",
    [
      ["↑ ↓", "to another run; with Page ↑ ↓, Home, End further"],
      ["Space", "choose it, or choose it no longer"],
      ["Shift ↑ ↓", "choose several"],
      ["Ctrl A, Escape", "choose all, none"],
      ["Enter", "open it, which does not choose it"],
      ["P", "pin it to the top"],
      ["H", "hide a chosen one in the charts"],
    ],
  ],
  [
    "Cells",
    [
      ["← →", "to another cell; in a tree first fold and unfold"],
      ["F", "filter by what is in it"],
      ["Shift F10", "its menu"],
    ],
  ],
  [
    "Heads",
    [
      ["Tab", "from the rows to the heads"],
      ["Enter", "sort by it; with Shift also by it"],
      ["Alt ↓", "its menu: order, summary, place"],
    ],
  ],
  [
    "Panel",
    [
      ["/", "to the filter; there Ctrl Space completes, ↑ recalls"],
      ["?", "this overview"],
    ],
  ],
];

/** The button that shows all keys; `listen` has `?` and `/` pressed anywhere in the panel do what they say. */
export function help(signal: AbortSignal): {
  root: HTMLElement;
  listen: (panel: HTMLElement, filter: HTMLElement) => void;
} {
  const { root, button } = popover("?", "Keys", fill, signal);
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
      { signal },
    );
  return { root, listen };
}

function fill(place: HTMLElement): void {
  const groups = KEYS.map(([title, keys]) => {
    const lines = keys.flatMap(([key, does]) => [
      element("dt", {}, element("kbd", {}, key)),
      element("dd", {}, does),
    ]);
    return element("div", {}, element("strong", {}, title), element("dl", {}, ...lines));
  });
  place.append(element("div", { class: "nbtrack-panel-keys", tabindex: "-1" }, ...groups));
}
