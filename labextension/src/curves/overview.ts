import { type Drawing, Stage } from "../plot/stage.ts";
import { Notice, view } from "../plot/view.ts";
import { element } from "../ui/dom.ts";
import { alongChoice } from "./axis.ts";
import { drawCurves, type Layout, layOut } from "./figure.ts";
import { type CurveData, linesOf } from "./lines.ts";
import { Pointer } from "./pointer.ts";
import { type Chosen, type CurvesOptions, CurvesState, within } from "./state.ts";
import { grouping, overviewButton, smoothing, toggle } from "./toolbar.ts";

/** How many charts are drawn, as browsers limit the number of canvases. */
const MAX_CHARTS = 60;

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

/** Return what stands before the last slash of a metric's name: `train` of `train/loss`. */
function prefixOf(metric: string): string {
  return metric.slice(0, Math.max(0, metric.lastIndexOf("/")));
}

/** Return metrics with those of one prefix together, in the order in which the prefixes come first; others come last. */
function byPrefix(metrics: readonly string[]): string[] {
  const prefixes = [...new Set(metrics.map(prefixOf))];
  const order = [...prefixes.filter((prefix) => prefix !== ""), ""];
  return order.flatMap((prefix) => metrics.filter((metric) => prefixOf(metric) === prefix));
}

class Overview {
  readonly root: HTMLElement;
  readonly #options: OverviewOptions;
  readonly #signal: AbortSignal;
  readonly #groups = element("div", { class: "nbtrack-overview-groups" });
  readonly #grids = new Map<string, HTMLElement>();
  readonly #key = element("ul", { class: "nbtrack-overview-key", "aria-label": "Runs" });
  readonly #small = new Map<Element, SmallChart>();
  readonly #seen: IntersectionObserver;

  constructor(options: OverviewOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    const { chosen } = options;
    // Only charts in view, or about to come into view, are loaded.
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
    const sizes = options.overview.map(
      (metric) => options.overview.filter((other) => prefixOf(other) === prefixOf(metric)).length,
    );
    this.#groups.style.setProperty("--nbtrack-charts", String(Math.max(...sizes)));
    this.root = view("curves", "Curves of all metrics", row, this.#key, this.#groups, more);
    this.#add(more);
  }

  /** Load the charts in view again, and the others when they come into view. */
  refresh(): void {
    for (const small of this.#small.values()) {
      small.outdate();
    }
  }

  #add(more: HTMLElement): void {
    const { overview } = this.#options;
    const from = this.#small.size;
    for (const metric of byPrefix(overview).slice(from, from + MAX_CHARTS)) {
      const small = new SmallChart(metric, this.#options, () => this.#name(), this.#signal);
      this.#small.set(small.root, small);
      this.#gridOf(prefixOf(metric)).append(small.root);
      this.#seen.observe(small.root);
    }
    const left = overview.length - this.#small.size;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(left, MAX_CHARTS)} more of ${overview.length.toLocaleString("en")} metrics`;
  }

  /** Return the grid of the metrics with a prefix, each under a heading of its own where there are several. */
  #gridOf(prefix: string): HTMLElement {
    const known = this.#grids.get(prefix);
    if (known !== undefined) {
      return known;
    }
    const grid = element("div", { class: "nbtrack-overview" });
    this.#grids.set(prefix, grid);
    const count = this.#options.overview.filter((metric) => prefixOf(metric) === prefix).length;
    const title = prefix === "" ? "Others" : prefix;
    const head = element("summary", {}, title, element("small", {}, count.toLocaleString("en")));
    const isGrouped = this.#options.overview.some((metric) => prefixOf(metric) !== prefix);
    this.#groups.append(
      isGrouped ? element("details", { class: "nbtrack-overview-group", open: true }, head, grid) : grid,
    );
    return grid;
  }

  #draw(): void {
    for (const small of this.#small.values()) {
      small.draw();
    }
  }

  /** Draw the key of the colours of the runs. */
  #name(): void {
    const names = new Map<string, HTMLElement>();
    for (const small of this.#small.values()) {
      for (const [id, name, colour, style] of small.named()) {
        const swatch = element("i", { class: "nbtrack-legend-line" });
        swatch.style.borderTop = `3px ${style} ${colour}`;
        const item = names.get(id) ?? element("li", { title: name }, swatch, element("span", {}, name));
        names.set(id, item);
      }
    }
    this.#key.replaceChildren(...names.values());
  }
}

