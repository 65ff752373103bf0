import type { Ask, CurveX, Range, Spacing } from "../kernel/documents.ts";
import { Colours } from "../plot/colours.ts";
import type { FieldNote } from "../plot/controls.ts";
import type { CurveData, Line } from "./lines.ts";

/** What the curves view is given beside its document. */
export interface CurvesOptions {
  colours: Colours;
  /** Without it the view shows what it was given, and no finer part when it is zoomed. */
  ask?: Ask;
  /** The metrics to choose from. */
  metrics?: readonly string[];
  /** The metrics that others may run along: those with a history. */
  alongs?: readonly string[];
  /** The fields that runs may be grouped by: columns of the run table. */
  fields?: readonly string[];
  /** What is said of a column where it is chosen. */
  told?: (name: string) => FieldNote;
  /** Shows all metrics, where there is more than one to be seen. */
  onOverview?: () => void;
  /** The colours of groups, where other charts show the same groups. */
  groupColours?: Colours;
  /** The runs that are hidden in other charts, too; groups are no runs. */
  hidden?: {
    readonly ids: ReadonlySet<string>;
    among: (runs: Iterable<string>, hidden: ReadonlySet<string>) => void;
  };
  /** What was chosen before; what is zoomed in on is not kept. */
  chosen?: Chosen;
}

/** Where an axis begins and ends, as it was typed; null where that follows what is drawn. */
export type Ends = readonly [number | null, number | null];

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
  /** The ends that were typed: of the x axis by what it runs along, of the y axis by the metric. */
  ends: { x: Map<CurveX, Ends>; y: Map<string, Ends> };
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
    ends: { x: new Map(), y: new Map() },
    hidden: new Set(),
  };
}

const METRIC = "metrics.";

/** Return the other metric that curves run along; nothing where they run along steps or time. */
export function alongMetric(x: CurveX): string | undefined {
  return x.startsWith(METRIC) ? x.slice(METRIC.length) : undefined;
}

/** Return the part along x that is to be looked at; null for all. */
export function within({ zoom, ends, x }: Chosen): Range | null {
  const [from, to] = ends.x.get(x) ?? [null, null];
  const typed: Range = [from ?? -Number.MAX_VALUE, to ?? Number.MAX_VALUE];
  return zoom.x ?? (from === null && to === null ? null : typed);
}

/** Return how points are to be thinned. */
export function spacingOf({ logX, x }: Chosen): Spacing {
  return logX && x !== "time" && alongMetric(x) === undefined ? "log" : "even";
}

/** Return a range with the ends that were typed. */
export function withEnds([low, high]: Range, ends: Ends | undefined): Range {
  const from = ends?.[0] ?? low;
  const to = ends?.[1] ?? high;
  if (from < to) {
    return [from, to];
  }
  // All that is drawn lies beyond the end that was typed.
  const span = high > low ? high - low : 1;
  return (ends?.[0] ?? null) === null ? [to - span, to] : [from, from + span];
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
    return spacingOf(this.chosen);
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
