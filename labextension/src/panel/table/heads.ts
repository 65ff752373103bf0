import { element } from "../../ui/dom.ts";
import { CHECK_WIDTH, moved, titleOf } from "../layout.ts";
import type { Head } from "../messages.ts";
import { clicked, directionOf, placeOf } from "../query.ts";
import type { PanelState } from "../state.ts";
import { ColumnMenu } from "./columnmenu.ts";

/** A press that moves more pixels than this drags the head. */
const MIN_DRAG = 6;
const HEAD = ".nbtrack-panel-head";
/** The keys that open the menu of a head, with or without Alt, and those that move to another head. */
const MENU_KEYS = new Set(["ArrowDown", "ContextMenu"]);
const MOVE_KEYS = new Set(["ArrowLeft", "ArrowRight", "Home", "End"]);

/** The row of column heads, which sorts, moves and resizes columns. */
export class Heads {
  readonly row: HTMLElement = element("div", {
    class: "nbtrack-panel-heads",
    role: "row",
    "aria-rowindex": "1",
  });
  readonly #state: PanelState;
  readonly #laidOut: () => void;
  readonly #menu: ColumnMenu;
  /** What is for the mouse alone: the box that chooses all runs, with the keyboard Ctrl+A or Escape, and what is behind the heads. */
  readonly #beside: readonly HTMLElement[];
  /** The column whose head has the focus, or gets it with Tab. */
  #at = "";

  /** `laidOut` is called when a width has changed, `chooseAll` to choose all runs; `behind` stands behind the last head. */
  constructor(state: PanelState, laidOut: () => void, chooseAll: () => void, behind: HTMLElement) {
    this.#state = state;
    this.#laidOut = laidOut;
    this.#menu = new ColumnMenu(state);
    this.#beside = [allBox(state, chooseAll), behind];
    this.row.addEventListener("pointerdown", (event) => this.#press(event));
    this.row.addEventListener("keydown", (event) => this.#key(event));
    this.row.addEventListener("focusin", (event) => {
      const column = headAt(event)?.dataset["column"];
      if (column !== undefined) {
        this.#at = column;
        this.#rove();
      }
    });
    this.row.addEventListener("contextmenu", (event) => {
      const cell = headAt(event);
      if (cell !== null) {
        event.preventDefault();
        event.stopPropagation();
        this.#menu.open(cell);
      }
    });
    this.row.addEventListener("click", (event) => {
      const more = (event.target as HTMLElement).closest(".nbtrack-panel-more");
      if (more !== null) {
        this.#menu.open(headAt(event));
      }
    });
  }

  draw(): void {
    const state = this.#state;
    const columns = state.shown;
    const lefts = state.narrow ? new Map<string, number>() : state.layout.lefts(columns, state.heads);
    const widths = [...lefts.keys()].map((one) => state.layout.width(one, state.heads[one]));
    const pinned = widths.reduce((sum, one) => sum + one, CHECK_WIDTH);
    // The focus stays where it is.
    const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>(HEAD)?.dataset[
      "column"
    ];
    const cells = columns.map((column, at) => {
      const cell = head(column, state.heads[column], state.query.order_by);
      cell.setAttribute("aria-colindex", String(at + 1));
      if (state.cache.total > 0 && state.stats.isEmpty(column)) {
        cell.classList.add("nbtrack-panel-empty");
        cell.title = `${column}\nNone of these runs has it, so it stands behind the others`;
      }
      const left = lefts.get(column);
      if (left === undefined) {
        // A focused head is scrolled to beside the pinned columns, not below them.
        cell.style.scrollMarginLeft = `${pinned}px`;
      } else {
        cell.classList.add("nbtrack-panel-pinned");
        cell.style.left = `${left}px`;
      }
      return cell;
    });
    const had = focused !== undefined && this.row.contains(document.activeElement);
    this.row.replaceChildren(...cells, ...this.#beside);
    this.#rove();
    if (had) {
      cells.find((cell) => cell.dataset["column"] === focused)?.focus();
    }
    this.align();
  }

  /** Let Tab stop at one head only. */
  #rove(): void {
    const cells = [...this.row.querySelectorAll<HTMLElement>(HEAD)];
    const at = cells.find((cell) => cell.dataset["column"] === this.#at) ?? cells[0];
    for (const cell of cells) {
      cell.tabIndex = cell === at ? 0 : -1;
    }
  }

  /** Move the focus to another head. */
  #go(cell: HTMLElement, key: string): void {
    const cells = [...this.row.querySelectorAll<HTMLElement>(HEAD)];
    const at = cells.indexOf(cell);
    const targets: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: cells.length - 1,
    };
    cells[targets[key] ?? at]?.focus();
  }

  /** Align the heads of numbers to the right, as their cells are. */
  align(): void {
    const { cache } = this.#state;
    for (const cell of this.row.querySelectorAll<HTMLElement>(HEAD)) {
      const column = cell.dataset["column"] ?? "";
      const numeric = column !== "start_time" && column !== "end_time" && cache.isNumeric(column);
      cell.classList.toggle("nbtrack-panel-numeric", numeric);
    }
  }

  #press(event: PointerEvent): void {
    const cell = headAt(event);
    const target = event.target as HTMLElement;
    const column = cell?.dataset["column"];
    if (cell === null || column === undefined || event.button !== 0 || target.closest("button") !== null) {
      return;
    }
    if (target.classList.contains("nbtrack-panel-edge")) {
      event.preventDefault();
      this.#resize(event, column);
    } else {
      this.#drag(event, cell, column);
    }
  }

