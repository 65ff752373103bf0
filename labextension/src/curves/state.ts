import type { Ask, CurveX, Range, Spacing } from "../kernel/documents.ts";
import { Colours } from "../plot/colours.ts";
import type { FieldNote } from "../plot/controls.ts";
import { Marked } from "../plot/marked.ts";
import type { CurveData, Line } from "./lines.ts";

/** The options of the curves view. */
export interface CurvesOptions {
  colours: Colours;
  /** Without it, zooming loads no finer points. */
  ask?: Ask;
  /** The metrics to choose from. */
  metrics?: readonly string[];
  /** The metrics with a history, which the x axis may be. */
  alongs?: readonly string[];
  /** The fields that runs may be grouped by: columns of the run table. */
  fields?: readonly string[];
  /** Returns the note on a column. */
  noteOf?: (name: string) => FieldNote;
  /** Shows all metrics, where there are several. */
  onOverview?: () => void;
  /** The colours of groups, shared with other charts. */
  groupColours?: Colours;
  /** The runs that are hidden in all charts. Groups are not among them. */
  hidden?: {
    readonly ids: ReadonlySet<string>;
    setHidden: (runs: Iterable<string>, hidden: ReadonlySet<string>) => void;
  };
  /** The earlier choices, without the zoom. */
  chosen?: Chosen;
  /** The run under the pointer, shared with other charts. */
  marked?: Marked;
  /** Whether the last values are shown, as bars. */
  bars?: boolean;
}

/** The typed ends of an axis, with null for an end that follows the data. */
export type Ends = readonly [number | null, number | null];

export interface Zoom {
  x: Range | null;
  y: Range | null;
}

/** The choices of the user. */
export interface Chosen {
  metric: string;
  x: CurveX;
  by: string[];
  logX: boolean;
  logY: boolean;
  band: boolean;
  /** Whether outliers may be out of view. */
  trimmed: boolean;
  smoothing: number;
  zoom: Zoom;
  /** The typed ends: of the x axis by its kind, of the y axis by metric. */
  ends: { x: Map<CurveX, Ends>; y: Map<string, Ends> };
  hidden: Set<string>;
}

/** Return the default choices. */
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

const METRIC_PREFIX = "metrics.";

/** Return the metric of the x axis, or undefined for steps and time. */
export function alongMetric(x: CurveX): string | undefined {
  return x.startsWith(METRIC_PREFIX) ? x.slice(METRIC_PREFIX.length) : undefined;
}

/** Return the visible part of the x axis, or null for all. */
export function within({ zoom, ends, x }: Chosen): Range | null {
  const [from, to] = ends.x.get(x) ?? [null, null];
  const typed: Range = [from ?? -Number.MAX_VALUE, to ?? Number.MAX_VALUE];
  return zoom.x ?? (from === null && to === null ? null : typed);
}

/** Return the spacing by which points are downsampled. */
export function spacingOf({ logX, x }: Chosen): Spacing {
  return logX && x !== "time" && alongMetric(x) === undefined ? "log" : "even";
}

/** Return a range with the typed ends. */
export function withEnds([low, high]: Range, ends: Ends | undefined): Range {
  const from = ends?.[0] ?? low;
  const to = ends?.[1] ?? high;
  if (from < to) {
    return [from, to];
  }
  // All data lies beyond the typed end.
  const span = high > low ? high - low : 1;
  return (ends?.[0] ?? null) === null ? [to - span, to] : [from, from + span];
}

/** The state of the view, which its parts share. A part that changes it has the others drawn again. */
export class CurvesState {
  readonly options: CurvesOptions;
  readonly chosen: Chosen;
  data: CurveData;
  lines: Line[] = [];
  /** The run under the pointer, in the legend or a chart. */
  readonly marked: Marked;
  readonly #groups: Colours;
  readonly #listeners: (() => void)[] = [];

  constructor(data: CurveData, options: CurvesOptions) {
    this.options = options;
    this.data = data;
    this.marked = options.marked ?? new Marked();
    this.#groups = options.groupColours ?? new Colours();
    this.chosen = {
      ...(options.chosen ?? { ...freshChosen(data.metric), x: data.x }),
      by: "by" in data ? [...data.by] : [],
      zoom: { x: null, y: null },
    };
    this.chosen.logX ||= "spacing" in data && data.spacing === "log";
  }

  /** The colours of the curves. Groups have their own, so that they take none of the runs. */
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
