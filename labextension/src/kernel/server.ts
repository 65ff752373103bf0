import { jupyterHost, type About as Known, post } from "./host.ts";
import { type Answer, isAnswer } from "./replies.ts";

/** That nobody may ask there, or that there is nothing to ask: it stays so while the page is open. */
const NEVER = new Set([401, 403, 404, 405]);

/** The stores that cannot be read through this page's server, by address and folder. */
const unreadable = new Set<string>();

/** What the kernel would know of the widget. */
type About = Omit<Known, "place"> & { place: Known["place"] | undefined };

/** The Jupyter server, which reads the store of a panel while its kernel is busy, where it has nbtrack's extension. */
export class Server {
  readonly #about: () => About;
  readonly #signal: AbortSignal;
  readonly #host = jupyterHost();

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
    const { place, read_only } = this.#about();
    if (this.#host === null || name === null || place === undefined) {
      return null;
    }
    try {
      const response = await post(this.#host, { place, read_only }, request, {
        address: "ask",
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
    return this.#host === null || place === undefined ? null : `${this.#host.base} ${place.store}`;
  }
}
