import { type Drawing, Stage } from "../charts/stage.ts";
import { Notice } from "../charts/view.ts";
import { element } from "../ui/dom.ts";
import { drawCurves, type Layout, layOut } from "./figure.ts";
import { type CurveData, linesOf } from "./lines.ts";
import { Pointer } from "./pointer.ts";
import { type Chosen, type CurvesOptions, CurvesState, within } from "./state.ts";

export interface OverviewOptions extends CurvesOptions {
  ask: NonNullable<CurvesOptions["ask"]>;
  /** Those with a history: each has a chart. */
  overview: readonly string[];
  chosen: Chosen;
  /** Told of the metric that is to be seen alone; none for the last one. */
  onPick: (metric?: string) => void;
}

const HEIGHT = 210;
const POINTS = 150;

/** One metric's chart among the others. */
export class Small {
  readonly root: HTMLElement;
  readonly #metric: string;
  readonly #options: OverviewOptions;
  readonly #signal: AbortSignal;
  readonly #named: () => void;
  readonly #notice = new Notice();
  readonly #place = element("div", { class: "nbtrack-overview-place" });
  #state: CurvesState | undefined;
  #stage: Stage | undefined;
  #inView = false;
  /** How often it was outdated, and at which of these it was asked for. */
  #wanted = 1;
  #asked = 0;

  constructor(metric: string, options: OverviewOptions, named: () => void, signal: AbortSignal) {
    this.#metric = metric;
    this.#options = options;
    this.#named = named;
    this.#signal = signal;
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

  named(): [id: string, name: string, colour: string][] {
    const state = this.#state;
    const dark = this.#stage?.inks.dark ?? false;
    return state === undefined
      ? []
      : state.shown.map(({ id, name }) => [id, name, state.colours.of(id, dark)]);
  }

  async #ask(): Promise<void> {
    if (this.#asked === this.#wanted || !this.#inView) {
      return;
    }
    this.#asked = this.#wanted;
    const { ask, chosen } = this.#options;
    const { x, by } = chosen;
    const asked = { metric: this.#metric, x, points: POINTS };
    const coming: Promise<CurveData> =
      by.length > 0
        ? ask("grouped_curves", { ...asked, by })
        : ask("curves", { ...asked, within: within(chosen), spacing: "even" });
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
      height: () => HEIGHT,
      draw: (sheet) => {
        layout = layOut(state(), sheet.size);
        // The name stands above, as what enlarges it.
        drawCurves(sheet, state(), layout, "");
      },
      over: (sheet) => pointer.draw(sheet),
    };
    const stage = new Stage(drawing, `${this.#metric}: a click shows it alone`, this.#signal);
    pointer.reach(stage);
    stage.surface.addEventListener("click", () => this.#options.onPick(this.#metric));
    stage.root.append(pointer.tip.root, pointer.tip.spoken);
    return stage;
  }
}
