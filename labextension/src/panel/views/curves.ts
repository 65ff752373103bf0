import type { CurveData } from "../../curves/lines.ts";
import { showOverview } from "../../curves/overview.ts";
import { alongMetric, type Chosen, freshChosen, spacingOf, within } from "../../curves/state.ts";
import { showCurves } from "../../curves/view.ts";
import type { Ask } from "../../kernel/documents.ts";
import { Colours } from "../../plot/colours.ts";
import { element } from "../../ui/dom.ts";
import type { HiddenRuns } from "../selection.ts";
import type { PanelState } from "../state.ts";
import { documentView, type ViewContext } from "./document.ts";
import { type Fields, fieldNotes, hasMetric, needed } from "./fields.ts";

/** The choices of the user, which stay for other runs. */
interface CurveChoices {
  chosen?: Chosen;
  /** Whether all metrics are shown. */
  overview: boolean;
  /** The runs that the charts hide. */
  hidden: HiddenRuns;
}

/** The tab of the curves, which other views may have show a metric. */
export class CurvesTab {
  readonly #state: PanelState;
  readonly #choices: CurveChoices;
  #view: { outdate: () => void } | null = null;

  constructor(state: PanelState) {
    this.#state = state;
    this.#choices = { overview: false, hidden: state.hidden };
    state.hidden.onChanged(() => {
      // The curves have drawn what the user hides in them.
      if (state.model.get("view") !== "curves") {
        this.#view?.outdate();
      }
    });
  }

  /** Draw the curves in the body of the tab. */
  draw(body: HTMLElement): void {
    this.#view = documentView(this.#state, "curves", body, async (context) => {
      const found = await context.fields("curves");
      const curving = new CurvesView(context, found, this.#state.colours, this.#choices);
      await curving.draw();
      return () => curving.refresh();
    });
  }

  /** Show the curves of a metric, as the means of groups by some fields if there are any. */
  show(metric: string, by: readonly string[]): void {
    const { model } = this.#state;
    const { chosen } = this.#choices;
    this.#choices.chosen = { ...freshChosen(metric), ...chosen, metric, by: [...by], hidden: new Set() };
    this.#choices.overview = false;
    this.#view?.outdate();
    model.set("view", "curves");
    model.save_changes();
  }
}

/** The curves of one metric, or of all metrics. */
class CurvesView {
  readonly #context: ViewContext;
  readonly #found: Fields;
  readonly #colours: Colours;
  readonly #choices: CurveChoices;
  readonly #groupColours = new Colours();
  #shown: { refresh: () => void } | undefined;
  #inner = new AbortController();

  constructor(context: ViewContext, found: Fields, colours: Colours, choices: CurveChoices) {
    this.#context = context;
    this.#found = found;
    this.#colours = colours;
    this.#choices = choices;
    context.signal.addEventListener("abort", () => this.#inner.abort());
  }

  refresh(): void {
    this.#shown?.refresh();
  }

  async draw(): Promise<void> {
    const { chosen, hidden } = this.#choices;
    if (chosen?.by.length === 0) {
      chosen.hidden = new Set(hidden.ids);
    }
    if (chosen !== undefined && chosen.by.length > 0 && alongMetric(chosen.x) !== undefined) {
      // Along another metric groups have no mean.
      chosen.x = "step";
    }
    const known = chosen !== undefined && hasMetric(this.#found, chosen.metric);
    const metric = known ? chosen.metric : needed(this.#found.curve);
    if (this.#choices.overview && this.#found.histories.length > 1) {
      this.#drawAll({ ...this.#fresh(metric), ...chosen, metric });
    } else {
      await this.#drawOne(metric);
    }
  }

  #fresh(metric: string): Chosen {
    return { ...freshChosen(metric), hidden: new Set(this.#choices.hidden.ids) };
  }

  async #drawOne(metric: string): Promise<void> {
    const { place, ask } = this.#context;
    const { chosen } = this.#choices;
    const data = await firstCurves(ask, metric, chosen);
    const several = this.#found.histories.length > 1;
    const options = {
      ...this.#options,
      chosen: { ...this.#fresh(metric), ...chosen, metric },
      ...(several ? { onOverview: () => this.#switch(true) } : {}),
    };
    const shown = showCurves(place, data, options, this.#anew());
    this.#choices.chosen = shown.chosen;
    this.#shown = shown;
  }

  #drawAll(chosen: Chosen): void {
    this.#choices.chosen = chosen;
    const options = {
      ...this.#options,
      overview: this.#found.histories,
      chosen,
      onPick: (metric?: string) => {
        chosen.metric = metric ?? chosen.metric;
        this.#switch(false);
      },
    };
    this.#shown = showOverview(this.#context.place, options, this.#anew());
  }

  get #options() {
    const { ask } = this.#context;
    const { metrics, params } = this.#found;
    const colours = { colours: this.#colours, groupColours: this.#groupColours };
    const alongs = this.#found.histories;
    return {
      ...colours,
      ask,
      metrics,
      alongs,
      fields: params,
      noteOf: fieldNotes(this.#found),
      hidden: this.#choices.hidden,
    };
  }

  #switch(overview: boolean): void {
    this.#choices.overview = overview;
    void this.draw().catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      this.#context.place.replaceChildren(
        element("p", { class: "nbtrack-panel-about", role: "alert" }, text),
      );
    });
  }

  /** Abort what is shown, and return the signal of what is shown next. */
  #anew(): AbortSignal {
    this.#inner.abort();
    this.#inner = new AbortController();
    return this.#inner.signal;
  }
}

function firstCurves(ask: Ask, metric: string, chosen: Chosen | undefined): Promise<CurveData> {
  const all = chosen ?? freshChosen(metric);
  const { x, by } = all;
  const part = { within: within({ ...all, zoom: { x: null, y: null } }), spacing: spacingOf(all) };
  return by.length > 0
    ? ask("grouped_curves", { metric, x, points: 400, by })
    : ask("curves", { metric, x, points: 400, ...part });
}
