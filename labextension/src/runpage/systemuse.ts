import { follow } from "../kernel/traits.ts";
import { exactText, numberOf } from "../kernel/values.ts";
import { element } from "../ui/dom.ts";
import { oneLine, shownFigure, shownSize, visible } from "../ui/text.ts";
import { button, styled } from "./controls.ts";
import { curvePlace } from "./curve.ts";
import type { Figure, Metric } from "./messages.ts";
import { SYSTEM_USE } from "./metrics.ts";
import type { Page } from "./page.ts";
import { section } from "./section.ts";
import { Sparkline } from "./sparkline.ts";
import { table } from "./table.ts";

const SIZE = { width: 220, height: 44 };

/** What the run took of its machine: a curve where it was sampled, else its value. */
export function systemUse(page: Page): HTMLElement {
  const { block, body, count } = section("System use", page.signal);
  const cards = new Map<string, Card>();
  const grid = element("div", { class: "nbtrack-run-uses" });
  const once = element("div");
  const curve = curvePlace(page);
  const open = page.curve ?? curve.show;
  body.append(grid, once, curve.block);
  follow(page, ["metrics"], () => {
    const found = page.model.get("metrics").filter(({ name }) => name.startsWith(SYSTEM_USE));
    const sampled = found.filter(({ sparkline }) => sparkline !== null);
    const shown = sampled.map((metric) => {
      const card = cards.get(metric.name) ?? new Card(page, metric.name, open);
      cards.set(metric.name, card);
      card.draw(metric);
      return card.block;
    });
    if (shown.some((card, place) => grid.children[place] !== card) || grid.children.length > shown.length) {
      grid.replaceChildren(...shown);
    }
    const single = found.filter(({ sparkline }) => sparkline === null);
    const rows = single.map(({ name, value }) => [
      { text: titleOf(name) },
      { text: used(name, value), right: true },
    ]);
    once.replaceChildren(...(rows.length > 0 ? [table("System use", [], rows)] : []));
    count(String(found.length), found.length > 0);
  });
  return block;
}

/** One thing that was used, with its curve. */
class Card {
  readonly block: HTMLElement;
  readonly #value = element("strong");
  readonly #range = element("span", { class: "nbtrack-run-quiet" });
  readonly #spark = new Sparkline(SIZE);

  constructor({ signal }: Page, name: string, open: (metric: string) => void) {
    const show = () => open(name);
    const title = styled("plain", button(titleOf(name), show, signal));
    title.title = `${visible(name)}: show the curve`;
    this.#spark.block.addEventListener("click", show, { signal });
    const head = element("div", { class: "nbtrack-run-line" }, title, this.#value, this.#range);
    this.block = element("div", { class: "nbtrack-run-use" }, head);
    this.block.append(this.#spark.block);
  }

  draw({ name, value, min, max, count, sparkline }: Metric): void {
    const text = used(name, value);
    if (this.#value.textContent !== text) {
      this.#value.textContent = text;
    }
    this.#value.title = exactText(value);
    this.#range.textContent = `${used(name, min)} – ${used(name, max)}`;
    const label = `${titleOf(name)}: ${count.toLocaleString("en")} points between ${used(name, min)} and ${used(name, max)}`;
    // A share of the whole is seen as one; what is counted has a range of its own.
    this.#spark.draw(sparkline, label, name.endsWith("_percentage") ? [0, 100] : undefined);
  }
}

/** Return what a metric is about, without its prefix and its unit: "cpu utilization". */
function titleOf(name: string): string {
  const bare = name.slice(SYSTEM_USE.length).replace(/_(?:percentage|megabytes)$/u, "");
  return oneLine(bare.replaceAll("_", " "), 80);
}

function used(name: string, value: Figure): string {
  const amount = numberOf(value);
  if (Number.isFinite(amount) && name.endsWith("_percentage")) {
    return `${shownFigure(Number(amount.toPrecision(3)))} %`;
  }
  if (Number.isFinite(amount) && name.endsWith("_megabytes")) {
    return shownSize(Math.round(amount * 1e6));
  }
  return shownFigure(value);
}
