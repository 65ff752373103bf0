import { problemOf } from "../../kernel/replies.ts";
import { MAX_CHOSEN } from "../selection.ts";
import type { PanelState } from "../state.ts";
import { CellMenu } from "./cellmenu.ts";

/** What the keys need of the table. */
interface Moves {
  /** Scroll a row into view. */
  show: (index: number) => void;
  /** How many rows a page has. */
  page: () => number;
  /** Scroll a column into view, and draw the cursor. */
  showColumn: (column: string | null) => void;
  /** The cell that has the keyboard, if it is drawn. */
  cell: () => HTMLElement | null;
  /** Move the focus to the view that replaces the table. */
  leave: () => void;
}

/** Chooses rows with mouse and keyboard. */
export class TableKeys {
  readonly #state: PanelState;
  readonly #moves: Moves;
  readonly #menu: CellMenu;

  constructor(state: PanelState, moves: Moves) {
    this.#state = state;
    this.#moves = moves;
    this.#menu = new CellMenu(state);
  }

  /** Listen to keys in the table, and to clicks on its rows. */
  listen(root: HTMLElement, canvas: HTMLElement): void {
    const { signal } = this.#state;
    canvas.addEventListener("click", (event) => this.#click(event), { signal });
    canvas.addEventListener("dblclick", (event) => isBox(event) || this.#open(rowAt(event)), { signal });
    canvas.addEventListener(
      "contextmenu",
      (event) => {
        const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-column]");
        if (cell !== null) {
          event.preventDefault();
          event.stopPropagation();
          this.#at(rowAt(event), columnAt(event));
          this.#openMenu(cell, root);
        }
      },
      { signal },
    );
    // A click with Shift would select text.
    canvas.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault(), { signal });
    root.addEventListener(
      "keydown",
      (event) => {
        if (event.target === root && (this.#key(event) || this.#cellKey(event, root))) {
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
    // The second click of a double click does not undo the first.
    if (id === undefined || event.detail > 1 || this.#press(event, id, index)) {
      return;
    }
    const more = event.ctrlKey || event.metaKey || isBox(event);
    selection.column = columnAt(event);
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

  /** Do what the button in a row does that was clicked. Return whether it was one. */
  #press(event: MouseEvent, id: string, index: number): boolean {
    const target = event.target as HTMLElement;
    if (target.closest("button.nbtrack-panel-fold") !== null) {
      this.#fold(id, undefined, index);
    } else if (target.closest("button.nbtrack-panel-pin") !== null) {
      this.#pin(id);
    } else if (target.closest("button.nbtrack-panel-dot") !== null) {
      this.#state.hidden.toggle(id);
    } else if (
      target.closest(".nbtrack-panel-name") !== null &&
      !(event.ctrlKey || event.metaKey || event.shiftKey)
    ) {
      this.#open(index);
    } else {
      return false;
    }
    return true;
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
      this.#sideways(event.key === "ArrowRight");
    } else if (event.key === " ") {
      selection.toggle(cache.id(selection.cursor), selection.cursor);
      this.#state.selectionChanged();
    } else if (event.key === "p" && !isCommand(event)) {
      this.#pin(cache.id(selection.cursor));
    } else if (event.key === "h" && !isCommand(event)) {
      this.#hide(cache.id(selection.cursor));
    } else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
      void this.all();
    } else if (event.key === "Escape" && selection.ids.size > 0) {
      selection.ids = new Set();
      this.#state.selectionChanged();
    } else {
      return false;
    }
    return true;
  }

  /** Handle a key of a cell. Return whether it means something here. */
  #cellKey(event: KeyboardEvent, root: HTMLElement): boolean {
    const { selection, shown } = this.#state;
    if (event.key === "f" && !isCommand(event)) {
      this.#menu.filter(selection.cursor, selection.column ?? shown[0] ?? "");
      return true;
    }
    if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) {
      const cell = this.#moves.cell();
      if (cell !== null) {
        this.#openMenu(cell, root);
      }
      return true;
    }
    return false;
  }

  #openMenu(cell: HTMLElement, root: HTMLElement): void {
    const { selection, shown } = this.#state;
    this.#menu.open(cell, selection.cursor, selection.column ?? shown[0] ?? "", () => root.focus());
  }

  /** Move the keyboard to a cell. */
  #at(index: number, column: string | null): void {
    this.#state.selection.cursor = index;
    this.#state.selection.column = column;
    this.#moves.showColumn(column);
  }

  /** Unfold or fold a run of a tree, or else move to the cell beside: before the first stands the row as a whole. */
  #sideways(right: boolean): void {
    const { selection, cache, shown } = this.#state;
    if (selection.column === null && this.#fold(cache.id(selection.cursor), right, selection.cursor)) {
      return;
    }
    const at = selection.column === null ? -1 : shown.indexOf(selection.column);
    const to = Math.min(shown.length - 1, at + (right ? 1 : -1));
    this.#at(selection.cursor, shown[to] ?? null);
  }

  /** Show a run as a page of its own. That does not choose it. */
  #open(index: number): void {
    const id = this.#state.cache.id(index);
    if (id !== undefined) {
      this.#state.selection.cursor = index;
      this.#state.open(id);
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

  /** Unfold or fold a run of a tree. Return whether that changed something. */
  #fold(id: string | undefined, on: boolean | undefined, index: number): boolean {
    const { unfolded, cache } = this.#state;
    const children = cache.family(index)?.children ?? 0;
    if (unfolded === null || id === undefined || unfolded.has(id) === on || children === 0) {
      return false;
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

  /** Choose all runs of the table. */
  async all(): Promise<void> {
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

/** Whether a click is on the box before a row. */
function isBox(event: Event): boolean {
  return (event.target as HTMLElement).closest(".nbtrack-panel-check") !== null;
}

/** Return the column of an event's cell, or null. */
function columnAt(event: Event): string | null {
  const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-column]");
  return cell?.dataset["column"] ?? null;
}

/** Return the row of an event, or -1. */
function rowAt(event: Event): number {
  const row = (event.target as HTMLElement).closest<HTMLElement>(".nbtrack-panel-row");
  return Number(row?.dataset["index"] ?? -1);
}
