import type { FrontRequests, FrontResults } from "../wire.ts";
import type { Channel } from "./client.ts";
import { get, type Host, jupyterHost } from "./host.ts";
import { isAnswer } from "./replies.ts";

type Files = FrontResults["bundle"];

/** Where a part of the front end is loaded from, and which build is wanted. */
export interface Source {
  /** The widget's model; one without a kernel says who serves it. */
  channel: Channel & { readonly host?: Host };
  build: string;
  /** Aborted when nobody waits for it any more. */
  signal: AbortSignal;
}

/** A part of the front end that is loaded, and the style of what it draws. */
export type Bundle<Module> = Module & { readonly style: string };

/** Makes a module of a script. Tests have no page that could, and pass their own. */
export type RunScript<Module> = (script: string) => Promise<Module>;

interface LoadState<Module> {
  loading: Promise<Bundle<Module>> | null;
}

/** How many milliseconds a widget waits for the kernel of another widget, before it asks its own. */
const LOAD_TIMEOUT = 3000;
/** How many milliseconds the server has, before the kernel is asked. */
const SERVER_TIMEOUT = 3000;

/** Return a part of the front end, which the page may already have. Else the server sends it, or the kernel. */
export async function loadBundle<Module>(
  name: FrontRequests["bundle"]["name"],
  source: Source,
  run: RunScript<Module> = runScript,
): Promise<Bundle<Module>> {
  const shared = sharedLoad<Module>(`${name}.${source.build}`);
  const before = shared.loading;
  if (before !== null) {
    const failed = before.catch(() => null);
    const found = await Promise.race([failed, timeout(LOAD_TIMEOUT), aborted(source.signal)]);
    if (found !== null) {
      return found;
    }
    if (shared.loading !== before && shared.loading !== null) {
      // Another widget that waited was faster, and asks its kernel already.
      return loadBundle(name, source, run);
    }
  }
  const own = Promise.race([load(name, source, run), aborted(source.signal)]);
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

/** Put the style of a bundle into the page, or into the shadow root of an element, unless it is there. */
export function addStyle(element: HTMLElement, name: string, style: string): void {
  const root = element.getRootNode();
  // JupyterLab moves outputs only within one page.
  const place = "host" in root ? (root as ShadowRoot) : document.head;
  const there = [...place.querySelectorAll<HTMLStyleElement>("style[data-nbtrack-style]")];
  if (!there.some((one) => one.dataset["nbtrackStyle"] === name)) {
    const made = document.createElement("style");
    made.dataset["nbtrackStyle"] = name;
    made.textContent = style;
    place.append(made);
  }
}

/** Return what the widgets of a page share. Each has a script of its own, so it is global. */
function sharedLoad<Module>(name: string): LoadState<Module> {
  const page = globalThis as unknown as Record<symbol, LoadState<Module> | undefined>;
  const key = Symbol.for(`nbtrack.${name}`);
  const shared = page[key] ?? { loading: null };
  page[key] = shared;
  return shared;
}

async function load<Module>(
  name: FrontRequests["bundle"]["name"],
  source: Source,
  run: RunScript<Module>,
): Promise<Bundle<Module>> {
  const { script, style } = await filesOf(name, source);
  return { ...(await run(script)), style };
}

async function filesOf(name: FrontRequests["bundle"]["name"], source: Source): Promise<Files> {
  const { channel, build, signal } = source;
  const host = channel.host ?? jupyterHost();
  const served = host?.hasFiles ? await fromServer(host, name, build) : null;
  if (served !== null) {
    return served;
  }
  if (channel.host !== undefined) {
    throw new Error(
      "the server does not have it, or has another version of nbtrack now; load the page again",
    );
  }
  return await fromKernel(channel, { name, build }, signal);
}

/** Return the files, or null where the server has none of this build. */
async function fromServer(host: Host, name: string, build: string): Promise<Files | null> {
  const text = async (file: string) => {
    const signal = AbortSignal.timeout(SERVER_TIMEOUT);
    const response = await get(host, `static/${file}?v=${build}`, { signal });
    return response.ok ? await response.text() : Promise.reject(new Error(response.statusText));
  };
  try {
    const [script, style] = await Promise.all([text(`${name}.js`), text(`${name}.css`)]);
    return { script, style };
  } catch {
    return null;
  }
}

function fromKernel(channel: Channel, parts: FrontRequests["bundle"], signal: AbortSignal): Promise<Files> {
  const id = `bundle-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  return new Promise((done, failed) => {
    const hear = (message: unknown) => {
      if (!(isAnswer(message) && message.id === id)) {
        return;
      }
      channel.off("msg:custom", hear);
      if (message.ok) {
        done(message.result as unknown as Files);
      } else {
        failed(new Error(message.error.message));
      }
    };
    channel.on("msg:custom", hear);
    signal.addEventListener("abort", () => channel.off("msg:custom", hear));
    channel.send({ id, kind: "bundle", ...parts });
  });
}

async function runScript<Module>(script: string): Promise<Module> {
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

/** Reject when the widget is removed, as its request will have no answer. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, failed) => {
    const tell = () => failed(new Error("The widget that asked has gone."));
    if (signal.aborted) {
      tell();
    } else {
      signal.addEventListener("abort", tell, { once: true });
    }
  });
}