interface OverviewOptions extends CurvesOptions {
  ask: NonNullable<CurvesOptions["ask"]>;
  /** The metrics with a history, each of which gets a chart. */
  overview: readonly string[];
  chosen: Chosen;
  /** Called with the metric to show alone, or without one for the last metric. */
  onPick: (metric?: string) => void;
}

const CHART_HEIGHT = 210;
const CHART_POINTS = 150;

/** The small chart of one metric. */
class SmallChart {
  readonly root: HTMLElement;
  readonly #metric: string;
  readonly #options: OverviewOptions;
  readonly #signal: AbortSignal;
  readonly #named: () => void;
  readonly #notice: Notice;
  readonly #place = element("div", { class: "nbtrack-overview-place" });
  #state: CurvesState | undefined;
  #stage: Stage | undefined;
  #inView = false;
  /** How often the chart was outdated, and up to which of these it is loaded. */
  #wanted = 1;
  #loaded = 0;

  constructor(metric: string, options: OverviewOptions, named: () => void, signal: AbortSignal) {
    this.#metric = metric;
    this.#options = options;
    this.#named = named;
    this.#signal = signal;
    this.#notice = new Notice(signal);
    const title = `${metric}\nShow this metric alone`;
    const pick = element("button", { type: "button", title, "aria-label": `${metric}: show alone` }, metric);
    pick.addEventListener("click", () => options.onPick(metric));
    this.root = element("section", { "aria-label": metric }, pick, this.#notice.root, this.#place);
  }

  look(inView: boolean): void {
    this.#inView = inView;
    void this.#ask();
  }

  outdate(): void {
    this.#wanted += 1;
    void this.#ask();
  }

  draw(): void {
    const { smoothing: smooth, logY, band, trimmed } = this.#options.chosen;
    if (this.#state !== undefined) {
      Object.assign(this.#state.chosen, { smoothing: smooth, logY, band, trimmed });
      this.#stage?.redraw();
    }
  }

  named(): [id: string, name: string, colour: string, style: string][] {
    const state = this.#state;
    const dark = this.#stage?.theme.dark ?? false;
    return state === undefined
      ? []
      : state.shown.map(({ id, name }) => [id, name, state.colours.of(id, dark), state.colours.style(id)]);
  }

  async #ask(): Promise<void> {
    if (this.#loaded === this.#wanted || !this.#inView) {
      return;
    }
    this.#loaded = this.#wanted;
    const { ask, chosen } = this.#options;
    const { x, by } = chosen;
    const payload = { metric: this.#metric, x, points: CHART_POINTS };
    const coming: Promise<CurveData> =
      by.length > 0
        ? ask("grouped_curves", { ...payload, by })
        : ask("curves", { ...payload, within: within(chosen), spacing: "even" });
    const data = await this.#notice.wait(coming);
    if (data === undefined || this.#signal.aborted) {
      return;
    }
    const state = new CurvesState(data, this.#stateOptions());
    state.lines = linesOf(data);
    this.#state = state;
    for (const { id } of state.lines) {
      state.colours.slot(id);
    }
    if (this.#stage === undefined) {
      this.#stage = this.#staged();
      this.#place.append(this.#stage.root);
    }
    this.#stage.redraw();
    this.#named();
  }

  #stateOptions(): CurvesOptions {
    const { chosen } = this.#options;
    return { ...this.#options, chosen: { ...chosen, metric: this.#metric, logX: false } };
  }

  #staged(): Stage {
    const state = () => this.#state as CurvesState;
    let layout: Layout | undefined;
    const pointer = new Pointer(
      state,
      () => {
        layout ??= layOut(state(), stage.size);
        return layout;
      },
      () => undefined,
    );
    const drawing: Drawing = {
      height: () => CHART_HEIGHT,
      draw: (sheet) => {
        layout = layOut(state(), sheet.size);
        // The name stands above the chart, as the button that enlarges it.
        drawCurves(sheet, state(), layout, "");
      },
      over: (sheet) => pointer.draw(sheet),
    };
    const stage = new Stage(drawing, `${this.#metric}: a click shows it alone`, this.#signal);
    pointer.attach(stage);
    stage.surface.addEventListener("click", () => this.#options.onPick(this.#metric));
    stage.root.append(pointer.tip.root, pointer.tip.spoken);
    return stage;
  }
}
