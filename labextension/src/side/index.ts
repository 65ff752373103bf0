import "../panel/panel.css";
import "../panel/controls.css";
import "../panel/table/table.css";
import "../panel/table/row.css";
import "../panel/actions.css";
import "./side.css";
import { jupyterHost } from "../kernel/host.ts";
import { type ServedPanel, servedPanel } from "../panel/served.ts";
import { show } from "../panel/view.ts";
import { element } from "../ui/dom.ts";

/** Milliseconds between two looks for a store that is not there yet. */
const STORE_INTERVAL = 2000;

/** What somebody wants to see in the panel: one run, or those that a filter finds. */
export interface Look {
  run?: string;
  filter?: string;
}

/** The event that says that there is something to look at. */
const LOOK = "nbtrack:look";

/** What the extension says of the place that the panel is in. */
export interface Place {
  /** The folder whose store is shown, relative to the server's root. */
  path: string;
  /** Whether the panel can be seen now. */
  seen: () => boolean;
  /** Take what is to be shown now, if that was said. */
  look: () => Look | null;
}

/** Show the runs of a folder in an element until the signal is aborted. JupyterLab's extension calls this. */
export async function showFolder(root: HTMLElement, place: Place, signal: AbortSignal): Promise<void> {
  try {
    await begin(root, place, signal);
  } catch (error) {
    if (!signal.aborted) {
      say(root, "alert", error instanceof Error ? error.message : String(error));
    }
  }
}

async function begin(root: HTMLElement, place: Place, signal: AbortSignal): Promise<void> {
  const host = jupyterHost();
  if (host === null) {
    say(root, "alert", "This page does not say where its Jupyter server is.");
    return;
  }
  const { path, seen } = place;
  const found = await servedPanel(host, { path, seen, writes: true }, signal);
  if (signal.aborted) {
    return;
  }
  if (found !== null) {
    const look = () => turn(found, place.look());
    look();
    draw(root, found, signal);
    root.addEventListener(LOOK, look, { signal });
    return;
  }
  say(
    root,
    "status",
    "There are no runs in this folder yet. Put %%track as the first line of a Python cell, and they appear here.",
  );
  await nextLook(seen, signal);
  if (!signal.aborted) {
    await begin(root, place, signal);
  }
}

/** Show one run, or those that a filter finds, in a panel. */
function turn({ model }: ServedPanel, look: Look | null): void {
  if (look?.filter !== undefined) {
    model.set("experiments", null);
    model.set("deleted", false);
    model.set("filter", look.filter);
    model.set("view", "table");
  }
  if (look?.run !== undefined) {
    model.set("_chosen", [look.run]);
    model.set("view", "run");
  }
}

function draw(root: HTMLElement, { model, store }: ServedPanel, signal: AbortSignal): void {
  // Without a kernel what needs one is hidden.
  const panel = element("div", { class: "nbtrack-side-panel", "data-nbtrack-served": "" });
  const foot = element("footer", { class: "nbtrack-side-foot", title: store }, element("bdi", {}, store));
  root.replaceChildren(panel, foot);
  show(model, panel, signal);
  panel.querySelector(".nbtrack-panel-bar")?.append(more(panel));
}

/** The button that shows the table's tools, where they have no room beside the filter. */
function more(panel: HTMLElement): HTMLButtonElement {
  const button = element("button", {
    type: "button",
    class: "nbtrack-panel-button nbtrack-side-more",
    title: "Columns, filters and more",
    "aria-label": "Columns, filters and more",
    "aria-expanded": "false",
  });
  button.textContent = "…";
  button.addEventListener("click", () => {
    const on = panel.classList.toggle("nbtrack-side-open");
    button.setAttribute("aria-expanded", String(on));
  });
  return button;
}

/** Wait until it is time to look for a store again: nobody looks for what nobody sees. */
async function nextLook(seen: () => boolean, signal: AbortSignal): Promise<void> {
  do {
    // biome-ignore lint/performance/noAwaitInLoops: there is no event to wait for.
    await new Promise((resolve) => {
      setTimeout(resolve, STORE_INTERVAL);
    });
  } while (!signal.aborted && (document.visibilityState !== "visible" || !seen()));
}

function say(root: HTMLElement, role: "status" | "alert", text: string): void {
  root.replaceChildren(element("p", { class: "nbtrack-side-about", role }, text));
}
