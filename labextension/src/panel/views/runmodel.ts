import type { Stage } from "../../kernel/client.ts";
import { Listeners } from "../../kernel/listeners.ts";
import { isAnswer, type Problem, problemSaying, RequestError } from "../../kernel/replies.ts";
import type { Traits } from "../../runpage/messages.ts";
import type { Model } from "../../runpage/model.ts";
import { RUNPAGE_READS } from "../../wire.ts";
import type { PanelState } from "../state.ts";

/** Milliseconds between two looks at a page that has started a model server: the store does not say how that is. */
const POLL_INTERVAL = 1000;

/** The model of a run's page inside a panel. The panel's kernel answers what the page asks, or the Jupyter server. */
export class HostedRun extends Listeners implements Model {
  readonly #state: PanelState;
  readonly #signal: AbortSignal;
  /** The requests under way that change something. */
  readonly #changing = new Set<string>();
  #run: string;
  #traits: Traits;
  #looking: Promise<void> | null = null;
  #again: boolean;
  #later: ReturnType<typeof setTimeout> | undefined;

  /** Return the model of a run's page, once all is there that it shows. */
  static async of(
    state: PanelState,
    run: string,
    signal: AbortSignal,
    onStage: (stage: Stage) => void,
  ): Promise<HostedRun> {
    return new HostedRun(state, run, await state.requests.ask("run", { run }, { onStage }), signal);
  }

  private constructor(state: PanelState, run: string, traits: Traits, signal: AbortSignal) {
    super();
    this.#state = state;
    this.#run = run;
    this.#traits = traits;
    this.#signal = signal;
    this.#again = false;
    const hear = (message: unknown) => void this.#hear(message);
    const look = () => {
      if (state.model.get("view") === "run") {
        void this.#look();
      }
    };
    state.model.on("msg:custom", hear);
    state.model.on("change:view", look);
    const stop = state.on(["changed"], look);
    signal.addEventListener("abort", () => {
      state.model.off("msg:custom", hear);
      state.model.off("change:view", look);
      stop();
      clearTimeout(this.#later);
    });
  }

  get files(): URL | null | undefined {
    return this.#state.model.files;
  }

  get<Name extends keyof Traits & string>(name: Name): Traits[Name] {
    return this.#traits[name];
  }

  send(content: unknown): void {
    const { id, kind, run } = content as { id: string; kind: string; run: string };
    if (kind === "open") {
      void this.#open(id, run);
      return;
    }
    if (!RUNPAGE_READS.has(kind)) {
      this.#changing.add(id);
    }
    this.#state.model.send(content);
  }

  /** Show another run, and answer the request for it. */
  async #open(id: string, run: string): Promise<void> {
    try {
      const traits = await this.#state.requests.ask("run", { run });
      this.#run = run;
      this.#set(traits);
      this.tell("msg:custom", { id, ok: true, result: {} });
    } catch (error) {
      this.tell("msg:custom", { id, ok: false, error: problemIn(error) });
    }
  }

  async #hear(message: unknown): Promise<void> {
    if (isAnswer(message) && this.#changing.delete(message.id)) {
      // What was changed is shown before the answer is: the page never shows the old again.
      await this.#looking;
      await this.#look();
    }
    if (!this.#signal.aborted) {
      this.tell("msg:custom", message);
    }
  }

  /** Show the run as it is now, or as it is once the look that is under way has ended. */
  #look(): Promise<void> {
    this.#again = this.#looking !== null;
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
      if (this.#again && !this.#signal.aborted) {
        void this.#look();
      }
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const run = this.#run;
    clearTimeout(this.#later);
    try {
      const traits = await this.#state.requests.ask("run", { run }, { quiet: true });
      if (run === this.#run) {
        this.#set(traits);
      }
    } catch (error) {
      if (run === this.#run && problemIn(error).type === "NotFoundError") {
        this.#set({ ...this.#traits, removed: true });
      }
    }
  }

  #set(traits: Traits): void {
    const before = this.#traits;
    this.#traits = traits;
    const names = Object.keys(traits) as (keyof Traits)[];
    for (const name of names) {
      if (!this.#signal.aborted && JSON.stringify(before[name]) !== JSON.stringify(traits[name])) {
        this.tell(`change:${name}`, undefined);
      }
    }
    clearTimeout(this.#later);
    if (!this.#signal.aborted && Object.values(traits.servers).some(({ state }) => ALIVE.has(state))) {
      this.#later = setTimeout(() => void this.#look(), POLL_INTERVAL);
    }
  }
}

const ALIVE: ReadonlySet<string> = new Set(["starting", "ready"]);

function problemIn(error: unknown): Problem {
  if (error instanceof RequestError) {
    return error.problem;
  }
  return problemSaying(String(error));
}
