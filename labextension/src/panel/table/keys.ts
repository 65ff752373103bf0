import { problemOf } from "../../kernel/replies.ts";
import { MAX_CHOSEN } from "../selection.ts";
import type { PanelState } from "../state.ts";

/** What the keys need of the table. */
interface Moves {
  /** Scroll a row into view. */
  show: (index: number) => void;
  /** How many rows a page has. */
  page: () => number;
  /** Move the focus to the view that replaces the table. */
  leave: () => void;
}

/** Chooses rows with mouse and keyboard. */
export class TableKeys {
  readonly #state: PanelState;
  readonly #moves: Moves;

  constructor(state: PanelState, moves: Moves) {
    this.#state = state;
    this.#moves = moves;
  }

  /** Listen to keys in the table, and to clicks on its rows. */
  listen(root: HTMLElement, canvas: HTMLElement): void {
    const { signal } = this.#state;
    canvas.addEventListener("click", (event) => this.#click(event), { signal });
    canvas.addEventListener("dblclick", (event) => this.#open(rowAt(event)), { signal });
    // A click with Shift would select text.
    canvas.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault(), { signal });
    root.addEventListener(
      "keydown",
      (event) => {
        if (event.target === root && this.#key(event)) {
          event.preventDefault();
          event.stopPropagation();
        }
      },
      { signal },
    );
  }

  #click(event: MouseEvent): void {
    const { selection, cache } = this.#state;
    const index = rowAt(event);
    const id = cache.id(index);
    const target = event.target as HTMLElement;
    // The second click of a double click does not undo the first.
    if (id === undefined || event.detail > 1) {
      return;
    }
    const more = event.ctrlKey || event.metaKey;
    if (target.closest("button.nbtrack-panel-fold") !== null) {
      this.#fold(id, undefined);
      return;
    }
    if (target.closest("button.nbtrack-panel-pin") !== null) {
      this.#pin(id);
      return;
    }
    if (target.closest("button.nbtrack-panel-dot") !== null) {
      this.#state.hidden.toggle(id);
      return;
    }
    if (target.closest(".nbtrack-panel-name") !== null && !more && !event.shiftKey) {
      this.#open(index);
      return;
    }
    if (event.shiftKey) {
      void this.#range(index, more);
      return;
    }
    if (more || (selection.ids.size === 1 && selection.has(id))) {
      selection.toggle(id, index);
    } else {
      selection.only(id, index);
    }
    this.#state.selectionChanged();
  }

  /** Handle a key. Return whether it means something here. */
  #key(event: KeyboardEvent): boolean {
    const { selection, cache } = this.#state;
    const target = this.#target(event.key);
    if (target !== null) {
      this.#go(target, event.shiftKey);
    } else if (event.key === "Enter") {
      this.#open(selection.cursor);
    } else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      return this.#fold(cache.id(selection.cursor), event.key === "ArrowRight");
    } else if (event.key === " ") {
      selection.toggle(cache.id(selection.cursor), selection.cursor);
      this.#state.selectionChanged();
    } else if (event.key === "p" && !isCommand(event)) {
      this.#pin(cache.id(selection.cursor));
    } else if (event.key === "h" && !isCommand(event)) {
      this.#hide(cache.id(selection.cursor));
    } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
      void this.#all();
    } else if (event.key === "Escape" && selection.ids.size > 0) {
      selection.ids = new Set();
      this.#state.selectionChanged();
    } else {
      return false;
    }
    return true;
  }

  /** Show a run as a page of its own. */
  #open(index: number): void {
    const state = this.#state;
    const id = state.cache.id(index);
    if (id !== undefined) {
      if (state.selection.has(id)) {
        // The page shows the run that was chosen last. The others stay chosen.
        state.selection.ids = new Set([...state.selection.ids].filter((one) => one !== id).concat(id));
        state.selection.cursor = index;
      } else {
        state.selection.only(id, index);
      }
      state.selectionChanged();
      state.model.set("view", "run");
      state.model.save_changes();
      this.#moves.leave();
    }
  }

  /** Pin or unpin a run. */
  #pin(id: string | undefined): void {
    if (id !== undefined) {
      const { layout } = this.#state;
      layout.pinRuns([id], !layout.runs.has(id));
    }
  }

  /** Hide a chosen run in the charts, or show it. The table marks only chosen runs as hidden. */
  #hide(id: string | undefined): void {
    if (id !== undefined && this.#state.selection.has(id)) {
      this.#state.hidden.toggle(id);
    }
  }

  /** Unfold or fold a run. Return whether the table is a tree. */
  #fold(id: string | undefined, on: boolean | undefined): boolean {
    const { unfolded } = this.#state;
    if (unfolded === null || id === undefined || unfolded.has(id) === on) {
      return unfolded !== null;
    }
    const others = new Set(unfolded);
    if (!others.delete(id)) {
      others.add(id);
    }
    this.#state.unfold(others);
    return true;
  }

  /** Return the row that a key moves to. */
  #target(key: string): number | null {
    const { cursor } = this.#state.selection;
    const last = this.#state.cache.total - 1;
    const targets: Record<string, number> = {
      ArrowDown: cursor + 1,
      ArrowUp: cursor - 1,
      PageDown: cursor + this.#moves.page(),
      PageUp: cursor - this.#moves.page(),
      Home: 0,
      End: last,
    };
    const target = targets[key];
    return target === undefined ? null : Math.max(0, Math.min(last, target));
  }

  #go(index: number, choosing: boolean): void {
    const { selection } = this.#state;
    if (choosing) {
      void this.#range(index, false);
    } else {
      selection.cursor = index;
      selection.anchor = index;
    }
    this.#moves.show(index);
  }

  async #all(): Promise<void> {
    const { selection, cache } = this.#state;
    const { cursor } = selection;
    selection.anchor = 0;
    await this.#range(cache.total - 1, false);
    selection.cursor = cursor;
  }

  #askIds(offset: number, limit: number): Promise<{ ids: string[] }> {
    const { query, requests, unfolded, first } = this.#state;
    const payload = { ...query, offset, limit, first: [...first] };
    return unfolded === null
      ? requests.ask("ids", payload)
      : requests.ask("tree", { ...payload, columns: [], unfolded: [...unfolded] });
  }

  /** Choose the rows from the anchor to a row. The kernel sends the ids of rows that are not loaded. */
  async #range(to: number, more: boolean): Promise<void> {
    const { selection, cache } = this.#state;
    const all = Math.abs(selection.anchor - to) + 1;
    const count = Math.min(MAX_CHOSEN, all);
    // Where the range is too long, the rows next to the anchor are chosen.
    const from = to < selection.anchor ? selection.anchor - count + 1 : selection.anchor;
    const here = Array.from({ length: count }, (_, at) => cache.id(from + at));
    const known = here.filter((id) => id !== undefined);
    selection.cursor = to;
    try {
      const ids = known.length === count ? known : (await this.#askIds(from, count)).ids;
      selection.range(ids, to, more, all - count + ids.length);
      this.#state.selectionChanged();
    } catch (error) {
      problemOf(error);
    }
  }
}

/** Whether a modifier makes the key a command of the browser or the notebook. */
function isCommand({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey;
}

/** Return the row of an event, or -1. */
function rowAt(event: Event): number {
  const row = (event.target as HTMLElement).closest<HTMLElement>(".nbtrack-panel-row");
  return Number(row?.dataset["index"] ?? -1);
}
