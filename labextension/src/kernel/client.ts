import { type Answer, isAccepted, isAnswer, RequestError } from "./replies.ts";
import type { Server } from "./server.ts";

/** After so many milliseconds without a word of the kernel, the Jupyter server is asked what it can answer as well. */
const HANDOVER_TIMEOUT = 150;
/** After so many milliseconds more the server is asked, too, for what the kernel has begun to work on. */
const WORK_TIMEOUT = 2000;
/** For so many milliseconds after a word that came late, the server goes on answering. */
const BUSY_TIMEOUT = 3000;
/** After so many milliseconds without a word the page says that the kernel has something else to do. */
const WAITING_TIMEOUT = 1000;

/** What is used of a widget's model. */
export interface Channel {
  on: (event: string, callback: (message: unknown) => void) => void;
  off: (event: string, callback: (message: unknown) => void) => void;
  send: (content: unknown) => void;
}

/** How far a request is: in a kernel that is busy, or at work. */
export type Stage = "waiting" | "accepted";

/** Who answers in the kernel's place while that runs a cell, and which kinds of request. */
export interface Deputy {
  server: Server;
  kinds: ReadonlySet<string>;
}

interface Asking {
  /** Hears how far the request is. */
  onStage?: (stage: Stage) => void;
  /** Whether nobody waits for the answer. */
  quiet?: boolean;
}

interface Open {
  request: { id: string; kind: string };
  asking: Asking;
  done: (result: never) => void;
  failed: (error: RequestError) => void;
  handover?: ReturnType<typeof setTimeout>;
  waiting?: ReturnType<typeof setTimeout>;
  /** Whether the kernel has been asked. */
  sent: boolean;
  /** Whether the server has been asked, and whether it has still to answer. */
  server: "not asked" | "asked" | "has no answer";
  /** Whether the page would say that it waits, were the server not at it. */
  late: boolean;
}

/** One view's requests to the kernel, each matched with its answer by an id. While the kernel runs a cell, which keeps
 * it from answering, a deputy answers in its place what is only read. */
export class Client<Requests, Results extends Record<keyof Requests, unknown>> {
  /** Every view of the model hears every answer, and is told of changes by this name. */
  readonly view = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join(
    "",
  );
  /** Whether the kernel has said a word since it was lost, or since the page is there. */
  heard: boolean;
  /** Hears whether the kernel keeps a request waiting. */
  onWaiting: ((waiting: boolean) => void) | null = null;
  /** Hears whether the kernel is taken to be busy, so that the deputy is asked first. */
  onBusy: ((busy: boolean) => void) | null = null;
  /** Hears what the kernel says without being asked. */
  onPush: ((message: unknown) => void) | null = null;
  readonly #channel: Channel;
  readonly #deputy: Deputy | null;
  readonly #open = new Map<string, Open>();
  /** What the kernel has not said a word of; be it that the server has answered it. */
  readonly #unheard = new Set<string>();
  readonly #waiting = new Set<string>();
  /** Whether the server has answered what the kernel has not. */
  #busy: boolean;
  #again: ReturnType<typeof setTimeout> | undefined;
  #sent = 0;

  constructor(channel: Channel, signal: AbortSignal, deputy: Deputy | null = null) {
    this.#channel = channel;
    this.#busy = false;
    this.heard = false;
    this.#deputy = deputy;
    const hear = (message: unknown) => this.#hear(message);
    channel.on("msg:custom", hear);
    signal.addEventListener("abort", () => {
      channel.off("msg:custom", hear);
      for (const open of this.#open.values()) {
        calm(open);
      }
      this.#open.clear();
      this.#setBusy(false);
    });
  }

  /** The id of the request that was sent last. */
  get last(): string {
    return `${this.view}-${this.#sent}`;
  }

  /** Return the result of a request; without one it is rejected with a `RequestError`. */
  ask<Kind extends keyof Requests & string>(
    kind: Kind,
    parts: Requests[Kind],
    asking: Asking = {},
  ): Promise<Results[Kind]> {
    const request = { ...parts, id: this.nextId(), kind };
    return new Promise((done, failed) => {
      const open: Open = { request, asking, done, failed, sent: false, server: "not asked", late: false };
      this.#open.set(request.id, open);
      const server = this.#server(open);
      if (this.#busy && server !== null) {
        void this.#askServer(open, server);
      } else {
        this.#askKernel(open);
      }
    });
  }

  /** Return the id of one more request. */
  nextId(): string {
    this.#sent += 1;
    return this.last;
  }

  /** Return the server if it can answer a request. */
  #server({ request }: Open): Server | null {
    const deputy = this.#deputy;
    return deputy?.kinds.has(request.kind) && deputy.server.there ? deputy.server : null;
  }

  #askKernel(open: Open): void {
    this.#handOver(open, HANDOVER_TIMEOUT);
    if (open.asking.quiet !== true) {
      const timeout = this.#busy && this.#unheard.size > 0 ? 0 : WAITING_TIMEOUT;
      open.waiting = setTimeout(() => this.#lose(open), timeout);
    }
    this.#unheard.add(open.request.id);
    open.sent = true;
    this.#channel.send(open.request);
  }

  #handOver(open: Open, wait: number): void {
    const server = this.#server(open);
    if (server !== null && open.server === "not asked") {
      open.handover = setTimeout(() => void this.#askServer(open, server), wait);
    }
  }

  async #askServer(open: Open, server: Server): Promise<void> {
    const { id } = open.request;
    open.server = "asked";
    const reply = await server.answer(open.request);
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
      open.asking.onStage?.("waiting");
    }
  }

  /** A request waits no longer: it is answered, or worked on. */
  #find(open: Open): void {
    calm(open);
    if (this.#waiting.delete(open.request.id) && this.#waiting.size === 0) {
      this.onWaiting?.(false);
    }
  }

  #settle(open: Open, reply: Answer): void {
    this.#find(open);
    this.#open.delete(open.request.id);
    if (reply.ok) {
      open.done(reply.result as never);
    } else {
      open.failed(new RequestError(reply.error));
    }
  }

  #hear(message: unknown): void {
    const accepted = isAccepted(message);
    if (!(accepted || isAnswer(message))) {
      this.onPush?.(message);
      return;
    }
    this.heard = true;
    const open = this.#open.get(message.id);
    if (this.#unheard.delete(message.id)) {
      this.#heard(open?.server === "not asked");
    }
    if (open !== undefined) {
      if (accepted) {
        this.#find(open);
        this.#handOver(open, WORK_TIMEOUT);
        open.asking.onStage?.("accepted");
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
      this.#again = setTimeout(() => this.#setBusy(false), BUSY_TIMEOUT);
    }
  }

  #setBusy(busy: boolean): void {
    clearTimeout(this.#again);
    this.#busy = busy;
    this.onBusy?.(busy);
  }
}

function calm(open: Open): void {
  clearTimeout(open.handover);
  clearTimeout(open.waiting);
}
