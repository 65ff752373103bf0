import { showCurves } from "../curves/view.ts";
import type { Ask } from "../kernel/documents.ts";
import { follow } from "../kernel/traits.ts";
import { exactText } from "../kernel/values.ts";
import { Colours } from "../plot/colours.ts";
import { element } from "../ui/dom.ts";
import { leftOut, oneLine, shownFigure, visible } from "../ui/text.ts";
import { button, styled } from "./controls.ts";
import type { Figure, Metric, Points } from "./messages.ts";
import { ask as askKernel, type Page } from "./page.ts";
import { section } from "./section.ts";
import { filter, MAX_WITHOUT_SEARCH, search } from "./table.ts";

const HEADS = ["value", "min", "max", "points"] as const;
const NUMBERS: ReadonlySet<string> = new Set(HEADS);
/** A name of at most this many characters stays on one line. */
const MAX_UNBROKEN = 24;
/** How many characters of a name are shown. The tooltip has all of it. */
const MAX_LENGTH = 160;

/** How metrics begin that say what the run took of its machine. */
const SYSTEM_USE = "system/";

/** The run's results, each with a sparkline of its history. */
export function metrics(page: Page): HTMLElement {
  return table(page, "Metrics", ({ name }) => !name.startsWith(SYSTEM_USE));
}

/** What the run took of its machine, in the same way. */
export function systemUse(page: Page): HTMLElement {
  return table(page, "System use", ({ name }) => name.startsWith(SYSTEM_USE));
}

/** Some of the metrics. While the run goes on, rows stay and only cells change. */
function table(page: Page, title: string, which: (metric: Metric) => boolean): HTMLElement {
  const isUse = title !== "Metrics";
  const { block, body, count } = section(title, page.signal, !isUse);
  const rows = new Map<string, MetricRow>();
  const list = element("tbody");
  const heads = ["metric", ...HEADS, "history"].map((head) => {
    const made = element("th", { scope: "col", class: "nbtrack-run-unbroken" }, head);
    made.classList.toggle("nbtrack-run-right", NUMBERS.has(head));
    return made;
  });
  const grid = element(
    "table",
    { "aria-label": title },
    element("thead", {}, element("tr", {}, ...heads)),
    list,
  );
  const box = search("metrics", list);
  const more = element("div", { class: "nbtrack-run-quiet" });
  const curve = curvePlace(page);
  const open = page.curve ?? curve.show;
  body.append(
    box,
    element("div", { class: "nbtrack-run-scroll", tabindex: "0", role: "group", "aria-label": title }, grid),
    more,
    curve.block,
  );

  follow(page, ["metrics", "metrics_left"], () => {
    const found = page.model.get("metrics").filter(which);
    dropOthers(rows, new Set(found.map(({ name }) => name)));
    for (const [place, metric] of found.entries()) {
      const row = rows.get(metric.name) ?? new MetricRow(page, metric.name, open);
      rows.set(metric.name, row);
      row.draw(metric);
      if (list.children[place] !== row.block) {
        list.insertBefore(row.block, list.children[place] ?? null);
      }
    }
    const left = isUse ? 0 : page.model.get("metrics_left");
    more.textContent = leftOut(left, "metrics");
    count(String(found.length + left), found.length > 0);
    box.hidden = found.length <= MAX_WITHOUT_SEARCH;
    const typed = (box as HTMLInputElement).value;
    if (typed !== "") {
      filter(list, typed);
    }
  });
  return block;
}

function dropOthers(rows: Map<string, MetricRow>, kept: Set<string>): void {
  for (const [name, row] of rows) {
    if (!kept.has(name)) {
      row.block.remove();
      rows.delete(name);
    }
  }
}

class MetricRow {
  readonly block = element("tr");
  readonly #name: HTMLButtonElement;
  readonly #head: HTMLElement;
  readonly #cells = HEADS.map(() => element("td", { class: "nbtrack-run-right nbtrack-run-unbroken" }));
  readonly #spark = new Sparkline();
  readonly #history = element("td", { class: "nbtrack-run-history nbtrack-run-unbroken" }, this.#spark.block);

