import type { PanelClient } from "./client.ts";
import type { Model } from "./model.ts";

/** How many runs can stand before all others, without those that the user has pinned. */
const MAX_LEADING = 200;

/** The part of the panel's state that is used. */
interface State {
  readonly model: Model;
  readonly requests: Pick<PanelClient, "ask">;
  readonly signal: AbortSignal;
  readonly on: (topics: readonly "changed"[], draw: () => void) => unknown;
}

/** The runs that stand before all others, and the filter that finds them: those of a notebook in its side panel. */
export class Leading {
  ids: ReadonlySet<string>;
  readonly #state: State;
  #filter = "";

  /** `changed` hears that they are others now. */
  constructor(state: State, changed: () => void) {
    this.#state = state;
    this.ids = new Set();
    this.#take();
    const { model, signal } = state;
    const other = () => {
      this.#take();
      changed();
    };
    model.on("change:_leading", other);
    signal.addEventListener("abort", () => model.off("change:_leading", other));
    state.on(["changed"], () => void this.#update());
  }

  #take(): void {
    const { filter, ids } = this.#state.model.get("_leading") ?? { filter: "", ids: [] };
    this.#filter = filter;
    this.ids = new Set(ids);
  }

  async #update(): Promise<void> {
    if (this.#filter === "") {
      return;
    }
    const query = { filter: this.#filter, order_by: [], experiments: null, deleted: false };
    try {
      const { ids } = await this.#state.requests.ask("ids", {
        ...query,
        offset: 0,
        limit: MAX_LEADING,
        first: [],
      });
      if (ids.join() !== [...this.ids].join()) {
        this.#state.model.set("_leading", { filter: this.#filter, ids });
      }
    } catch {
      // The table says by itself what is wrong with the store.
    }
  }
}
