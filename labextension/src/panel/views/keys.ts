import { element } from "../../ui/dom.ts";

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

/** Show what the keys of the panel do. */
export function drawKeys(place: HTMLElement): void {
  const groups = KEYS.map(([title, keys]) => {
    const lines = keys.flatMap(([key, does]) => [
      element("dt", {}, element("kbd", {}, key)),
      element("dd", {}, does),
    ]);
    return element("div", {}, element("strong", {}, title), element("dl", {}, ...lines));
  });
  place.replaceChildren(element("div", { class: "nbtrack-panel-keys", tabindex: "-1" }, ...groups));
}
