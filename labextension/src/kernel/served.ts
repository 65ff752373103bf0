import type { Channel } from "./client.ts";
import { HeldModel } from "./held.ts";
import { type About, type Host, post, refusalOf } from "./host.ts";
import { type Answer, isAnswer, problemSaying } from "./replies.ts";

/** Milliseconds between two questions whether the store has changed. */
const POLL_INTERVAL = 1000;

/** How a panel is served. */
interface Serving {
  host: Host;
  about: About;
  /** The kinds that change nothing. */
  reads: ReadonlySet<string>;
  /** The clock of the store when the traits were read. */
  clock: number;
  /** Whether somebody sees the panel. */
  seen: () => boolean;
  signal: AbortSignal;
  /** Whether it sends runs' files too. */
  files: boolean;
}

/** A panel's model without a kernel: a server answers what it is asked, and says when the store has changed. */
export class ServedModel<Traits extends object> extends HeldModel<Traits> implements Channel {
  /** Called with why the store cannot be read, and with null when it can again. */
  onLost: ((why: string | null) => void) | null = null;
  /** Where runs' files are, each at `<run>/<path>`. */
  readonly files: URL | null;
  readonly host: Host;
  readonly #serving: Serving;
  #clock: number;
  #asked = 0;

  constructor(traits: Traits, serving: Serving) {
    super(traits);
    this.#serving = serving;
    this.#clock = serving.clock;
    this.host = serving.host;
    this.files = serving.files ? new URL("artifacts/", serving.host.base) : null;
    const look = setInterval(() => void this.#look(), POLL_INTERVAL);
    serving.signal.addEventListener("abort", () => clearInterval(look));
  }

  send(content: unknown): void {
    const request = content as { id: string; kind: string };
    if (request.kind === "bye") {
      return;
    }
    queueMicrotask(() => this.tell("msg:custom", { id: request.id, accepted: true }));
    void this.#answer(request).then((answer) => {
      if (!this.#serving.signal.aborted) {
        this.tell("msg:custom", answer);
      }
    });
  }

  async #answer(request: { id: string; kind: string }): Promise<Answer> {
    const { host, about, reads, signal } = this.#serving;
    const address = reads.has(request.kind) ? "ask" : "change";
    try {
      const response = await post(host, about, request, { address, signal });
      const reply: unknown = await response.json();
      if (isAnswer(reply)) {
        return { ...reply, id: request.id };
      }
      return failed(request.id, refusalOf(reply, response));
    } catch {
      return failed(request.id, "The server does not answer. It may have been stopped.");
    }
  }

  async #look(): Promise<void> {
    if (document.visibilityState !== "visible" || !this.#serving.seen()) {
      return;
    }
    this.#asked += 1;
    const reply = await this.#answer({ id: `clock-${this.#asked}`, kind: "changes" });
    if (this.#serving.signal.aborted) {
      return;
    }
    this.onLost?.(reply.ok ? null : reply.error.message);
    const clock = reply.ok ? reply.result["clock"] : null;
    if (typeof clock === "number" && clock > this.#clock) {
      this.#clock = clock;
      this.tell("msg:custom", { kind: "changed", clock, views: {} });
    }
  }
}

function failed(id: string, message: string): Answer {
  return { id, ok: false, error: problemSaying(message, "ServerError") };
}
