import { moved, SHADINGS } from "../layout.ts";
import { ordered } from "../query.ts";
import type { PanelState } from "../state.ts";
import { type Group, type Item, Menu } from "./menu.ts";

const HEAD = ".nbtrack-panel-head";
const SUMMARIES = ["last", "min", "max", "mean", "first"];

/** The menu of a column: order, shading, place, and which summary of a metric it shows. */
export class ColumnMenu {
  readonly #menu: Menu;
  readonly #state: PanelState;

  constructor(state: PanelState) {
    this.#state = state;
    this.#menu = new Menu(state.signal);
  }

  /** Open the menu of the column with this head. */
  open(head: HTMLElement | null): void {
    const column = head?.dataset["column"];
    if (head === null || column === undefined) {
      return;
    }
    const label = `Column ${head.getAttribute("aria-label") ?? column}`;
    const panel = head.closest(".nbtrack-panel");
    this.#menu.open(head, label, menuGroups(this.#state, column), () => {
      // The heads may have been drawn again.
      const heads = panel?.querySelectorAll<HTMLElement>(HEAD) ?? [];
      [...heads].find((one) => one.dataset["column"] === column)?.focus();
    });
  }
}

function menuGroups(state: PanelState, column: string): Group[] {
  return [
    ["Order", orderItems(state, column)],
    ["Summary", summaryItems(state, column)],
    ["Shading", shadingItems(state, column)],
    ["Place", placeItems(state, column)],
  ];
}

function orderItems(state: PanelState, column: string): Item[] {
  const about = state.heads[column];
  if (about === undefined) {
    return [];
  }
  const order = (direction: "up" | "down" | null) => () =>
    state.setQuery({
      order_by: ordered(state.wantedQuery.order_by, about.field, direction, direction === null),
    });
  const items: Item[] = [
    ["Sort ascending", order("up")],
    ["Sort descending", order("down")],
  ];
  if (state.query.order_by.length > 0) {
    items.push(["Do not sort by it", order(null)]);
  }
  return items;
}

function summaryItems(state: PanelState, column: string): Item[] {
  const about = state.heads[column];
  if (about?.kind !== "metrics") {
    return [];
  }
  return SUMMARIES.map((summary) => {
    const name = summary === "last" ? `metrics.${about.label}` : `metrics.${about.label}.${summary}`;
    const act = () => state.setColumns(state.columns.map((other) => (other === column ? name : other)));
    return [summary, act, summary === about.summary];
  });
}

function shadingItems(state: PanelState, column: string): Item[] {
  const { layout } = state;
  if (!state.isShaded(column)) {
    return [];
  }
  return SHADINGS.map(([how, title]) => [
    title,
    () => layout.shade(column, how),
    how === layout.shading(column),
  ]);
}

function placeItems(state: PanelState, column: string): Item[] {
  const { layout } = state;
  const at = state.columns.indexOf(column);
  const move = (to: number) => () => state.setColumns(moved(state.columns, column, to));
  const items: Item[] = [];
  if (at > 0) {
    items.push(["Move left", move(at - 1)]);
  }
  if (at < state.columns.length - 1) {
    items.push(["Move right", move(at + 2)]);
  }
  const pinned = layout.pinned(state.columns);
  if (pinned.includes(column)) {
    items.push(["Unpin", () => layout.pin(column, false, state.columns)]);
  } else {
    const behind = pinned.length === 0 ? 0 : state.columns.indexOf(pinned.at(-1) ?? "") + 1;
    items.push([
      "Pin to the left",
      () => {
        layout.pin(column, true, state.columns);
        move(behind)();
      },
    ]);
  }
  items.push(["Hide", () => state.setColumns(state.columns.filter((other) => other !== column))]);
  return items;
}
