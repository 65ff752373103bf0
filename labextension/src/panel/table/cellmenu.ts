import { exactText } from "../../kernel/values.ts";
import { copyText } from "../../ui/export.ts";
import { oneLine } from "../../ui/text.ts";
import { cellConditions } from "../filter/cell.ts";
import { withCondition } from "../query.ts";
import type { PanelState } from "../state.ts";
import { type Item, Menu } from "./menu.ts";

/** Filters by a cell of the table, at a key or from the cell's menu. */
export class CellMenu {
  readonly #state: PanelState;
  readonly #menu: Menu;

  constructor(state: PanelState) {
    this.#state = state;
    this.#menu = new Menu(state.signal);
  }

  /** Filter by what is in a cell. */
  filter(index: number, column: string): void {
    const [condition] = this.#conditions(index, column);
    if (condition !== undefined) {
      this.#add(condition);
    }
  }

  /** Open the menu of a cell. `back` gives the focus back to the table. */
  open(at: HTMLElement, index: number, column: string, back: () => void): void {
    const { cache, layout, selection } = this.#state;
    const id = cache.id(index);
    if (id === undefined) {
      return;
    }
    const filters = this.#conditions(index, column).map(
      (condition): Item => [`Filter: ${oneLine(condition, 60)}`, () => this.#add(condition)],
    );
    const exact = exactText(cache.value(index, column) ?? null);
    const copy: Item[] = exact === null ? [] : [["Copy the value", () => void copyText(exact)]];
    const pinned = layout.runs.has(id);
    const run: Item[] = [
      ["Open the run", () => this.#state.open(id)],
      [pinned ? "Unpin" : "Pin to the top", () => layout.pinRuns([id], !pinned)],
      [
        selection.has(id) ? "Choose it no longer" : "Choose it too",
        () => {
          selection.toggle(id, index);
          this.#state.selectionChanged();
        },
      ],
    ];
    this.#menu.open(
      at,
      "Cell",
      [
        ["Filter", filters],
        ["Value", copy],
        ["Run", run],
      ],
      back,
    );
  }

  #conditions(index: number, column: string): string[] {
    const { cache, heads } = this.#state;
    const value = cache.value(index, column);
    const head = heads[column];
    return value === undefined || head === undefined ? [] : cellConditions(value, head);
  }

  #add(condition: string): void {
    this.#state.setQuery({ filter: withCondition(this.#state.wantedQuery.filter, condition) });
  }
}
