import { element } from "../../ui/dom.ts";
import { CHECK_WIDTH } from "../layout.ts";
import { NARROW, narrowTracks } from "../narrow.ts";
import type { PanelState } from "../state.ts";
import { Heads } from "./heads.ts";
import { TableKeys } from "./keys.ts";
import { RowView } from "./row.ts";

const ROW_HEIGHT = 28;
const HEAD_HEIGHT = 34;
/** How many rows are drawn above and below the visible ones. */
const OVERSCAN = 8;
/** How many rows are visible at most. */
const MAX_ROWS = 15;
/** A table of fewer rows has the height of this many, as popovers need the room. */
const MIN_ROWS = 4;

/** The table of runs. It draws only the visible rows. */
export class RunTable {
  readonly root: HTMLElement;
  readonly #state: PanelState;
  readonly #canvas: HTMLElement;
  readonly #heads: Heads;
  readonly #keys: TableKeys;
  readonly #pool: RowView[] = [];
  #planned = 0;

  /** `more` stands behind the last head. */
  constructor(state: PanelState, more: HTMLElement) {
    this.#state = state;
    this.#canvas = element("div", { class: "nbtrack-panel-canvas", role: "presentation" });
    this.#heads = new Heads(
      state,
      () => this.#layOut(),
      () => void this.#keys.all(),
      more,
    );
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
    const page = () => Math.max(1, Math.floor(this.#shape().view / ROW_HEIGHT) - 1);
    const leave = () => {
      const panel = this.root.closest(".nbtrack-panel");
      panel?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    };
    this.#keys = new TableKeys(state, {
      show: (index) => this.#show(index),
      page,
      leave,
      showColumn: (column) => this.#showColumn(column),
      cell: () => this.#cursor()?.cell(state.selection.column ?? state.shown[0] ?? null) ?? null,
    });
    this.#keys.listen(this.root, this.#canvas);
    this.#follow();
    this.#layOut();
  }

  #follow(): void {
    const state = this.#state;
    const soon = () => this.#drawSoon();
    this.root.addEventListener("scroll", soon, { passive: true });
    state.on(["rows", "chosen"], soon);
    state.hidden.onChanged(soon);
    state.on(["anew"], () => {
      this.root.scrollTop = 0;
      state.selection.cursor = 0;
      state.selection.anchor = 0;
      this.#heads.draw();
      soon();
    });
    state.on(["heads"], () => this.#layOut());
    const sized = new ResizeObserver(() => this.#fit());
    sized.observe(this.root);
    // Texts such as "3 min ago" change with the time.
    const clock = setInterval(soon, 20_000);
    state.signal.addEventListener("abort", () => {
      sized.disconnect();
      clearInterval(clock);
      cancelAnimationFrame(this.#planned);
    });
  }

  /** Leave columns out where the table is too narrow for them. A table that cannot be seen has no width. */
  #fit(): void {
    this.#measure();
    const width = this.root.clientWidth;
    const narrow = width > 0 && width < NARROW;
    if (width > 0 && narrow !== this.#state.narrow) {
      this.#state.narrow = narrow;
      this.root.classList.toggle("nbtrack-panel-narrow", narrow);
      this.#layOut();
    }
    this.#drawSoon();
  }

  /** Measure how wide a digit is: numbers are never cut, whatever the font. */
  #measure(): void {
    const probe = element("span", { class: "nbtrack-panel-number nbtrack-panel-probe" }, "0000000000");
    this.#canvas.append(probe);
    const digit = probe.getBoundingClientRect().width / 10;
    probe.remove();
    if (digit > 0 && digit !== this.#state.figures.digit) {
      this.#state.figures.digit = digit;
      this.#layOut();
    }
  }

  #shape(): ScrollShape {
    const view = Math.max(ROW_HEIGHT, this.root.clientHeight - HEAD_HEIGHT);
    return { total: this.#state.cache.total, row: ROW_HEIGHT, view };
  }

  #layOut(): void {
    const state = this.#state;
    const { shown, narrow } = state;
    const widths = shown.map((column) => state.layout.width(column, state.heads[column]));
    const tracks = narrow
      ? narrowTracks(shown, (column) => state.figures.width(column))
      : [...widths.map((width) => `${width}px`), "minmax(0, 1fr)"].join(" ");
    const total = narrow ? 0 : widths.reduce((sum, one) => sum + one, CHECK_WIDTH);
    this.root.style.setProperty("--nbtrack-columns", tracks);
    this.root.style.setProperty("--nbtrack-width", `${total}px`);
    this.root.setAttribute("aria-colcount", String(widths.length));
    this.#heads.draw();
    this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#planned === 0 && !this.#state.signal.aborted) {
      this.#planned = requestAnimationFrame(() => {
        this.#planned = 0;
        this.#draw();
      });
    }
  }

  #draw(): void {
    const form = this.#shape();
    this.#canvas.style.height = `${canvasHeight(form)}px`;
    const shown = form.total === 0 ? 0 : Math.max(MIN_ROWS, Math.min(MAX_ROWS, form.total));
    this.root.style.setProperty("--nbtrack-rows", String(shown));
    this.root.classList.toggle("nbtrack-panel-choosing", this.#state.selection.ids.size > 0);
    this.root.setAttribute("role", this.#state.unfolded === null ? "grid" : "treegrid");
    this.root.setAttribute("aria-rowcount", String(form.total + 1));
    const [first, last] = visibleRows(form, this.root.scrollTop);
    // Missing rows are requested before drawing, so that the kernel works meanwhile.
    this.#state.showRows(first, last);
    this.#drawRows(Math.max(0, first - OVERSCAN), Math.min(form.total - 1, last + OVERSCAN), form);
    this.#heads.align();
    const at = this.#cursor();
    const cell = at?.cell(this.#state.selection.column) ?? at?.element;
    this.root.setAttribute("aria-activedescendant", cell?.id ?? "");
  }

  /** The row that has the keyboard, if it is drawn. */
  #cursor(): RowView | undefined {
    const { cursor } = this.#state.selection;
    return this.#pool.find((view) => !view.element.hidden && view.index === cursor);
  }

  /** Scroll a column into view, beside the pinned ones. */
  #showColumn(column: string | null): void {
    this.#draw();
    const cell = this.#cursor()?.cell(column);
    if (cell && !cell.classList.contains("nbtrack-panel-pinned")) {
      const { layout, heads, shown } = this.#state;
      const pinned = [...layout.lefts(shown, heads)].at(-1);
      const left = pinned === undefined ? CHECK_WIDTH : pinned[1] + layout.width(pinned[0], heads[pinned[0]]);
      const grid = this.root;
      if (cell.offsetLeft - grid.scrollLeft < left) {
        grid.scrollLeft = cell.offsetLeft - left;
      } else if (cell.offsetLeft + cell.offsetWidth > grid.scrollLeft + grid.clientWidth) {
        grid.scrollLeft = cell.offsetLeft + cell.offsetWidth - grid.clientWidth;
      }
    }
    this.#drawSoon();
  }

  #drawRows(from: number, to: number, form: ScrollShape): void {
    const state = this.#state;
    const columns = state.shown;
    // All columns of a narrow table are seen.
    const lefts = state.narrow ? new Map<string, number>() : state.layout.lefts(columns, state.heads);
    const offset = this.root.scrollTop - pixelsAbove(form, this.root.scrollTop);
    const now = Date.now() / 1000;
    while (this.#pool.length < to - from + 1) {
      const view = new RowView();
      this.#pool.push(view);
      this.#canvas.append(view.element);
    }
    const unused = new Set(this.#pool);
    for (let index = from; index <= to; index += 1) {
      const view = this.#pool[index % this.#pool.length];
      view?.draw({ state, index, top: index * ROW_HEIGHT + offset, columns, lefts, now });
      unused.delete(view as RowView);
    }
    for (const view of this.#pool) {
      view.element.hidden = unused.has(view);
    }
  }

  /** Scroll a row into view. */
  #show(index: number): void {
    const form = this.#shape();
    const top = pixelsAbove(form, this.root.scrollTop);
    if (index * ROW_HEIGHT < top) {
      this.root.scrollTop = scrolledTo(form, index * ROW_HEIGHT);
    } else if ((index + 1) * ROW_HEIGHT > top + form.view) {
      this.root.scrollTop = scrolledTo(form, (index + 1) * ROW_HEIGHT - form.view);
    }
    this.#drawSoon();
  }
}

