import { element } from "../ui/dom.ts";
import type { Json } from "../widget/replies.ts";
import { shownPredictions, shownTime } from "./text.ts";

/** Where a prediction is told. */
export interface Outcome {
  block: HTMLElement;
  pending: (text: string) => void;
  predicted: (predictions: Json, ms: Json) => void;
  failed: (message: string) => void;
}

/** Return an empty place for the outcome of a prediction. */
export function outcome(): Outcome {
  const block = element("div", { class: "nbtrack-serve-outcome", role: "status", "aria-live": "polite" });
  const put = (kind: string, ...children: HTMLElement[]) => {
    block.dataset["kind"] = kind;
    block.replaceChildren(...children);
  };
  return {
    block,
    pending: (text) => put("pending", element("span", { class: "nbtrack-serve-quiet" }, text)),
    predicted: (predictions, ms) => {
      const { text, exact, single } = shownPredictions(predictions);
      const value = single
        ? element("output", { class: "nbtrack-serve-value", title: exact }, text)
        : element("pre", { class: "nbtrack-serve-mono", tabindex: "0", "aria-label": "Prediction" }, text);
      const took =
        typeof ms === "number" ? [element("span", { class: "nbtrack-serve-quiet" }, shownTime(ms))] : [];
      put("predicted", value, ...took);
    },
    failed: (message) => put("failed", element("span", { class: "nbtrack-serve-error" }, message)),
  };
}