  constructor({ signal }: Page, metric: string, open: (metric: string) => void) {
    const show = () => open(metric);
    this.#name = styled("plain", button("", show, signal));
    this.#head = element("th", { scope: "row" }, this.#name);
    this.#spark.block.addEventListener("click", show, { signal });
    this.block.append(this.#head, ...this.#cells, this.#history);
  }

  draw(metric: Metric): void {
    const name = metric.folds ? `${metric.name}.mean` : metric.name;
    const short = name.startsWith(SYSTEM_USE) ? name.slice(SYSTEM_USE.length) : name;
    put(this.#name, oneLine(short, MAX_LENGTH), `${visible(name)}: show the curve`);
    this.#head.classList.toggle("nbtrack-run-unbroken", name.length <= MAX_UNBROKEN);
    const origin = metric.folds
      ? `mean of ${metric.count.toLocaleString("en")} folds`
      : `last, at step ${metric.step.toLocaleString("en")}`;
    const several = metric.count > 1;
    const [value, min, max, count] = this.#cells;
    put(value, shownFigure(metric.value), `${exactText(metric.value)} (${origin})`);
    put(min, several ? shownFigure(metric.min) : "", exactText(metric.min));
    put(max, several ? shownFigure(metric.max) : "", exactText(metric.max));
    put(count, metric.count.toLocaleString("en"), "");
    const range = `from ${shownFigure(metric.first)} to ${shownFigure(metric.last)}`;
    this.#spark.draw(
      metric.sparkline,
      `${metric.count.toLocaleString("en")} points ${range}, between ${limits(metric.min, metric.max)}`,
    );
  }
}

function limits(low: Figure, high: Figure): string {
  return `${shownFigure(low)} and ${shownFigure(high)}`;
}

/** Change a cell only where its text differs, so that a selection in it stays. */
function put(cell: HTMLElement | undefined, text: string, title: string): void {
  if (cell !== undefined && cell.textContent !== text) {
    cell.textContent = text;
  }
  if (cell !== undefined && cell.title !== title) {
    cell.title = title;
  }
}

const CURVE_POINTS = 400;

/** The place below the table that shows one metric's curve. */
function curvePlace(page: Page): { block: HTMLElement; show: (metric: string) => void } {
  const block = element("div", { class: "nbtrack-run-curve", hidden: true });
  let drawn = new AbortController();
  page.signal.addEventListener("abort", () => drawn.abort());
  const hide = () => {
    drawn.abort();
    block.replaceChildren();
    block.hidden = true;
  };
  const show = async (metric: string) => {
    hide();
    drawn = new AbortController();
    const { signal } = drawn;
    const payload = { metric, x: "step", points: CURVE_POINTS, within: null, spacing: "even" } as const;
    const data = await askKernel(page, "curve", { asked: payload }, "Reading the curve");
    if (data === undefined || signal.aborted) {
      return;
    }
    const place = element("div");
    const title = element("strong", {}, oneLine(metric, 80));
    const close = button("Close", hide, page.signal, "Close the curve");
    block.replaceChildren(element("div", { class: "nbtrack-run-line" }, title, close), place);
    block.hidden = false;
    const options = { colours: new Colours(), ask: curveAsk(page) };
    const shown = showCurves(place, data, options, signal);
    // While the run goes on, new points are drawn too.
    let first = true;
    follow({ ...page, signal }, ["metrics"], () => {
      if (!first) {
        shown.refresh();
      }
      first = false;
    });
    block.scrollIntoView?.({ block: "nearest" });
  };
  return { block, show: (metric) => void show(metric) };
}

/** Return what asks the kernel for another part or another axis of the curve. */
function curveAsk(page: Page): Ask {
  const ask = (_kind: string, payload: object) => page.client.ask("curve", { asked: payload });
  return ask as unknown as Ask;
}

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 100;
/** No higher than a line of text, so that a sparkline does not change the height of its row. */
const HEIGHT = 18;
const MARGIN = 3;

/** A small picture of a metric's history. */
class Sparkline {
  readonly block: SVGSVGElement;
  readonly #path = svg("path", { fill: "none", "stroke-width": "1.5", "stroke-linejoin": "round" });
  readonly #end = svg("circle", { r: "2" });

  constructor() {
    this.block = svg("svg", {
      class: "nbtrack-run-spark",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: String(WIDTH),
      height: String(HEIGHT),
      role: "img",
    });
    this.block.append(this.#path, this.#end);
  }

  draw(points: Points | null, label: string): void {
    const { path, end } = traced(points);
    this.block.setAttribute("aria-label", label);
    this.block.toggleAttribute("hidden", path === "");
    if (this.#path.getAttribute("d") !== path) {
      this.#path.setAttribute("d", path);
      this.#end.setAttribute("cx", String(end[0]));
      this.#end.setAttribute("cy", String(end[1]));
    }
  }
}

/** Return an SVG path through the points, broken where there is no value, and where it ends. */
export function traced(points: Points | null): { path: string; end: [number, number] } {
  const steps = points?.steps ?? [];
  const values = points?.values ?? [];
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const [first = 0, last = 0] = [steps[0], steps.at(-1)];
  let end: [number, number] = [0, 0];
  let pen = "M";
  const parts: string[] = [];
  for (const [place, value] of values.entries()) {
    if (value !== null) {
      const along =
        last > first ? ((steps[place] ?? first) - first) / (last - first) : place / (values.length - 1 || 1);
      // Halved first: the range of what is very large is larger than any number.
      const up = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
      end = [
        round(MARGIN + along * (WIDTH - 2 * MARGIN)),
        round(HEIGHT - MARGIN - up * (HEIGHT - 2 * MARGIN)),
      ];
      parts.push(`${pen}${end[0]} ${end[1]}`);
    }
    pen = value === null ? "M" : "L";
  }
  return { path: parts.join(""), end };
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string>,
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  return made;
}