/*
 * From the scroll bar to rows. The canvas of very many rows is lower than the rows together, as browsers limit its
 * height.
 */

/** Browsers draw no element higher than about 17 million pixels. */
const MAX_HEIGHT = 15_000_000;

interface ScrollShape {
  /** How many rows there are. */
  total: number;
  /** The height of one. */
  row: number;
  /** The height of the visible part. */
  view: number;
}

/** Return the height of the element that holds the rows. */
export function canvasHeight({ total, row }: ScrollShape): number {
  return Math.min(total * row, MAX_HEIGHT);
}

/** Return how many pixels of rows lie above a scroll position. */
export function pixelsAbove(shape: ScrollShape, scrolled: number): number {
  const whole = shape.total * shape.row;
  const canvas = canvasHeight(shape);
  if (whole <= canvas || canvas <= shape.view) {
    return scrolled;
  }
  return (Math.min(scrolled, canvas - shape.view) / (canvas - shape.view)) * (whole - shape.view);
}

/** Return the scroll position that has so many pixels of rows above. */
export function scrolledTo(shape: ScrollShape, pixels: number): number {
  const whole = shape.total * shape.row;
  const canvas = canvasHeight(shape);
  const wanted = Math.max(0, Math.min(pixels, whole - shape.view));
  return whole <= canvas || whole <= shape.view
    ? wanted
    : (wanted / (whole - shape.view)) * (canvas - shape.view);
}

/** Return the first and the last row that is at least partly visible. */
export function visibleRows(shape: ScrollShape, scrolled: number): [number, number] {
  const top = pixelsAbove(shape, scrolled);
  const first = Math.max(0, Math.floor(top / shape.row));
  return [first, Math.max(first, Math.min(shape.total - 1, Math.ceil((top + shape.view) / shape.row) - 1))];
}
