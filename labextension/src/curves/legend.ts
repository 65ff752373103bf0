import { cut, textWidth } from "../plot/axes.ts";
import { button } from "../plot/controls.ts";
import type { Sheet } from "../plot/stage.ts";
import { element } from "../ui/dom.ts";
import { numberText } from "../ui/text.ts";
import type { Line } from "./lines.ts";
import type { CurvesState } from "./state.ts";

interface Item {
  root: HTMLElement;
  button: HTMLButtonElement;
  swatch: HTMLElement;
  name: HTMLElement;
  lost: HTMLElement;
  last: HTMLElement;
}

/** The names of the runs. A click hides or shows a curve, the pointer highlights it. */
export class Legend {
  readonly root: HTMLElement;
  readonly #state: CurvesState;
  readonly #list = element("ul");
  readonly #about = element("span");
  readonly #items = new Map<string, Item>();

  constructor(state: CurvesState) {
    this.#state = state;
    const all = button("All", () => this.#hide(() => false));
    const none = button("None", () => this.#hide(() => true));
    const head = element("div", { class: "nbtrack-legend-head" }, this.#about, all, none);
    const about = { class: "nbtrack-legend", role: "group", "aria-label": "Runs" };
    this.root = element("div", about, head, this.#list);
  }

  draw(): void {
    const { chosen } = this.#state;
    const some = this.#state.lines.filter(({ count }) => count > 0);
    const none = this.#state.lines.filter(({ count }) => count === 0);
    const lines = [...some, ...none];
    const wanted = lines.map(({ id }) => this.#item(id).root);
    // Existing entries stay, with the focus and the scroll position.
    if (
      wanted.length !== this.#list.children.length ||
      wanted.some((one, at) => one !== this.#list.children[at])
    ) {
      this.#list.replaceChildren(...wanted);
    }
    for (const line of lines) {
      this.#update(this.#item(line.id), line);
    }
    const hidden = some.filter(({ id }) => chosen.hidden.has(id)).length;
    const all = some.length;
    this.#about.textContent = hidden === 0 ? `${all} shown` : `${all - hidden} of ${all} shown`;
    this.#about.title =
      none.length === 0 ? "" : `${none.length.toLocaleString("en")} more have no point of this metric`;
  }

  /** Update the colours to the current theme. */
  colour(dark: boolean): void {
    for (const { id } of this.#state.lines) {
      const { style } = this.#item(id).swatch;
      style.borderTopColor = this.#state.colours.of(id, dark);
      style.borderTopStyle = this.#state.colours.style(id);
    }
  }

  #update({ button: press, name, lost, last }: Item, line: Line): void {
    press.title = titleOf(line);
    press.disabled = line.count === 0;
    press.setAttribute("aria-pressed", String(!this.#state.chosen.hidden.has(line.id)));
    name.textContent =
      line.name + ("packed" in this.#state.data ? "" : ` (${line.runs.toLocaleString("en")})`);
    lost.hidden = line.lost === 0;
    lost.title = `${line.lost} values are NaN or infinite`;
    last.textContent = line.last === null ? "–" : numberText(line.last[1]);
  }

  #item(id: string): Item {
    const known = this.#items.get(id);
    if (known !== undefined) {
      return known;
    }
    const swatch = element("i", { class: "nbtrack-legend-line" });
    const [name, lost, last] = [element("span"), element("em", {}, "NaN"), element("b")];
    const press = button("", () => this.#toggle(id));
    press.append(swatch, name, lost, last);
    const mark = (marked: string | null) => () => this.#state.marked.mark(marked);
    press.addEventListener("pointerenter", mark(id));
    press.addEventListener("focus", mark(id));
    press.addEventListener("pointerleave", mark(null));
    press.addEventListener("blur", mark(null));
    const made = { root: element("li", {}, press), button: press, swatch, name, lost, last };
    this.#items.set(id, made);
    return made;
  }

  #toggle(id: string): void {
    const { hidden } = this.#state.chosen;
    if (!hidden.delete(id)) {
      hidden.add(id);
    }
    this.#hidden();
  }

  #hide(hides: (line: Line) => boolean): void {
    const { lines, chosen } = this.#state;
    chosen.hidden = new Set(lines.filter(hides).map(({ id }) => id));
    this.#hidden();
  }

  #hidden(): void {
    const { lines, chosen, data, options } = this.#state;
    this.#state.changed();
    if ("packed" in data) {
      options.hidden?.setHidden(
        lines.map(({ id }) => id),
        chosen.hidden,
      );
    }
  }
}

function titleOf({ name, count, last }: Line): string {
  const end = last === null || last[1] === null ? "" : `, last ${last[1]}`;
  return count === 0 ? `${name}: no such metric` : `${name}: ${count.toLocaleString("en-GB")} points${end}`;
}

const KEY_ROW = 18;
const KEY_SWATCH = 22;
const KEY_GAP = 16;
const MAX_KEY_WIDTH = 180;
const MAX_KEYS = 60;

/** Draw the key of the shown curves into a file, from `top` on. Return its height. */
export function drawKey(state: CurvesState, width: number, sheet?: Sheet, top = 0): number {
  let [x, y] = [KEY_GAP, top + KEY_ROW / 2];
  for (const { id, name } of state.shown.slice(0, MAX_KEYS)) {
    const text = cut(name, MAX_KEY_WIDTH);
    const long = KEY_SWATCH + textWidth(text) + KEY_GAP;
    if (x + long > width && x > KEY_GAP) {
      [x, y] = [KEY_GAP, y + KEY_ROW];
    }
    if (sheet !== undefined) {
      const colour = state.colours.of(id, sheet.theme.dark);
      sheet.pen.line([x, x + KEY_SWATCH - 6], [y, y], { colour, width: 3, dash: state.colours.dash(id) });
      sheet.pen.text(text, [x + KEY_SWATCH, y], { colour: sheet.theme.ink });
    }
    x += long;
  }
  return y - top + KEY_ROW;
}
