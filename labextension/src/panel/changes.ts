import type { Server } from "../kernel/server.ts";
import type { Changed } from "./messages.ts";

/** Milliseconds between two questions whether the store has changed. */
const POLL_INTERVAL = 1000;

/** The store's changes, each told once: what the kernel pushes, and what the server says while the kernel is busy. A
 * kernel whose threads stand still as well pushes nothing. */
export class Changes {
  readonly #server: Server;
  readonly #id: () => string;
  readonly #onChanged: (changed: Changed) => void;
  #busy: boolean;
  /** The newest that was heard of. */
  #clock = -1;
  #looking: ReturnType<typeof setTimeout> | undefined;

  /** `onChanged` hears of each. */
  constructor(server: Server, id: () => string, onChanged: (changed: Changed) => void) {
    this.#server = server;
    this.#id = id;
    this.#onChanged = onChanged;
    this.#busy = false;
  }

  /** Whether the server is to be asked, too. */
  set busy(busy: boolean) {
    if (busy !== this.#busy) {
      this.#busy = busy;
      clearTimeout(this.#looking);
      if (busy) {
        this.#lookLater();
      }
    }
  }

  hear(changed: Changed): void {
    // One of the two is always later than the other.
    if (!this.#busy || changed.clock > this.#clock) {
      this.#clock = changed.clock;
      this.#onChanged(changed);
    }
  }

  #lookLater(): void {
    this.#looking = setTimeout(async () => {
      if (document.visibilityState === "visible") {
        const reply = await this.#server.answer({ id: this.#id(), kind: "changes" });
        const clock = reply?.ok === true ? reply.result["clock"] : null;
        if (this.#busy && typeof clock === "number") {
          this.hear({ kind: "changed", clock, views: {} });
        }
      }
      if (this.#busy) {
        this.#lookLater();
      }
    }, POLL_INTERVAL);
  }
}
