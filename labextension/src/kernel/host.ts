import { isObject } from "./replies.ts";

/** A server that has nbtrack's addresses below `base`, and the headers that it wants to see. */
export interface Host {
  base: URL;
  rights: () => Record<string, string>;
  /** Whether it is likely to have the front end's files: JupyterLab's extension is in its environment. */
  hasFiles: boolean;
}

/** Return the Jupyter server, as JupyterLab's own pages know it; null on other pages. */
export function jupyterHost(): Host | null {
  let config: unknown;
  try {
    config = JSON.parse(document.querySelector("#jupyter-config-data")?.textContent ?? "null");
  } catch {
    return null;
  }
  const { baseUrl, token, federated_extensions: extensions } = (config ?? {}) as Record<string, unknown>;
  if (typeof baseUrl !== "string" || !baseUrl.endsWith("/")) {
    return null;
  }
  const base = new URL(`${baseUrl}nbtrack/`, location.href);
  if (base.origin !== location.origin) {
    return null;
  }
  const authorization: Record<string, string> =
    typeof token === "string" && token !== "" ? { Authorization: `token ${token}` } : {};
  const hasFiles = Array.isArray(extensions) && extensions.some((one) => one?.name === "nbtrack");
  return { base, rights: () => ({ ...authorization, ...xsrf() }), hasFiles };
}

/** Return the server of a page of nbtrack's own, which lies in its base. */
export function pageHost(): Host {
  return { base: new URL("./", location.href.split(/[?#]/u)[0]), rights: xsrf, hasFiles: true };
}

function xsrf(): Record<string, string> {
  // The server gives the cookie a new value now and then.
  const found = /(?:^|; ?)_xsrf=([^;]*)/u.exec(document.cookie)?.[1];
  return found === undefined ? {} : { "X-XSRFToken": found };
}

/** What a panel's server has to know beside the request. */
export interface About {
  place: { store: string; file: string; only: string[] | null };
  read_only: boolean;
}

/** Fetch what is at an address below a server's. */
export function get({ base, rights }: Host, address: string, more: RequestInit = {}): Promise<Response> {
  return fetch(new URL(address, base), { headers: rights(), credentials: "same-origin", ...more });
}

/** Ask a server for what a panel begins with that shows the store at or above a folder, or that of a notebook. */
export function firstPanel(host: Host, path: string): Promise<Response> {
  return get(host, `api/panel?path=${encodeURIComponent(path)}`);
}

/** Return what a server says is wrong, or that it says nothing. */
export function refusalOf(reply: unknown, { status }: Response): string {
  const error = isObject(reply) ? reply["error"] : null;
  const message = isObject(error) ? error["message"] : null;
  return typeof message === "string" ? message : `The server refuses this (${status}).`;
}

/** Send a request of a panel to a server: `change` takes also those that change something. */
export function post(
  { base, rights }: Host,
  { place, read_only }: About,
  request: object,
  { address, signal }: { address: "ask" | "change"; signal: AbortSignal },
): Promise<Response> {
  return fetch(new URL(`api/${address}`, base), {
    method: "POST",
    headers: { "Content-Type": "application/json", ...rights() },
    credentials: "same-origin",
    body: JSON.stringify({ ...place, read_only, request }),
    signal,
  });
}
