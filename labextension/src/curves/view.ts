import { asTable } from "../charts/controls.ts";
import type { Ask } from "../charts/documents.ts";
import { shown } from "../charts/numbers.ts";
import { type Drawing, Stage } from "../charts/stage.ts";
import { Notice, view } from "../charts/view.ts";
import { element } from "../widget/dom.ts";
import { drawCurves, type Layout, layOut } from "./figure.ts";
import { drawKey } from "./key.ts";
import { Legend } from "./legend.ts";
import { type CurveData, linesOf } from "./lines.ts";
import { Pointer, placeText } from "./pointer.ts";
import { type CurvesOptions, CurvesState, type Zoom } from "./state.ts";
import { toolbar } from "./toolbar.ts";

export interface CurvesHandle {
  /** Show newer curves; what was chosen and zoomed stays. */
  update: (data: CurveData) => void;
  /** Ask the kernel again for what is in view. */
  refresh: () => void;
}

const NOTHING = "None of these runs has a point of this metric.";
const HOW = "drag to zoom, double click or 0 for all, arrow keys for values";
const FINE = 2;
const POINTS: readonly [number, number] = [120, 800];

/** Show curves in an element until the signal is aborted. */
export function showCurves(
  place: HTMLElement,
  data: CurveData,
  options: CurvesOptions,
  signal: AbortSignal,
): CurvesHandle {
  const curves = new Curves(data, options, signal);
  place.replaceChildren(curves.root);
  return { update: (next) => curves.take(next), refresh: () => curves.ask() };
}

class Curves {
  readonly root: HTMLElement;
  readonly #state: CurvesState;
  readonly #signal: AbortSignal;
  readonly #stage: Stage;
  readonly #pointer: Pointer;
  readonly #legend: Legend;
  readonly #notice = new Notice();
  readonly #empty = element("p", { class: "nbtrack-empty", hidden: true }, NOTHING);
  #layout: Layout | undefined;
  /** The last curves that were not of a part, to go back to at once. */
  #whole: CurveData | undefined;

  constructor(data: CurveData, options: CurvesOptions, signal: AbortSignal) {
    const state = new CurvesState(data, options);
    this.#state = state;
    this.#signal = signal;
    this.#pointer = new Pointer(
      state,
      () => this.#laidOut(),
      (zoom) => this.#zoomTo(zoom),
    );
    this.#stage = new Stage(this.#drawing(), `Curves of ${data.metric}: ${HOW}`, signal);
    this.#pointer.reach(this.#stage);
    this.#stage.root.append(this.#pointer.tip.root, this.#pointer.tip.spoken);
    this.#legend = new Legend(state, this.#stage);
    state.listen(() => {
      this.#legend.draw();
      this.#stage.redraw();
    });
    const controls = toolbar(state, this.#stage, {
      ask: () => this.ask(),
      draw: () => state.changed(),
      reset: () => this.#zoomTo({ x: null, y: null }),
    });
    const body = element("div", { class: "nbtrack-curves-body" }, this.#stage.root, this.#legend.root);
    const table = asTable(["Run", "Points", "Last at", "Last value"], () => tableRows(state));
    this.root = view(
      "curves",
      `Curves of ${data.metric}`,
      controls,
      this.#notice.root,
      this.#empty,
      body,
      table,
    );
    this.take(data);
  }

  take(data: CurveData): void {
    const state = this.#state;
    state.data = data;
    state.lines = linesOf(data);
    if (!("within" in data) || data.within === null) {
      this.#whole = data;
    }
    for (const { id } of state.lines) {
      state.colours.slot(id);
    }
    this.#empty.hidden = state.lines.some(({ xs }) => xs.length > 0);
    state.changed();
  }

  /** Ask the kernel, if it can be asked, for what is chosen and in view. */
  ask(): void {
    const { ask } = this.#state.options;
    if (ask !== undefined) {
      void this.#wait(asked(this.#state, ask, this.#stage.size.width));
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
        this.#legend.colour(sheet.inks.dark);
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
    // What was put together can now be seen apart.
    if (chosen.by.length === 0) {
      this.ask();
    }
  }
}

function asked({ chosen, spacing }: CurvesState, ask: Ask, width: number): Promise<CurveData> {
  const points = Math.round(Math.min(POINTS[1], Math.max(POINTS[0], width / FINE)));
  const { metric, x, by, zoom } = chosen;
  return by.length > 0
    ? ask("grouped_curves", { metric, x, points, by })
    : ask("curves", { metric, x, points, within: zoom.x, spacing });
}

function tableRows({ lines, chosen }: CurvesState): string[][] {
  return lines.map(({ name, count, last }) => [
    name,
    count.toLocaleString("en-GB"),
    last === null ? "–" : placeText(last[0], chosen.x),
    last === null ? "–" : shown(last[1], 9),
  ]);
}
