import { follow } from "../kernel/traits.ts";
import { exactText } from "../kernel/values.ts";
import { element } from "../ui/dom.ts";
import { leftOut, oneLine, shownFigure, visible } from "../ui/text.ts";
import { button, styled } from "./controls.ts";
import { curvePlace } from "./curve.ts";
import type { Figure, Metric } from "./messages.ts";
import type { Page } from "./page.ts";
import { section } from "./section.ts";
import { Sparkline } from "./sparkline.ts";
import { filter, MAX_WITHOUT_SEARCH, search } from "./table.ts";

const HEADS = ["value", "min", "max", "points"] as const;
const NUMBERS: ReadonlySet<string> = new Set(HEADS);
/** A name of at most this many characters stays on one line. */
const MAX_UNBROKEN = 24;
/** How many characters of a name are shown. The tooltip has all of it. */
const MAX_LENGTH = 160;

/** How metrics begin that say what the run took of its machine. */
export const SYSTEM_USE = "system/";

/** The run's results, each with a sparkline of its history. While the run goes on, rows stay and only cells change. */
export function metrics(page: Page): HTMLElement {
  const { block, body, count } = section("Metrics", page.signal);
  const rows = new Map<string, MetricRow>();
  const list = element("tbody");
  const heads = ["metric", ...HEADS, "history"].map((head) => {
    const made = element("th", { scope: "col", class: "nbtrack-run-unbroken" }, head);
    made.classList.toggle("nbtrack-run-right", NUMBERS.has(head));
    return made;
  });
  const grid = element(
    "table",
    { "aria-label": "Metrics" },
    element("thead", {}, element("tr", {}, ...heads)),
    list,
  );
  const box = search("metrics", list);
  const more = element("div", { class: "nbtrack-run-quiet" });
  const curve = curvePlace(page);
  const open = page.curve ?? curve.show;
  body.append(
    box,
    element(
      "div",
      { class: "nbtrack-run-scroll", tabindex: "0", role: "group", "aria-label": "Metrics" },
      grid,
    ),
    more,
    curve.block,
  );

  follow(page, ["metrics", "metrics_left"], () => {
    const found = page.model.get("metrics").filter(({ name }) => !name.startsWith(SYSTEM_USE));
    dropOthers(rows, new Set(found.map(({ name }) => name)));
    for (const [place, metric] of found.entries()) {
      const row = rows.get(metric.name) ?? new MetricRow(page, metric.name, open);
      rows.set(metric.name, row);
      row.draw(metric);
      if (list.children[place] !== row.block) {
        list.insertBefore(row.block, list.children[place] ?? null);
      }
    }
    const left = page.model.get("metrics_left");
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
    put(this.#name, oneLine(name, MAX_LENGTH), `${visible(name)}: show the curve`);
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
