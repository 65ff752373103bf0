import { element } from "../ui/dom.ts";
import { shownAddress } from "./address.ts";
import type { State } from "./messages.ts";
import { follow, type Panel } from "./panel.ts";

const WORDS: Record<State, string> = {
  offered: "",
  starting: "Starting",
  ready: "Ready",
  failed: "Failed",
  stopped: "Stopped",
};

/** The server's state, what it serves and where, and the button that ends or starts it. */
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
    // A live region is read out at every change of its text, be it to the same.
    if (word.textContent !== WORDS[model.get("state")]) {
      word.textContent = WORDS[model.get("state")];
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

/** The button: Stop while the server lives, Start again when it does not. */
function control(panel: Panel, error: HTMLElement): HTMLElement {
  const { model, requests, signal } = panel;
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
    const answer = await requests.send({ kind }, (stage) => {
      busy = stage === "waiting" ? "Waiting for the kernel…" : doing;
      button.title = stage === "waiting" ? "A cell is running" : "";
      draw();
    });
    busy = "";
    button.title = "";
    draw();
    if (!answer.ok) {
      error.textContent = answer.error.message;
      error.hidden = false;
    }
  };

  follow(panel, ["state"], draw);
  button.addEventListener("click", () => void press(), { signal });
  return button;
}
