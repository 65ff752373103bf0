import { type Answer, isAnswer } from "./replies.ts";

/** That nobody may ask there, or that there is nothing to ask: it stays so while the page is open. */
const NEVER = new Set([401, 403, 404, 405]);

/** The stores that cannot be read through this page's server, by address and folder. */
const unreadable = new Set<string>();

/** What the kernel would know of the widget. */
interface About {
  place: { store: string; file: string; only: string[] | null } | undefined;
  read_only: boolean;
}

/** The Jupyter server, which reads the store of a panel while its kernel is busy, where it has nbtrack's extension. */
export class Server {
  readonly #about: () => About;
  readonly #signal: AbortSignal;
  readonly #page = jupyterPage();

  constructor(about: () => About, signal: AbortSignal) {
    this.#about = about;
    this.#signal = signal;
  }

  /** Whether it may have an answer, as far as is known. */
  get there(): boolean {
    const name = this.#name();
    return name !== null && !unreadable.has(name);
  }

  /** Return the reply to a request that only reads; null where the kernel has to answer. */
  async answer(request: object): Promise<Answer | null> {
    const name = this.#name();
    if (this.#page === null || name === null) {
      return null;
    }
    const { place, read_only } = this.#about();
    try {
      const response = await fetch(this.#page.address, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...this.#page.rights() },
        credentials: "same-origin",
        body: JSON.stringify({ ...place, read_only, request }),
        signal: this.#signal,
      });
      if (response.ok) {
        const reply: unknown = await response.json();
        return isAnswer(reply) ? reply : null;
      }
      if (NEVER.has(response.status)) {
        unreadable.add(name);
      }
    } catch {
      // What keeps the page from its server keeps it from the kernel, too: the panel says that it waits.
    }
    return null;
  }

  #name(): string | null {
    const { place } = this.#about();
    return this.#page === null || place === undefined ? null : `${this.#page.address} ${place.store}`;
  }
}

/** Return where the server is and what it wants to see, as JupyterLab's own pages know it; null on other pages. */
function jupyterPage(): { address: URL; rights: () => Record<string, string> } | null {
  let config: unknown;
  try {
    config = JSON.parse(document.querySelector("#jupyter-config-data")?.textContent ?? "null");
  } catch {
    return null;
  }
  const { baseUrl, token } = (config ?? {}) as { baseUrl?: unknown; token?: unknown };
  if (typeof baseUrl !== "string" || !baseUrl.endsWith("/")) {
    return null;
  }
  const address = new URL(`${baseUrl}nbtrack/api/ask`, location.href);
  if (address.origin !== location.origin) {
    return null;
  }
  const rights = () => {
    // The server gives the cookie a new value now and then.
    const xsrf = /(?:^|; ?)_xsrf=([^;]*)/u.exec(document.cookie)?.[1];
    return {
      ...(typeof token === "string" && token !== "" ? { Authorization: `token ${token}` } : {}),
      ...(xsrf === undefined ? {} : { "X-XSRFToken": xsrf }),
    };
  };
  return { address, rights };
}
