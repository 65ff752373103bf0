import { element } from "../ui/dom.ts";
import { Heads } from "./heads.ts";
import { GridKeys } from "./keys.ts";
import { RowView } from "./rowview.ts";
import { above, canvasHeight, type Shape, scrolledTo, seen } from "./scroll.ts";
import type { Table } from "./table.ts";

const ROW = 28;
const HEADS = 34;
/** So many rows are drawn beyond those that are seen. */
const BEYOND = 8;
/** So many rows are seen at once. */
const TALLEST = 15;
/** For so many there is room, be there fewer: the panel is no lower, as what opens in it needs it. */
const LEAST = 4;

/** The table of runs: draws the rows that are seen, and no others. */
export class Grid {
  readonly root: HTMLElement;
  readonly #table: Table;
  readonly #canvas: HTMLElement;
  readonly #heads: Heads;
  readonly #pool: RowView[] = [];
  #planned = 0;

  constructor(table: Table) {
    this.#table = table;
    this.#canvas = element("div", { class: "nbtrack-panel-canvas", role: "presentation" });
    this.#heads = new Heads(table, () => this.#layOut());
    this.root = element(
      "div",
      {
        class: "nbtrack-panel-grid",
        role: "grid",
        tabindex: "0",
        "aria-label": "Runs",
        "aria-multiselectable": "true",
      },
      this.#heads.row,
      this.#canvas,
    );
    const page = () => Math.max(1, Math.floor(this.#shape().view / ROW) - 1);
    const leave = () => {
      const panel = this.root.closest(".nbtrack-panel");
      panel?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    };
    const keys = new GridKeys(table, { show: (index) => this.#show(index), page, leave });
    keys.listen(this.root, this.#canvas);
    this.#follow();
    this.#layOut();
  }

  #follow(): void {
    const table = this.#table;
    const soon = () => this.#drawSoon();
    this.root.addEventListener("scroll", soon, { passive: true });
    table.on(["rows", "chosen"], soon);
    table.hidden.onChanged(soon);
    table.on(["anew"], () => {
      this.root.scrollTop = 0;
      table.selection.cursor = 0;
      table.selection.anchor = 0;
      this.#heads.draw();
      soon();
    });
    table.on(["heads"], () => this.#layOut());
    const sized = new ResizeObserver(soon);
    sized.observe(this.root);
    // "3 min ago" goes on.
    const clock = setInterval(soon, 20_000);
    table.signal.addEventListener("abort", () => {
      sized.disconnect();
      clearInterval(clock);
      cancelAnimationFrame(this.#planned);
    });
  }

  #shape(): Shape {
    const view = Math.max(ROW, this.root.clientHeight - HEADS);
    return { total: this.#table.cache.total, row: ROW, view };
  }

  #layOut(): void {
    const table = this.#table;
    const widths = table.shown.map((column) => table.layout.width(column, table.heads[column]));
    this.root.style.setProperty("--nbtrack-columns", widths.map((width) => `${width}px`).join(" "));
    this.root.style.setProperty("--nbtrack-width", `${widths.reduce((sum, width) => sum + width, 0)}px`);
    this.root.setAttribute("aria-colcount", String(widths.length));
    this.#heads.draw();
    this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#planned === 0 && !this.#table.signal.aborted) {
      this.#planned = requestAnimationFrame(() => {
        this.#planned = 0;
        this.#draw();
      });
    }
  }

  #draw(): void {
    const form = this.#shape();
    this.#canvas.style.height = `${canvasHeight(form)}px`;
    const shown = form.total === 0 ? 0 : Math.max(LEAST, Math.min(TALLEST, form.total));
    this.root.style.setProperty("--nbtrack-rows", String(shown));
    this.root.setAttribute("role", this.#table.unfolded === null ? "grid" : "treegrid");
    this.root.setAttribute("aria-rowcount", String(form.total + 1));
    const [first, last] = seen(form, this.root.scrollTop);
    // What is lacking is asked for first: the kernel looks for it while this is drawn.
    this.#table.look(first, last);
    this.#drawRows(Math.max(0, first - BEYOND), Math.min(form.total - 1, last + BEYOND), form);
    this.#heads.align();
    const { cursor } = this.#table.selection;
    const at = this.#pool.find((view) => !view.element.hidden && view.index === cursor);
    this.root.setAttribute("aria-activedescendant", at?.element.id ?? "");
  }

  #drawRows(from: number, to: number, form: Shape): void {
    const table = this.#table;
    const columns = table.shown;
    const lefts = table.layout.lefts(columns, table.heads);
    const offset = this.root.scrollTop - above(form, this.root.scrollTop);
    const now = Date.now() / 1000;
    while (this.#pool.length < to - from + 1) {
      const view = new RowView();
      this.#pool.push(view);
      this.#canvas.append(view.element);
    }
    const unused = new Set(this.#pool);
    for (let index = from; index <= to; index += 1) {
      const view = this.#pool[index % this.#pool.length];
      view?.draw({ table, index, top: index * ROW + offset, columns, lefts, now });
      unused.delete(view as RowView);
    }
    for (const view of this.#pool) {
      view.element.hidden = unused.has(view);
    }
  }

  /** Bring a row into sight. */
  #show(index: number): void {
    const form = this.#shape();
    const top = above(form, this.root.scrollTop);
    if (index * ROW < top) {
      this.root.scrollTop = scrolledTo(form, index * ROW);
    } else if ((index + 1) * ROW > top + form.view) {
      this.root.scrollTop = scrolledTo(form, (index + 1) * ROW - form.view);
    }
    this.#drawSoon();
  }
}
