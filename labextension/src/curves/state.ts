import { Colours } from "../charts/colours.ts";
import type { Fielded } from "../charts/controls.ts";
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
  /** What is said of a column where it is chosen. */
  told?: (name: string) => Fielded;
  /** Shows all metrics, where there is more than one to be seen. */
  onOverview?: () => void;
  /** The colours of groups, where other charts show the same groups. */
  groupColours?: Colours;
  /** What was chosen before; what is zoomed in on is not kept. */
  chosen?: Chosen;
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
  /** Whether a few values far from the others may lie out of view. */
  trimmed: boolean;
  smoothing: number;
  zoom: Zoom;
  hidden: Set<string>;
}

/** Return what is chosen where nobody has chosen yet. */
export function freshChosen(metric: string): Chosen {
  return {
    metric,
    x: "step",
    by: [],
    logX: false,
    logY: false,
    band: true,
    trimmed: false,
    smoothing: 0,
    zoom: { x: null, y: null },
    hidden: new Set(),
  };
}

/** The view's state, which its parts share: whoever changes it says so, and all draw what they show of it. */
export class CurvesState {
  readonly options: CurvesOptions;
  readonly chosen: Chosen;
  data: CurveData;
  lines: Line[] = [];
  /** The run that the pointer is at, in the legend or the chart. */
  marked: string | null = null;
  readonly #groups: Colours;
  readonly #listeners: (() => void)[] = [];

  constructor(data: CurveData, options: CurvesOptions) {
    this.options = options;
    this.data = data;
    this.#groups = options.groupColours ?? new Colours();
    this.chosen = {
      ...(options.chosen ?? { ...freshChosen(data.metric), x: data.x }),
      by: "by" in data ? [...data.by] : [],
      zoom: { x: null, y: null },
    };
    this.chosen.logX ||= "spacing" in data && data.spacing === "log";
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
