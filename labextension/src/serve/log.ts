import { element } from "../ui/dom.ts";
import { follow, type Panel } from "./panel.ts";

/** So many pixels above the end still count as the end. */
const NEAR = 8;

/** The end of the server's log: open while there is nothing else to look at, and when the server has failed. */
export function logTail(panel: Panel): HTMLElement {
  const { model } = panel;
  const text = element("pre", {
    class: "nbtrack-serve-mono nbtrack-serve-log",
    tabindex: "0",
    "aria-label": "Log",
  });
  const details = element("details", {}, element("summary", {}, "Log"), text);
  const toEnd = () => {
    text.scrollTop = text.scrollHeight;
  };

  follow(panel, ["tail"], () => {
    // Who has scrolled up is reading.
    const following = text.scrollHeight - text.scrollTop - text.clientHeight <= NEAR;
    text.textContent = model.get("tail") || "Nothing yet.";
    if (following) {
      toEnd();
    }
  });
  follow(panel, ["state"], () => {
    const state = model.get("state");
    if (state === "starting" || state === "failed") {
      details.open = true;
    } else if (state === "ready") {
      details.open = false;
    }
  });
  // What is closed has no height to scroll.
  details.addEventListener("toggle", toEnd, { signal: panel.signal });
  return details;
}