  #resize(start: PointerEvent, column: string): void {
    const { layout, heads } = this.#state;
    const width = layout.width(column, heads[column]);
    track(
      (event) => {
        layout.resize(column, width + event.clientX - start.clientX);
        this.#laidOut();
      },
      () => layout.keep(),
    );
  }

  #drag(start: PointerEvent, cell: HTMLElement, column: string): void {
    let target: number | null = null;
    track(
      (event) => {
        if (target !== null || Math.abs(event.clientX - start.clientX) > MIN_DRAG) {
          target = this.#placeAt(event.clientX);
          cell.classList.add("nbtrack-panel-dragged");
          this.#markDrop(target);
        }
      },
      (event) => {
        if (target !== null) {
          this.#drop(column, target);
        } else if (event.type === "pointerup") {
          this.#sort(column, event.shiftKey || event.ctrlKey || event.metaKey);
        }
      },
    );
  }

  #drop(column: string, target: number): void {
    const state = this.#state;
    const before = state.shown[target];
    const to = before === undefined ? state.columns.length : state.columns.indexOf(before);
    state.setColumns(moved(state.columns, column, to));
    this.draw();
  }

  #markDrop(target: number): void {
    for (const [at, other] of [...this.row.querySelectorAll(HEAD)].entries()) {
      other.classList.toggle("nbtrack-panel-drop", at === target);
    }
  }

  /** Return the index of the head before which a pointer is. */
  #placeAt(x: number): number {
    const boxes = [...this.row.querySelectorAll(HEAD)].map((one) => one.getBoundingClientRect());
    const found = boxes.findIndex((box) => x < box.left + box.width / 2);
    return found < 0 ? boxes.length : found;
  }

  #key(event: KeyboardEvent): void {
    const cell = headAt(event);
    const column = cell?.dataset["column"];
    if (cell === null || column === undefined || event.target !== cell) {
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      this.#sort(column, event.shiftKey);
    } else if (MENU_KEYS.has(event.key) || (event.key === "F10" && event.shiftKey)) {
      this.#menu.open(cell);
    } else if (MOVE_KEYS.has(event.key)) {
      this.#go(cell, event.key);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #sort(column: string, more: boolean): void {
    const state = this.#state;
    const about = state.heads[column];
    if (about !== undefined) {
      const firstDescending = about.better === "up" || column === "start_time" || column === "end_time";
      state.setQuery({ order_by: clicked(state.wantedQuery.order_by, about.field, firstDescending, more) });
    }
  }
}

/** Return the box that chooses all runs, or none where all are chosen. */
function allBox(state: PanelState, chooseAll: () => void): HTMLElement {
  const box = element("input", { type: "checkbox", tabindex: "-1" });
  const draw = () => {
    const { cache, selection, outside } = state;
    const chosen = selection.ids.size;
    box.checked = cache.total > 0 && chosen - outside.count >= cache.total;
    box.indeterminate = chosen > 0 && !box.checked;
  };
  box.addEventListener("click", () => {
    if (state.selection.ids.size > 0) {
      state.selection.ids = new Set();
      state.selectionChanged();
    } else {
      chooseAll();
    }
    draw();
  });
  state.on(["chosen", "rows", "anew"], draw);
  draw();
  const title = "Choose all runs of the table (Ctrl+A), or none (Escape)";
  return element("span", { class: "nbtrack-panel-check", "aria-hidden": "true", title }, box);
}

function headAt(event: Event): HTMLElement | null {
  return (event.target as HTMLElement).closest<HTMLElement>(HEAD);
}

const SORTED = { up: "ascending", down: "descending" };

function head(column: string, about: Head | undefined, orders: readonly string[]): HTMLElement {
  const direction = about === undefined ? null : directionOf(orders, about.field);
  const title = about === undefined ? column : titleOf(about);
  const cell = element("div", {
    class: "nbtrack-panel-head",
    role: "columnheader",
    tabindex: "-1",
    "aria-label": title,
    "aria-haspopup": "menu",
    "aria-keyshortcuts": ["Alt", "ArrowDown"].join("+"),
    "aria-sort": direction === null ? "none" : SORTED[direction],
    title: `${column}\nClick to sort, with Shift by several; drag to move`,
    "data-column": column,
  });
  const metric = about?.kind === "metrics";
  cell.append(element("span", { class: "nbtrack-panel-label" }, metric ? about.label : title));
  if (metric && about.summary !== "last") {
    cell.append(element("span", { class: "nbtrack-panel-summary" }, about.summary ?? ""));
  }
  if (about !== undefined && direction !== null) {
    const place = orders.length > 1 ? placeOf(orders, about.field) : "";
    const arrow = `${direction === "up" ? "▲" : "▼"}${place}`;
    cell.append(element("span", { class: "nbtrack-panel-arrow", "aria-hidden": "true" }, arrow));
  }
  // This button is for the mouse. With the keyboard the head itself opens the menu.
  const attributes = { class: "nbtrack-panel-more", tabindex: "-1", "aria-hidden": "true" };
  const more = element("button", { type: "button", title: "Menu of the column", ...attributes }, "⋮");
  cell.append(more, element("span", { class: "nbtrack-panel-edge", "aria-hidden": "true" }));
  return cell;
}

/** Follow the pointer until it is released. */
function track(moves: (event: PointerEvent) => void, ends?: (event: PointerEvent) => void): void {
  const over = new AbortController();
  const { signal } = over;
  document.addEventListener("pointermove", moves, { signal });
  for (const end of ["pointerup", "pointercancel"] as const) {
    document.addEventListener(
      end,
      (event) => {
        over.abort();
        ends?.(event);
      },
      { signal },
    );
  }
}
