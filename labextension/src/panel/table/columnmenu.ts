import { element } from "../../ui/dom.ts";
import { moved, SHADINGS } from "../layout.ts";
import { ordered } from "../query.ts";
import type { PanelState } from "../state.ts";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
const HEAD = ".nbtrack-panel-head";
const SUMMARIES = ["last", "min", "max", "mean", "first"];

/** The menu of a column: order, shading, place, and which summary of a metric it shows. */
export class ColumnMenu {
  readonly #root: HTMLElement = element("div", {
    class: "nbtrack-panel-popover",
    role: "menu",
    hidden: true,
  });
  readonly #state: PanelState;
  #opener = "";

  constructor(state: PanelState) {
    this.#state = state;
    this.#root.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener(
      "pointerdown",
      (event) => {
        if (!this.#root.hidden && !event.composedPath().includes(this.#root)) {
          this.#close();
        }
      },
      { signal: state.signal, capture: true },
    );
  }

  /** Open the menu of the column with this head. */
  open(head: HTMLElement | null): void {
    const panel = head?.closest<HTMLElement>(".nbtrack-panel");
    const column = head?.dataset["column"];
    if (head === null || !panel || column === undefined) {
      return;
    }
    this.#opener = head.dataset["column"] ?? "";
    this.#root.setAttribute("aria-label", `Column ${head.getAttribute("aria-label") ?? column}`);
    const groups = menuGroups(this.#state, column).filter(([, items]) => items.length > 0);
    this.#root.replaceChildren(...groups.map((one) => this.#group(one)));
    this.#root.hidden = false;
    panel.append(this.#root);
    const [outer, box] = [panel.getBoundingClientRect(), head.getBoundingClientRect()];
    const most = outer.width - this.#root.offsetWidth - 8;
    this.#root.style.top = `${box.bottom - outer.top}px`;
    this.#root.style.left = `${Math.max(0, Math.min(box.left - outer.left, most))}px`;
    this.#root.querySelector("button")?.focus();
  }

  #close(): void {
    this.#root.hidden = true;
    this.#root.replaceChildren();
  }

  #group([label, items]: Group): HTMLElement {
    const attributes = { role: "group", "aria-label": label, class: "nbtrack-panel-group" };
    return element("div", attributes, ...items.map((one) => this.#item(one)));
  }

  #item([text, act, checked]: Item): HTMLElement {
    const role = checked === undefined ? "menuitem" : "menuitemradio";
    const button = element("button", { type: "button", class: "nbtrack-panel-item", role }, text);
    if (checked !== undefined) {
      button.setAttribute("aria-checked", String(checked));
    }
    button.addEventListener("click", () => {
      this.#return();
      act();
    });
    return button;
  }

  /** Close the menu, and give the focus back to the head. */
  #return(): void {
    const heads = this.#root.closest(".nbtrack-panel")?.querySelectorAll<HTMLElement>(HEAD) ?? [];
    this.#close();
    [...heads].find((head) => head.dataset["column"] === this.#opener)?.focus();
  }

  #key(event: KeyboardEvent): void {
    const items = [...this.#root.querySelectorAll<HTMLElement>("button")];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = STEPS[event.key] ?? 0;
    if (step !== 0) {
      event.preventDefault();
      items.at((at + step) % items.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      this.#return();
    }
    event.stopPropagation();
  }
}

type Item = [text: string, act: () => void, checked?: boolean];
type Group = [label: string, items: Item[]];

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
