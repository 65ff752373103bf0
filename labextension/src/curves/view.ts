import type { Ask } from "../kernel/documents.ts";
import { dataTable, type Figures } from "../plot/controls.ts";
import { type Drawing, Stage } from "../plot/stage.ts";
import { Notice, view } from "../plot/view.ts";
import { element } from "../ui/dom.ts";
import { numberText } from "../ui/text.ts";
import { Bars, isOnePoint } from "./bars.ts";
import { drawCurves, type Layout, layOut } from "./figure.ts";
import { drawKey, Legend } from "./legend.ts";
import { type CurveData, lastOf, linesOf } from "./lines.ts";
import { Pointer, placeText } from "./pointer.ts";
import { alongMetric, type Chosen, type CurvesOptions, CurvesState, within, type Zoom } from "./state.ts";
import { toolbar } from "./toolbar.ts";

interface CurvesHandle {
  /** Show newer curves with the same choices and zoom. */
  update: (data: CurveData) => void;
  /** Load the visible part again. */
  refresh: () => void;
  /** The current choices. */
  chosen: Chosen;
}

const NO_POINTS = "None of these runs has a point of this metric.";
const NO_COMMON_POINTS = "None of these runs has points of both metrics.";
const HELP = "drag to zoom, double click or 0 for all, arrow keys for values";
const PIXELS_PER_POINT = 2;
const POINTS_RANGE: readonly [number, number] = [120, 800];

/** Show curves in an element until the signal is aborted. */
export function showCurves(
  place: HTMLElement,
  data: CurveData,
  options: CurvesOptions,
  signal: AbortSignal,
): CurvesHandle {
  const curves = new Curves(data, options, signal);
  place.replaceChildren(curves.root);
  return { update: (next) => curves.take(next), refresh: () => curves.ask(), chosen: curves.chosen };
}

class Curves {
  readonly root: HTMLElement;
  readonly #state: CurvesState;
  readonly #signal: AbortSignal;
  readonly #stage: Stage;
  readonly #pointer: Pointer;
  readonly #legend: Legend;
  readonly #bars: Bars;
  readonly #body: HTMLElement;
  /** The element of the curves or the bars. */
  readonly #place = element("div");
  readonly #notice: Notice;
  readonly #empty = element("p", { class: "nbtrack-empty", hidden: true }, NO_POINTS);
  #layout: Layout | undefined;
  /** The last curves without zoom, to go back to at once. */
  #whole: CurveData | undefined;

  constructor(data: CurveData, options: CurvesOptions, signal: AbortSignal) {
    const state = new CurvesState(data, options);
    this.#state = state;
    this.#signal = signal;
    this.#notice = new Notice(signal);
    this.#pointer = new Pointer(
      () => state,
      () => this.#laidOut(),
      (zoom) => this.#zoomTo(zoom),
    );
    this.#stage = new Stage(this.#drawing(), `Curves of ${data.metric}: ${HELP}`, signal);
    this.#pointer.attach(this.#stage);
    this.#stage.root.append(this.#pointer.tip.root, this.#pointer.tip.spoken);
    this.#legend = new Legend(state);
    state.marked.onChanged(() => this.#stage.redrawOver(), signal);
    this.#bars = new Bars(state, signal);
    state.listen(() => {
      this.#legend.draw();
      this.#stage.redraw();
      this.#bars.stage.redraw();
    });
    const seen = () => (this.#body.isConnected ? this.#stage : this.#bars.stage);
    const kept = {
      savePng: (name: string) => seen().savePng(name),
      saveSvg: (name: string) => seen().saveSvg(name),
    };
    const controls = toolbar(state, kept, {
      figures: () => figuresOf(state),
      ask: () => this.ask(),
      draw: () => state.changed(),
      reset: () => this.#zoomTo({ x: null, y: null }),
    });
    this.#body = element("div", { class: "nbtrack-curves-body" }, this.#stage.root, this.#legend.root);
    const table = dataTable(["Run", "Points", "Last at", "Last value"], () => tableRows(state));
    this.root = view(
      "curves",
      `Curves of ${data.metric}`,
      controls,
      this.#notice.root,
      this.#empty,
      this.#place,
      table,
    );
    this.take(data);
  }

  get chosen(): Chosen {
    return this.#state.chosen;
  }

  take(data: CurveData): void {
    const state = this.#state;
    if (kindOf(data) !== kindOf(state.data)) {
      this.#pointer.clear();
      this.#bars.clear();
    }
    state.data = data;
    state.lines = state.options.bars === true ? linesOf(data).map(lastOf) : linesOf(data);
    const onePoint = isOnePoint(state.lines);
    const seen = onePoint ? this.#bars.stage.root : this.#body;
    if (seen !== this.#place.firstElementChild) {
      this.#place.replaceChildren(seen);
    }
    this.root.classList.toggle("nbtrack-one-point", onePoint);
    if (!("within" in data) || data.within === null) {
      this.#whole = data;
    }
    for (const { id } of state.lines) {
      state.colours.slot(id);
    }
    this.#empty.textContent = alongMetric(state.chosen.x) === undefined ? NO_POINTS : NO_COMMON_POINTS;
    this.#empty.hidden = state.lines.some(({ xs }) => xs.length > 0);
    state.changed();
  }

  /** Load the chosen curves for the visible part, if there is a kernel. */
  ask(): void {
    const { ask } = this.#state.options;
    if (ask !== undefined) {
      void this.#wait(loadCurves(this.#state, ask, this.#stage.size.width));
    }
  }

  async #wait(coming: Promise<CurveData>): Promise<void> {
    const answer = await this.#notice.wait(coming);
    if (answer !== undefined && !this.#signal.aborted) {
      this.take(answer);
    }
  }

