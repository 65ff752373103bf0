import { type Answer, isReply } from "./replies.ts";

/** After so many milliseconds without a word the kernel has something else to do. */
const PATIENCE = 1000;

/** What is used of a widget's model. */
interface Model {
  on: (event: string, callback: (message: unknown) => void) => void;
  off: (event: string, callback: (message: unknown) => void) => void;
  send: (content: unknown) => void;
}

/** A request before it has its id. */
export type WithoutId<Request> = Request extends { id: string } ? Omit<Request, "id"> : never;

/** How far a request is: in a kernel that is busy, or at work. */
export type Stage = "waiting" | "accepted";

interface Open {
  answered: (answer: Answer) => void;
  told: (stage: Stage) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** One view's requests to the kernel, each matched with its answer by an id. */
export class Requests<Request extends { id: string }> {
  readonly #model: Model;
  readonly #open = new Map<string, Open>();
  // Every view of the model hears every answer.
  readonly #view = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join(
    "",
  );
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
    });
  }

  /** Send a request; `told` hears how far it is. */
  send(asked: WithoutId<Request>, told: (stage: Stage) => void): Promise<Answer> {
    this.#sent += 1;
    const id = `${this.#view}-${this.#sent}`;
    return new Promise((answered) => {
      const timer = setTimeout(() => told("waiting"), PATIENCE);
      this.#open.set(id, { answered, told, timer });
      this.#model.send({ ...asked, id });
    });
  }

  #hear(message: unknown): void {
    if (!isReply(message)) {
      return;
    }
    const open = this.#open.get(message.id);
    if (open === undefined) {
      return;
    }
    clearTimeout(open.timer);
    if ("accepted" in message) {
      open.told("accepted");
    } else {
      this.#open.delete(message.id);
      open.answered(message);
    }
  }
}
