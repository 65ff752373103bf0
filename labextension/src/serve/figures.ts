import { element } from "../ui/dom.ts";
import type { Counts } from "./messages.ts";
import { follow, type Panel } from "./panel.ts";
import { shownTime } from "./text.ts";

const NONE = "–";

const FIGURES: readonly [string, (counts: Counts) => string][] = [
  ["Requests", (counts) => counts.requests.toLocaleString("en-GB")],
  ["Errors", (counts) => counts.errors.toLocaleString("en-GB")],
  ["p50", (counts) => (counts.p50 === null ? NONE : shownTime(counts.p50))],
  ["p99", (counts) => (counts.p99 === null ? NONE : shownTime(counts.p99))],
];

/** How many requests there were, and how long they took. */
export function figures(panel: Panel): HTMLElement {
  const list = element("dl", { class: "nbtrack-serve-figures" });
  const values = FIGURES.map(([name, read]) => {
    const value = element("dd");
    list.append(element("div", {}, element("dt", {}, name), value));
    return { value, read };
  });
  follow(panel, ["counts"], () => {
    const counts = panel.model.get("counts");
    for (const { value, read } of values) {
      value.textContent = counts === null ? NONE : read(counts);
    }
    list.dataset["errors"] = String((counts?.errors ?? 0) > 0);
  });
  return list;
}