  #drawing(): Drawing {
    const state = this.#state;
    return {
      height: (width) => Math.round(Math.min(460, Math.max(260, width * 0.5))),
      draw: (sheet) => {
        this.#layout = layOut(state, sheet.size);
        drawCurves(sheet, state, this.#layout);
        this.#legend.colour(sheet.theme.dark);
      },
      key: (width, sheet, top) => drawKey(state, width, sheet, top),
      over: (sheet) => this.#pointer.draw(sheet),
    };
  }

  #laidOut(): Layout {
    this.#layout ??= layOut(this.#state, this.#stage.size);
    return this.#layout;
  }

  #zoomTo(zoom: Zoom): void {
    const { chosen } = this.#state;
    const whole = this.#whole;
    chosen.zoom = zoom;
    if (zoom.x === null && whole !== undefined && whole.metric === chosen.metric && whole.x === chosen.x) {
      this.take(whole);
    } else {
      this.#state.changed();
    }
    // Points of one bucket may now have buckets of their own.
    if (chosen.by.length === 0) {
      this.ask();
    }
  }
}

function loadCurves({ chosen, spacing }: CurvesState, ask: Ask, width: number): Promise<CurveData> {
  const points = Math.round(Math.min(POINTS_RANGE[1], Math.max(POINTS_RANGE[0], width / PIXELS_PER_POINT)));
  const { metric, x, by } = chosen;
  return by.length > 0
    ? ask("grouped_curves", { metric, x, points, by })
    : ask("curves", { metric, x, points, within: within(chosen), spacing });
}

/** Return a key of the metric, the x axis and the groups of curves. */
function kindOf(data: CurveData): string {
  return JSON.stringify([data.metric, data.x, "by" in data ? data.by : null]);
}

function figuresOf({ lines, data, chosen }: CurvesState): Figures {
  const isRuns = "packed" in data;
  const heads = isRuns ? ["run_id", "run"] : ["group"];
  return {
    heads: [...heads, chosen.x, chosen.metric, "low", "high"],
    rows: lines.flatMap((line) =>
      Array.from(line.xs, (x, place) => [
        ...(isRuns ? [line.id, line.name] : [line.name]),
        x,
        line.means[place],
        (line.lows ?? line.means)[place],
        (line.highs ?? line.means)[place],
      ]),
    ),
  };
}

function tableRows({ lines, chosen }: CurvesState): string[][] {
  return lines.map(({ name, count, last }) => [
    name,
    count.toLocaleString("en-GB"),
    last === null ? "–" : placeText(last[0], chosen.x),
    last === null ? "–" : numberText(last[1], 9),
  ]);
}
