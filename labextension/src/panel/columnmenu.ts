import { element } from "../widget/dom.ts";
import { type Layout, moved } from "./layout.ts";
import { ordered } from "./selection.ts";
import type { Table } from "./table.ts";

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
const HEAD = ".nbtrack-panel-head";
const SUMMARIES = ["last", "min", "max", "mean", "first"];

/** The menu of one column: everything that the mouse does with its head, and which summary of a metric it shows. */
export class ColumnMenu {
  readonly #root: HTMLElement = element("div", {
    class: "nbtrack-panel-popover",
    role: "menu",
    hidden: true,
  });
  readonly #table: Table;
  readonly #layout: Layout;
  readonly #laidOut: () => void;
  #opener = "";

  constructor(table: Table, layout: Layout, laidOut: () => void) {
    this.#table = table;
    this.#layout = layout;
    this.#laidOut = laidOut;
    this.#root.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener(
      "pointerdown",
      (event) => {
        if (!this.#root.hidden && !event.composedPath().includes(this.#root)) {
          this.#close();
        }
      },
      { signal: table.signal, capture: true },
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
    const items = menuItems(this.#table, this.#layout, column, this.#laidOut).map((one) => this.#item(one));
    this.#root.replaceChildren(...items);
    this.#root.hidden = false;
    panel.append(this.#root);
    const [outer, box] = [panel.getBoundingClientRect(), head.getBoundingClientRect()];
    const most = outer.width - this.#root.offsetWidth - 8;
    this.#root.style.top = `${box.bottom - outer.top}px`;
    this.#root.style.left = `${Math.max(0, Math.min(box.left - outer.left, most))}px`;
    items[0]?.focus();
  }

  #close(): void {
    this.#root.hidden = true;
    this.#root.replaceChildren();
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

  /** Close, and give the keyboard back to the head. */
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

function menuItems(table: Table, layout: Layout, column: string, laidOut: () => void): Item[] {
  const about = table.heads[column];
  const at = table.columns.indexOf(column);
  const items: Item[] = [];
  if (about !== undefined) {
    const order = (direction: "up" | "down" | null) => () =>
      table.ask({ order_by: ordered(table.asked.order_by, about.field, direction, direction === null) });
    items.push(["Sort ascending", order("up")], ["Sort descending", order("down")]);
    if (table.query.order_by.length > 0) {
      items.push(["Do not sort by it", order(null)]);
    }
  }
  if (about?.kind === "metrics") {
    for (const summary of SUMMARIES) {
      const name = summary === "last" ? `metrics.${about.label}` : `metrics.${about.label}.${summary}`;
      const act = () => table.setColumns(table.columns.map((other) => (other === column ? name : other)));
      items.push([summary, act, summary === about.summary]);
    }
  }
  const move = (to: number) => () => table.setColumns(moved(table.columns, column, to));
  if (at > 0) {
    items.push(["Move left", move(at - 1)]);
  }
  if (at < table.columns.length - 1) {
    items.push(["Move right", move(at + 2)]);
  }
  const pinned = at < layout.pinned;
  items.push([
    pinned ? "Unpin" : "Pin to the left",
    () => {
      layout.pinned += pinned ? -1 : 1;
      table.setColumns(moved(table.columns, column, pinned ? layout.pinned + 1 : layout.pinned - 1));
      laidOut();
    },
  ]);
  items.push(["Hide", () => table.setColumns(table.columns.filter((other) => other !== column))]);
  return items;
}
