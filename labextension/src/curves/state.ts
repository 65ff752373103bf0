import { Colours } from "../charts/colours.ts";
import type { Ask, CurveX, Range, Spacing } from "../charts/documents.ts";
import type { CurveData, Line } from "./lines.ts";

/** What the curves view is given beside its document. */
export interface CurvesOptions {
  colours: Colours;
  /** Without it the view shows what it was given, and no finer part when it is zoomed. */
  ask?: Ask;
  /** The metrics to choose from. */
  metrics?: readonly string[];
  /** The fields that runs may be grouped by: columns of the run table. */
  fields?: readonly string[];
}

export interface Zoom {
  x: Range | null;
  y: Range | null;
}

/** What the user has chosen to see. */
export interface Chosen {
  metric: string;
  x: CurveX;
  by: string[];
  logX: boolean;
  logY: boolean;
  band: boolean;
  smoothing: number;
  zoom: Zoom;
  hidden: Set<string>;
}

/** The view's state, which its parts share: whoever changes it says so, and all draw what they show of it. */
export class CurvesState {
  readonly options: CurvesOptions;
  readonly chosen: Chosen;
  data: CurveData;
  lines: Line[] = [];
  /** The run that the pointer is at, in the legend or the chart. */
  marked: string | null = null;
  readonly #groups = new Colours();
  readonly #listeners: (() => void)[] = [];

  constructor(data: CurveData, options: CurvesOptions) {
    this.options = options;
    this.data = data;
    this.chosen = {
      metric: data.metric,
      x: data.x,
      by: "by" in data ? [...data.by] : [],
      logX: "spacing" in data && data.spacing === "log",
      logY: false,
      band: true,
      smoothing: 0,
      zoom: { x: null, y: null },
      hidden: new Set(),
    };
  }

  /** Groups are no runs, and take no colour away from them. */
  get colours(): Colours {
    return "packed" in this.data ? this.options.colours : this.#groups;
  }

  get spacing(): Spacing {
    return this.chosen.logX && this.chosen.x !== "time" ? "log" : "even";
  }

  get shown(): Line[] {
    return this.lines.filter(({ id, xs }) => xs.length > 0 && !this.chosen.hidden.has(id));
  }

  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
