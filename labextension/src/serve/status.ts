import type { Stage } from "../kernel/client.ts";
import { problemOf } from "../kernel/replies.ts";
import { follow } from "../kernel/traits.ts";
import { element } from "../ui/dom.ts";
import { shownTime } from "../ui/text.ts";
import type { Counts, State } from "./messages.ts";
import type { Panel } from "./panel.ts";

const STATE_LABELS: Record<State, string> = {
  offered: "",
  starting: "Starting",
  ready: "Ready",
  failed: "Failed",
  stopped: "Stopped",
};

/** The server's state, what it serves and where, and the button that starts or stops it. */
export function header(panel: Panel): HTMLElement {
  const { model } = panel;
  const word = element("span");
  const state = element(
    "span",
    { class: "nbtrack-serve-state", role: "status", "aria-live": "polite" },
    element("span", { class: "nbtrack-serve-dot", "aria-hidden": "true" }),
    word,
  );
  const title = element("strong", { class: "nbtrack-serve-title" });
  const address = element("span", { class: "nbtrack-serve-address" });
  const subtitle = element("span", { class: "nbtrack-serve-quiet" });
  const error = element("pre", { class: "nbtrack-serve-error", role: "alert", hidden: true });

  follow(panel, ["state"], () => {
    state.dataset["state"] = model.get("state");
    // Screen readers read a live region out whenever its text is set, even to the same text.
    if (word.textContent !== STATE_LABELS[model.get("state")]) {
      word.textContent = STATE_LABELS[model.get("state")];
    }
  });
  follow(panel, ["title", "subtitle"], () => {
    title.textContent = model.get("title");
    subtitle.textContent = model.get("subtitle");
  });
  follow(panel, ["address", "state"], () => {
    address.replaceChildren(shownAddress(model.get("address"), model.get("state") === "ready"));
  });
  follow(panel, ["error"], () => {
    error.textContent = model.get("error");
    error.hidden = error.textContent === "";
  });

  const names = element("div", { class: "nbtrack-serve-names" }, title, subtitle);
  const line = element("div", { class: "nbtrack-serve-line" }, state, names, address, control(panel, error));
  return element("header", {}, line, error);
}

/** The button that stops a running server, and starts one that does not run. */
function control(panel: Panel, error: HTMLElement): HTMLElement {
  const { model, client, signal } = panel;
  const button = element("button", { type: "button", class: "nbtrack-serve-button" });
  let busy = "";

  const draw = () => {
    const state = model.get("state");
    const alive = ["starting", "ready"].includes(state);
    const start = state === "offered" ? "Serve this model" : "Start again";
    button.dataset["kind"] = alive ? "stop" : "start";
    button.textContent = busy || (alive ? "Stop" : start);
    button.disabled = busy !== "";
  };

  const press = async () => {
    const kind = button.dataset["kind"] === "stop" ? "stop" : "start";
    const doing = kind === "stop" ? "Stopping…" : "Starting…";
    busy = doing;
    draw();
    const onStage = (stage: Stage) => {
      busy = stage === "waiting" ? "Waiting for the kernel…" : doing;
      button.title = stage === "waiting" ? "A cell is running" : "";
      draw();
    };
    try {
      await client.ask(kind, {}, { onStage });
    } catch (failure) {
      error.textContent = problemOf(failure).message;
      error.hidden = false;
    } finally {
      busy = "";
      button.title = "";
      draw();
    }
  };

  follow(panel, ["state"], draw);
  button.addEventListener("click", () => void press(), { signal });
  return button;
}

/** Return a full URL for a path on the page's own host; any other address as it is. */
export function fullAddress(address: string, page: string): string {
  return address.startsWith("/") ? new URL(address, page).href : address;
}

/** Return the address as text, and as a link where something answers and a browser may follow it. */
function shownAddress(address: string, answers: boolean): HTMLElement {
  const full = fullAddress(address, location.href);
  if (!answers || !/^https?:\/\//u.test(full)) {
    return element("span", {}, full);
  }
  return element("a", { href: full, target: "_blank", rel: "noopener noreferrer" }, full);
}

const NO_VALUE = "–";

const FIGURES: readonly [string, (counts: Counts) => string][] = [
  ["Requests", (counts) => counts.requests.toLocaleString("en-GB")],
  ["Errors", (counts) => counts.errors.toLocaleString("en-GB")],
  ["p50", (counts) => (counts.p50 === null ? NO_VALUE : shownTime(counts.p50))],
  ["p99", (counts) => (counts.p99 === null ? NO_VALUE : shownTime(counts.p99))],
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
      value.textContent = counts === null ? NO_VALUE : read(counts);
    }
    list.dataset["errors"] = String((counts?.errors ?? 0) > 0);
  });
  return list;
}

/** A log that is scrolled to this many pixels from its end counts as being at its end. */
const END_TOLERANCE = 8;

/** The end of the server's log. It is open while the server starts, and when it has failed. */
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
    // A user who has scrolled up is reading.
    const following = text.scrollHeight - text.scrollTop - text.clientHeight <= END_TOLERANCE;
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
  // A closed log has no height, so it cannot be scrolled before it opens.
  details.addEventListener("toggle", toEnd, { signal: panel.signal });
  return details;
}
