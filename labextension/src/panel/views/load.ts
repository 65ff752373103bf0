import type { PanelState } from "../state.ts";
import type { RunScript, Views } from "./types.ts";

interface LoadState {
  loading: Promise<Views> | null;
}

/** How many milliseconds a panel waits for the kernel of another panel, before it asks its own. */
const LOAD_TIMEOUT = 3000;

/** Return the views of this build, which the page may already have. Else the kernel sends them. */
export async function loadViews(state: PanelState, run: RunScript = runScript): Promise<Views> {
  const shared = sharedLoad(state.model.get("_build"));
  const before = shared.loading;
  if (before !== null) {
    const failed = before.catch(() => null);
    const found = await Promise.race([failed, timeout(LOAD_TIMEOUT), aborted(state.signal)]);
    if (found !== null) {
      return found;
    }
    if (shared.loading !== before && shared.loading !== null) {
      // Another panel that waited was faster, and asks its kernel already.
      return loadViews(state, run);
    }
  }
  const own = Promise.race([askViews(state, run), aborted(state.signal)]);
  shared.loading = own;
  try {
    return await own;
  } catch (error) {
    if (shared.loading === own) {
      shared.loading = null;
    }
    throw error;
  }
}

/** Put the style of the views into the page, or into the shadow root of an element, unless it is there. */
export function addStyle(element: HTMLElement, build: string, style: string): void {
  const root = element.getRootNode();
  // JupyterLab moves outputs only within one page.
  const place = "host" in root ? (root as ShadowRoot) : document.head;
  const there = [...place.querySelectorAll<HTMLStyleElement>("style[data-nbtrack-views]")];
  if (!there.some((one) => one.dataset["nbtrackViews"] === build)) {
    const made = document.createElement("style");
    made.dataset["nbtrackViews"] = build;
    made.textContent = style;
    place.append(made);
  }
}

/** Return what the panels of a build share on this page. Each panel is a module of its own, so it is global. */
function sharedLoad(build: string): LoadState {
  const page = globalThis as unknown as Record<symbol, LoadState | undefined>;
  const key = Symbol.for(`nbtrack.views.${build}`);
  const shared = page[key] ?? { loading: null };
  page[key] = shared;
  return shared;
}

async function askViews({ model, requests }: PanelState, run: RunScript): Promise<Views> {
  const { script, style } = await requests.ask("views", { build: model.get("_build") });
  return { ...(await run(script)), style };
}

async function runScript(script: string): Promise<Pick<Views, "show">> {
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  try {
    return (await import(url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function timeout(milliseconds: number): Promise<null> {
  return new Promise((done) => {
    setTimeout(done, milliseconds, null);
  });
}

/** Reject when the panel is removed, as its request will have no answer. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, failed) => {
    const tell = () => failed(new Error("The panel that asked has gone."));
    if (signal.aborted) {
      tell();
    } else {
      signal.addEventListener("abort", tell, { once: true });
    }
  });
}
