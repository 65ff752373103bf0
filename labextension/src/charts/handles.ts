import type { Column } from "../kernel/documents.ts";
import { element } from "../ui/dom.ts";

const HEIGHT = 18;

/** The handles that move parallel axes: the user drags them, or presses arrow keys. */
export class AxisHandles {
  readonly roots: readonly HTMLElement[];
  readonly #order: number[];
  readonly #moved: () => void;
  /** The x of each axis, from left to right. */
  #xs: readonly number[] = [];

  constructor(columns: readonly Column[], order: number[], moved: () => void) {
    this.#order = order;
    this.#moved = moved;
    this.roots = columns.map(({ label, field }, column) => {
      const handle = element("button", {
        type: "button",
        class: "nbtrack-axis-handle",
        title: `${field}\nDrag to move this axis, or use the arrow keys`,
        "aria-label": `Axis ${label}: arrow keys move it`,
      });
      this.#listen(handle, column);
      return handle;
    });
  }

  /** Place the handles over the names of the axes: their x, their y, and their width. */
  moveTo(xs: readonly number[], tops: readonly number[], room: number): void {
    this.#xs = xs;
    for (const [place, column] of this.#order.entries()) {
      const root = this.roots[column];
      if (root !== undefined) {
        Object.assign(root.style, {
          left: `${(xs[place] ?? 0) - room / 2}px`,
          top: `${(tops[place] ?? 0) - HEIGHT / 2}px`,
          width: `${room}px`,
        });
      }
    }
  }

  #listen(handle: HTMLElement, column: number): void {
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) {
        const left = handle.parentElement?.getBoundingClientRect().left ?? 0;
        this.#move(column, nearestPlace(this.#xs, event.clientX - left));
      }
    });
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step !== undefined) {
        event.preventDefault();
        this.#move(column, this.#order.indexOf(column) + step);
      }
    });
  }

  #move(column: number, to: number): void {
    const from = this.#order.indexOf(column);
    if (to !== from && to >= 0 && to < this.#order.length) {
      this.#order.splice(from, 1);
      this.#order.splice(to, 0, column);
      this.#moved();
    }
  }
}

function nearestPlace(xs: readonly number[], x: number): number {
  let found = 0;
  for (const [place, one] of xs.entries()) {
    if (Math.abs(one - x) < Math.abs((xs[found] ?? 0) - x)) {
      found = place;
    }
  }
  return found;
}
