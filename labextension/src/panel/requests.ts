import { type Asked, type Changed, isChanged, isReply, type RequestKind, type Results } from "./messages.ts";
import type { Model } from "./model.ts";
import { RequestError } from "./problems.ts";

/** After so many milliseconds without a word the kernel has something else to do. */
const PATIENCE = 1000;

interface Open {
  done: (result: never) => void;
  failed: (error: RequestError) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** One view's requests to the kernel, each matched with its answer by an id. */
export class Requests {
  /** Every view of the model hears every answer, and is told of changes by this name. */
  readonly view = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join(
    "",
  );
  /** Hears whether the kernel keeps a request waiting. */
  onWaiting: ((waiting: boolean) => void) | null = null;
  /** Hears what the kernel pushes. */
  onChanged: ((changed: Changed) => void) | null = null;
  readonly #model: Model;
  readonly #open = new Map<string, Open>();
  readonly #late = new Set<string>();
  #sent = 0;

  constructor(model: Model, signal: AbortSignal) {
    this.#model = model;
    const hear = (message: unknown) => this.#hear(message);
    model.on("msg:custom", hear);
    signal.addEventListener("abort", () => {
      model.off("msg:custom", hear);
      for (const { timer } of this.#open.values()) {
        clearTimeout(timer);
      }
      this.#open.clear();
      model.send({ id: this.#next(), kind: "bye" });
    });
  }

  /** The id of the request that was sent last. */
  get last(): string {
    return `${this.view}-${this.#sent}`;
  }

  ask<Asking extends RequestKind>(kind: Asking, parts: Asked[Asking]): Promise<Results[Asking]> {
    const id = this.#next();
    return new Promise((done, failed) => {
      const timer = setTimeout(() => {
        this.#late.add(id);
        this.onWaiting?.(true);
      }, PATIENCE);
      this.#open.set(id, { done, failed, timer });
      this.#model.send({ ...parts, id, kind });
    });
  }

  #next(): string {
    this.#sent += 1;
    return this.last;
  }

  #hear(message: unknown): void {
    if (isChanged(message)) {
      this.onChanged?.(message);
      return;
    }
    const open = isReply(message) ? this.#open.get(message.id) : undefined;
    if (open === undefined || !isReply(message)) {
      return;
    }
    clearTimeout(open.timer);
    this.#open.delete(message.id);
    if (this.#late.delete(message.id) && this.#late.size === 0) {
      this.onWaiting?.(false);
    }
    if (message.ok) {
      open.done(message.result as never);
    } else {
      open.failed(new RequestError(message.error));
    }
  }
}
