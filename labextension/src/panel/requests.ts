import { Changes } from "./changes.ts";
import {
  type Asked,
  type Changed,
  isAccepted,
  isChanged,
  isReply,
  READING,
  type Reply,
  type RequestKind,
  type Results,
} from "./messages.ts";
import type { Model } from "./model.ts";
import { RequestError } from "./problems.ts";
import { Server } from "./server.ts";

/** After so many milliseconds without a word of the kernel, the Jupyter server is asked what it can answer as well. */
const HANDOVER = 150;
/** After so many milliseconds more the server is asked, too, for what the kernel has begun to work on. */
const WORK = 2000;
/** For so many milliseconds after a word that came late, the server goes on answering. */
const AGAIN = 3000;
/** After so many milliseconds without a word the panel says that the kernel has something else to do. */
const PATIENCE = 1000;

interface Open {
  request: { id: string; kind: RequestKind };
  done: (result: never) => void;
  failed: (error: RequestError) => void;
  handover?: ReturnType<typeof setTimeout>;
  patience?: ReturnType<typeof setTimeout>;
  /** Whether the kernel has been asked. */
  sent: boolean;
  /** Whether the server has been asked, and whether it has still to answer. */
  server: "not asked" | "asked" | "has no answer";
  /** Whether the panel would say that it waits, were the server not at it. */
  late: boolean;
}

/** One view's requests to the kernel, each matched with its answer by an id. While the kernel runs a cell, which keeps
 * it from answering, the Jupyter server answers in its place what is only read. */
export class Requests {
  /** Every view of the model hears every answer, and is told of changes by this name. */
  readonly view = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join(
    "",
  );
  /** Hears whether the kernel keeps a request waiting. */
  onWaiting: ((waiting: boolean) => void) | null = null;
  readonly #model: Model;
  readonly #server: Server;
  readonly #changes: Changes;
  readonly #open = new Map<string, Open>();
  /** What the kernel has not said a word of; be it that the server has answered it. */
  readonly #unheard = new Set<string>();
  readonly #waiting = new Set<string>();
  /** Whether the server has answered what the kernel has not. */
  #busy: boolean;
  #again: ReturnType<typeof setTimeout> | undefined;
  #sent = 0;

  constructor(model: Model, signal: AbortSignal) {
    this.#model = model;
    this.#busy = false;
    this.#server = new Server(model, signal);
    this.#changes = new Changes(this.#server, () => this.#next());
    const hear = (message: unknown) => this.#hear(message);
    model.on("msg:custom", hear);
    signal.addEventListener("abort", () => {
      model.off("msg:custom", hear);
      for (const open of this.#open.values()) {
        calm(open);
      }
      this.#open.clear();
      this.#setBusy(false);
      model.send({ id: this.#next(), kind: "bye" });
    });
  }

  /** Hears that the store has changed. */
  set onChanged(hear: (changed: Changed) => void) {
    this.#changes.onChanged = hear;
  }

  /** The id of the request that was sent last. */
  get last(): string {
    return `${this.view}-${this.#sent}`;
  }

  ask<Asking extends RequestKind>(kind: Asking, parts: Asked[Asking]): Promise<Results[Asking]> {
    const request = { ...parts, id: this.#next(), kind };
    return new Promise((done, failed) => {
      const open: Open = { request, done, failed, sent: false, server: "not asked", late: false };
      this.#open.set(request.id, open);
      if (this.#busy && READING.has(kind) && this.#server.there) {
        void this.#askServer(open);
      } else {
        this.#askKernel(open);
      }
    });
  }

  #next(): string {
    this.#sent += 1;
    return this.last;
  }

  #askKernel(open: Open): void {
    const { id, kind } = open.request;
    this.#handOver(open, HANDOVER);
    // That a filter was used is noted at leisure: nobody waits for it.
    if (kind !== "remember") {
      const patience = this.#busy && this.#unheard.size > 0 ? 0 : PATIENCE;
      open.patience = setTimeout(() => this.#lose(open), patience);
    }
    this.#unheard.add(id);
    open.sent = true;
    this.#model.send(open.request);
  }

  #handOver(open: Open, wait: number): void {
    if (READING.has(open.request.kind) && open.server === "not asked" && this.#server.there) {
      open.handover = setTimeout(() => void this.#askServer(open), wait);
    }
  }

  async #askServer(open: Open): Promise<void> {
    const { id } = open.request;
    open.server = "asked";
    const reply = await this.#server.answer(open.request);
    open.server = "has no answer";
    if (!this.#open.has(id)) {
      return;
    }
    if (reply !== null) {
      if (this.#unheard.size > 0) {
        this.#setBusy(true);
      }
      this.#settle(open, reply);
    } else if (!open.sent) {
      this.#askKernel(open);
    } else if (open.late) {
      this.#lose(open);
    }
  }

  /** Say that a request waits for the kernel, unless the server is at it. */
  #lose(open: Open): void {
    open.late = true;
    if (open.server !== "asked") {
      this.#waiting.add(open.request.id);
      this.onWaiting?.(true);
    }
  }

  /** A request waits no longer: it is answered, or worked on. */
  #find(open: Open): void {
    calm(open);
    if (this.#waiting.delete(open.request.id) && this.#waiting.size === 0) {
      this.onWaiting?.(false);
    }
  }

  #settle(open: Open, reply: Reply): void {
    this.#find(open);
    this.#open.delete(open.request.id);
    if (reply.ok) {
      open.done(reply.result as never);
    } else {
      open.failed(new RequestError(reply.error));
    }
  }

  #hear(message: unknown): void {
    if (isChanged(message)) {
      this.#changes.hear(message);
      return;
    }
    const accepted = isAccepted(message);
    if (!(accepted || isReply(message))) {
      return;
    }
    const open = this.#open.get(message.id);
    if (this.#unheard.delete(message.id)) {
      this.#heard(open?.server === "not asked");
    }
    if (open !== undefined) {
      if (accepted) {
        this.#find(open);
        this.#handOver(open, WORK);
      } else {
        this.#settle(open, message);
      }
    }
  }

  /** The kernel has said a word, soon enough or later than the server was asked. */
  #heard(soon: boolean): void {
    if (soon) {
      this.#setBusy(false);
    } else if (this.#busy && this.#unheard.size === 0) {
      clearTimeout(this.#again);
      // Where cells and comms have threads of their own, a cell that computes makes every answer late.
      this.#again = setTimeout(() => this.#setBusy(false), AGAIN);
    }
  }

  #setBusy(busy: boolean): void {
    clearTimeout(this.#again);
    this.#busy = busy;
    this.#changes.busy = busy;
  }
}

function calm(open: Open): void {
  clearTimeout(open.handover);
  clearTimeout(open.patience);
}
