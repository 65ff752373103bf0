import "../panel/index.css";
import "./side.css";
import { firstPanel, type Host, jupyterHost } from "../kernel/host.ts";
import { type KeptPanel, keptPanel, type ServedPanel, servedPanel } from "../panel/served.ts";
import { show } from "../panel/view.ts";
import { element } from "../ui/dom.ts";
import { FOLLOWED } from "./followed.ts";
import { fulfil, WISHED, type Wish } from "./wish.ts";

/** Milliseconds between two looks for a store that is not there yet. */
const STORE_INTERVAL = 2000;

/** What the extension says of the place that the panel is in. */
export interface Place {
  /** The folder whose store is shown, relative to the server's root. */
  path: string;
  /** Whether the panel can be seen now. */
  seen: () => boolean;
  /** The server's answer to `firstPanel`, once. */
  first: Promise<Response> | undefined;
  /** Take what is to be shown, where there is a wish; `WISHED` at the root says that there is a new one. */
  wish: () => Wish;
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

/**
 * Show what a panel of a notebook showed whose kernel has gone, with the store at or above a folder. JupyterLab's extension
 * calls this. Rejects where the server does not have that store.
 */
export async function showKept(
  root: HTMLElement,
  path: string,
  kept: KeptPanel,
  signal: AbortSignal,
): Promise<void> {
  const host = jupyterHost();
  if (host === null) {
    throw new Error("this page does not say where its Jupyter server is");
  }
  const model = await keptPanel(host, path, kept, signal);
  root.dataset["nbtrackServed"] = "";
  show(model, root, signal);
}

async function begin(root: HTMLElement, place: Place, signal: AbortSignal): Promise<void> {
  const host = jupyterHost();
  if (host === null) {
    say(root, "alert", "This page does not say where its Jupyter server is.");
    return;
  }
  const { path, seen, first, wish } = place;
  const found = await servedPanel(host, { path, seen, writes: true, ...(first && { first }) }, signal);
  if (signal.aborted) {
    return;
  }
  if (found !== null) {
    draw(root, found, wish, signal);
    root.addEventListener(
      FOLLOWED,
      ({ detail }: CustomEventInit<string>) => void follow(host, found, detail ?? path),
      { signal },
    );
    return;
  }
  say(
    root,
    "status",
    "There are no runs in this folder yet. Put %%track as the first line of a Python cell, and they appear here.",
  );
  await nextLook(seen, signal);
  if (!signal.aborted) {
    await begin(root, { ...place, first: undefined }, signal);
  }
}

/** Have the runs of another notebook stand first; the rest of the panel stays as the user has it. */
async function follow(host: Host, { model, store }: ServedPanel, notebook: string): Promise<void> {
  const response = await firstPanel(host, notebook);
  const reply = response.ok ? await response.json() : null;
  if (reply?._place?.store === store) {
    model.set("_leading", reply._leading);
  }
}

function draw(
  root: HTMLElement,
  { model, store }: ServedPanel,
  wish: Place["wish"],
  signal: AbortSignal,
): void {
  // Without a kernel what needs one is hidden.
  const panel = element("div", { class: "nbtrack-side-panel", "data-nbtrack-served": "" });
  const foot = element("footer", { class: "nbtrack-side-foot", title: store }, element("bdi", {}, store));
  const own = element("span", { class: "nbtrack-side-own" }, "this notebook’s first");
  const mark = () => {
    own.remove();
    if (model.get("_leading")?.ids.length) {
      foot.append(own);
    }
  };
  model.on("change:_leading", mark);
  mark();
  const lost = element("p", { class: "nbtrack-side-lost", role: "status" });
  model.onLost = (why) => {
    lost.textContent = why ?? "";
  };
  root.replaceChildren(lost, panel, foot);
  let wished: string | undefined;
  const heed = () => {
    const found = wish();
    wished = found.filter ?? wished;
    fulfil(model, found);
  };
  heed();
  show(model, panel, signal);
  root.addEventListener(WISHED, heed, { signal });
  // The runs of a cell are of no use beside another notebook.
  const leave = () => {
    if (wished !== undefined && model.get("filter") === wished) {
      model.set("filter", "");
    }
    wished = undefined;
  };
  root.addEventListener(FOLLOWED, leave, { signal });
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
