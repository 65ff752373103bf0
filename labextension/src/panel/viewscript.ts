import type { show } from "./beside.ts";
import type { Table } from "./table.ts";

/** The part of the front end that draws the views beside the table. */
export interface Views {
  show: typeof show;
  style: string;
}

/** Says how a script becomes a module: the tests have no page that could. */
export type Run = (script: string) => Promise<Pick<Views, "show">>;

interface Kept {
  loading: Promise<Views> | null;
}

/** After so many milliseconds a panel no longer waits for another one's kernel, but asks its own. */
const PATIENCE = 3000;

/** Return the views: those that the page has of this build, or else what the kernel sends. */
export async function loadViews(table: Table, run: Run = runScript): Promise<Views> {
  const kept = keptOf(table.model.get("_build"));
  const before = kept.loading;
  if (before !== null) {
    const failed = before.catch(() => null);
    const found = await Promise.race([failed, after(PATIENCE), gone(table.signal)]);
    if (found !== null) {
      return found;
    }
    if (kept.loading !== before && kept.loading !== null) {
      // Another panel of those that waited was first.
      return loadViews(table, run);
    }
  }
  const own = Promise.race([askViews(table, run), gone(table.signal)]);
  kept.loading = own;
  try {
    return await own;
  } catch (error) {
    if (kept.loading === own) {
      kept.loading = null;
    }
    throw error;
  }
}

/** Put the style of the views into the page, or into the shadow root that an element is in, unless it is there. */
export function dress(element: HTMLElement, build: string, style: string): void {
  const root = element.getRootNode();
  // JupyterLab moves its outputs between documents of the same page only.
  const place = "host" in root ? (root as ShadowRoot) : document.head;
  const there = [...place.querySelectorAll<HTMLStyleElement>("style[data-nbtrack-views]")];
  if (!there.some((one) => one.dataset["nbtrackViews"] === build)) {
    const made = document.createElement("style");
    made.dataset["nbtrackViews"] = build;
    made.textContent = style;
    place.append(made);
  }
}

/** Return what all panels of a build on this page share; each of them is a module of its own. */
function keptOf(build: string): Kept {
  const page = globalThis as unknown as Record<symbol, Kept | undefined>;
  const key = Symbol.for(`nbtrack.views.${build}`);
  const kept = page[key] ?? { loading: null };
  page[key] = kept;
  return kept;
}

async function askViews({ model, requests }: Table, run: Run): Promise<Views> {
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

function after(milliseconds: number): Promise<null> {
  return new Promise((done) => {
    setTimeout(done, milliseconds, null);
  });
}

/** A panel that goes has no answer any more: who waits for it must know. */
function gone(signal: AbortSignal): Promise<never> {
  return new Promise((_, failed) => {
    const tell = () => failed(new Error("The panel that asked has gone."));
    if (signal.aborted) {
      tell();
    } else {
      signal.addEventListener("abort", tell, { once: true });
    }
  });
}
