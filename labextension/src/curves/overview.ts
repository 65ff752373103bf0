import { view } from "../charts/view.ts";
import { element } from "../ui/dom.ts";
import { alongChoice } from "./along.ts";
import { type OverviewOptions, Small } from "./small.ts";
import { grouping, overviewButton, smoothing, toggle } from "./toolbar.ts";

/** So many charts at a time: a browser holds no more canvases. */
const MOST = 60;

/** Show all metrics in an element, a small chart each, until the signal is aborted. */
export function showOverview(
  place: HTMLElement,
  options: OverviewOptions,
  signal: AbortSignal,
): { refresh: () => void } {
  const overview = new Overview(options, signal);
  place.replaceChildren(overview.root);
  return { refresh: () => overview.refresh() };
}

class Overview {
  readonly root: HTMLElement;
  readonly #options: OverviewOptions;
  readonly #signal: AbortSignal;
  readonly #grid = element("div", { class: "nbtrack-overview" });
  readonly #key = element("ul", { class: "nbtrack-overview-key", "aria-label": "Runs" });
  readonly #small = new Map<Element, Small>();
  readonly #seen: IntersectionObserver;

  constructor(options: OverviewOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    const { chosen } = options;
    // Those in view, and those that come into view soon, are asked for.
    this.#seen = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          this.#small.get(target)?.look(isIntersecting);
        }
      },
      { rootMargin: "200px" },
    );
    signal.addEventListener("abort", () => this.#seen.disconnect());
    const ask = () => this.refresh();
    const draw = () => this.#draw();
    const { root: along, fill } = alongChoice(chosen, options, ask);
    const controls = [
      overviewButton(true, () => options.onPick()),
      along,
      ...grouping(chosen, options, () => {
        fill();
        ask();
      }),
      smoothing(chosen, draw),
      toggle("Log y", "logY", chosen, draw),
      toggle("Band", "band", chosen, draw),
      toggle("Ignore outliers", "trimmed", chosen, draw),
    ];
    const row = element("div", { class: "nbtrack-controls" }, ...controls);
    const more = element("button", { type: "button" });
    more.addEventListener("click", () => this.#add(more));
    this.root = view("curves", "Curves of all metrics", row, this.#key, this.#grid, more);
    this.#add(more);
  }

  /** Ask anew for those in view, and for the others when they come into view. */
  refresh(): void {
    for (const small of this.#small.values()) {
      small.outdate();
    }
  }

  #add(more: HTMLElement): void {
    const { overview } = this.#options;
    const from = this.#small.size;
    for (const metric of overview.slice(from, from + MOST)) {
      const small = new Small(metric, this.#options, () => this.#name(), this.#signal);
      this.#small.set(small.root, small);
      this.#grid.append(small.root);
      this.#seen.observe(small.root);
    }
    const left = overview.length - this.#small.size;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(left, MOST)} more of ${overview.length.toLocaleString("en")} metrics`;
  }

  #draw(): void {
    for (const small of this.#small.values()) {
      small.draw();
    }
  }

  /** Say which run has which colour. */
  #name(): void {
    const names = new Map<string, HTMLElement>();
    for (const small of this.#small.values()) {
      for (const [id, name, colour] of small.named()) {
        const swatch = element("i", { class: "nbtrack-swatch" });
        swatch.style.background = colour;
        const item = names.get(id) ?? element("li", { title: name }, swatch, element("span", {}, name));
        names.set(id, item);
      }
    }
    this.#key.replaceChildren(...names.values());
  }
}
