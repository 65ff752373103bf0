// Written by labextension/wire.py from nbtrack/compare/documents.py: change that, and run `make wire`.

/** The x axis of curves: steps, time, or another metric. */
export type CurveX = "step" | "relative" | "time" | `metrics.${string}`;
export type Direction = "down" | "up" | null;
export type Range = readonly [number, number];
export type Spacing = "even" | "log";
/** A value of a run, exactly: a number that JSON or JavaScript would change is its text in a list, None an empty list. */
export type Value = null | boolean | number | string | [] | [string];

/** An artifact's name, and its size in bytes in each run; null where a run has none. */
export interface ArtifactRow {
  name: string;
  sizes: (number | null)[];
  /** Whether it can be shown beside those of other runs, according to its name: a picture, a table, a text. */
  picture: boolean;
}

/** Which run has which artifact; those that most runs have come first. */
export interface ArtifactsDocument {
  runs: RunHead[];
  rows: ArtifactRow[];
  /** How many names were left out because there were too many. */
  left_out: number;
  /** What could not be read. */
  faults: string[];
}

/** One box: quartiles, Tukey's whiskers, and outliers. */
export interface Box {
  label: string;
  runs: string[];
  values: number[];
  low: number;
  q1: number;
  median: number;
  q3: number;
  high: number;
  mean: number;
  /** Indices into runs. */
  outliers: number[];
}

/** The spread of a field in the groups of another field. */
export interface BoxDocument {
  field: string;
  by: string | null;
  /** Runs' names by id. */
  names: Record<string, string>;
  boxes: Box[];
  cautions: string[];
}

/** The first run's code beside another's. */
export interface CodeDiff {
  left: string;
  /** The ids of the two runs. */
  right: string;
  lines: CodeLine[];
  /** How many lines were left out because there were too many. */
  cut: number;
}

/** One line of a code diff on the left and on the right; null if a side has no such line. */
export interface CodeLine {
  kind: "same" | "added" | "removed" | "changed";
  left: readonly [number, string] | null;
  right: readonly [number, string] | null;
}

/** A field of many runs, to be drawn along an axis. */
export interface Column {
  /** The field as it was requested. */
  field: string;
  /** Its name in a filter; null if a filter cannot name it. */
  filter: string | null;
  label: string;
  kind: "number" | "category" | "time";
  /** Numbers, or indices into categories. */
  values: (number | null)[];
  categories: string[];
  /** Each category as a literal in a filter; null if a filter cannot compare with it. */
  quoted: (string | null)[];
  /** Whether the values span several powers of ten. */
  log: boolean;
  /** Whether all values are whole numbers. */
  whole: boolean;
}

/** Runs side by side. */
export interface Comparison {
  runs: RunHead[];
  sections: Section[];
  /** One for each run after the first. */
  code: CodeDiff[];
  /** Whether each run's code is known. */
  coded: boolean[];
}

/** A run's curve without its points, which are in CurvesDocument.packed. */
export interface CurveEntry {
  id: string;
  name: string;
  status: string;
  count: number;
  lost: number;
  /** How many buckets are packed. */
  size: number;
  /** Whether each bucket is one point; least and greatest values are then not packed. */
  exact: boolean;
  last: readonly [number, number | null] | null;
}

/** A metric's curves in many runs. */
export interface CurvesDocument {
  metric: string;
  x: CurveX;
  spacing: Spacing;
  within: Range | null;
  direction: Direction;
  /** The offset to add to each packed x. */
  origin: number;
  runs: CurveEntry[];
  /** Base64 of little-endian float32: for each run x, means, then (unless exact) least and greatest values. */
  packed: string;
}

/** Some fields of many runs: parallel coordinates (an axis each), or scatter (x, y, and colour). */
export interface FieldsDocument {
  runs: RunHead[];
  columns: Column[];
  /** How many runs were left out because there were too many. */
  left_out: number;
}

/** The runs that have equal values in the grouping fields. */
export interface Group {
  label: string;
  key: Value[];
  runs: string[];
  spreads: Spread[];
  /** A filter that finds them; null if none can be written. */
  filter: string | null;
}

/** The mean of a group's curves with a band; NaN is null. */
export interface GroupCurve {
  label: string;
  runs: string[];
  x: number[];
  mean: (number | null)[];
  std: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  count: number[];
}

/** A metric's curves, as the mean of each group. */
export interface GroupCurvesDocument {
  metric: string;
  x: CurveX;
  by: string[];
  direction: Direction;
  groups: GroupCurve[];
}

/** Runs grouped by fields, with the spread of each metric. */
export interface GroupsDocument {
  by: string[];
  metrics: string[];
  directions: Direction[];
  groups: Group[];
  /** How many groups were left out because there were too many. */
  left_out: number;
}

/** The importance of a param for a metric. */
export interface Importance {
  param: string;
  /** The drop of the forest's R2 on unseen runs when the param's values are shuffled. */
  importance: number | null;
  spread: number | null;
  /** Its share of the total importance, from 0 to 1. */
  share: number | null;
  /** Spearman's correlation, from -1 to 1; null for text. */
  correlation: number | null;
  count: number;
}

/** The importance of params for a metric. */
export interface ImportanceDocument {
  metric: string;
  /** How many have the metric. */
  runs: number;
  /** How many of them it is computed from. */
  looked_at: number;
  /** False for a first answer, which a later one without most makes exact. */
  final: boolean;
  /** The forest's R2 on unseen runs. */
  score: number | null;
  params: Importance[];
  constant: string[];
  cautions: string[];
}

/** A picture: pixels as base64, or the text of an SVG; a table, or a text; or the reason why there is none. */
export interface Picture {
  kind: "image" | "svg" | "table" | "text" | "none";
  type: string;
  data: string;
  columns: string[];
  /** The first rows of a table. */
  rows: string[][];
  why: string;
}

/** The artifact of one name in each run; null where a run has none. */
export interface PicturesDocument {
  name: string;
  runs: RunHead[];
  pictures: (Picture | null)[];
}

/** A name, and its value in each run. */
export interface Row {
  name: string;
  kind: "value" | "time" | "duration";
  cells: Value[];
  differs: boolean;
  /** The positions of the runs with the best value; empty if none is better than another. */
  best: number[];
  direction: Direction;
}

/** The name and the id of a run. */
export interface RunHead {
  id: string;
  name: string;
  status: string;
}

/** A part of the comparison, such as the params. */
export interface Section {
  name: string;
  rows: Row[];
}

/** What a run changed: what differs from another of its cell, which comes first in each row and line. */
export interface SinceDocument {
  /** Whether the runs are of one cell; else they are of one experiment. */
  cell: boolean;
  before: RunHead | null;
  /** The runs before and after it. */
  after: RunHead | null;
  /** The best of the others, by this metric. */
  best: RunHead | null;
  metric: string | null;
  /** The run that it is compared with. */
  other: RunHead | null;
  /** Rows of two cells, only of what differs. */
  sections: Section[];
  /** null where the code is the same, or not known. */
  code: CodeDiff | null;
}

/** Statistics of a metric's values in a group. */
export interface Spread {
  mean: number | null;
  std: number | null;
  min: number | null;
  max: number | null;
  count: number;
}

/** What each document is asked for with, and what it is. The panel adds the runs. */
export interface DocumentRequests {
  side_by_side: {
    payload: Record<string, never>;
    answer: Comparison;
  };
  artifacts: {
    payload: Record<string, never>;
    answer: ArtifactsDocument;
  };
  pictures: {
    payload: {
      name: string;
    };
    answer: PicturesDocument;
  };
  curves: {
    payload: {
      metric: string;
      points?: number;
      x?: CurveX;
      within?: Range | null;
      spacing?: Spacing;
    };
    answer: CurvesDocument;
  };
  grouped: {
    payload: {
      by: readonly string[] | null;
      metrics: readonly string[];
    };
    answer: GroupsDocument;
  };
  grouped_curves: {
    payload: {
      by: readonly string[];
      metric: string;
      points?: number;
      x?: CurveX;
    };
    answer: GroupCurvesDocument;
  };
  parallel: {
    payload: {
      fields: readonly string[];
    };
    answer: FieldsDocument;
  };
  scatter: {
    payload: {
      x: string;
      y: string;
      colour?: string | null;
    };
    answer: FieldsDocument;
  };
  box: {
    payload: {
      field: string;
      by?: string | null;
    };
    answer: BoxDocument;
  };
  importance: {
    payload: {
      metric: string;
      params?: readonly string[] | null;
      most?: number | null;
    };
    answer: ImportanceDocument;
  };
}

/** Ask the kernel. Rejects with an Error that says what was wrong. */
export type Ask = <Kind extends keyof DocumentRequests>(
  kind: Kind,
  payload: DocumentRequests[Kind]["payload"],
) => Promise<DocumentRequests[Kind]["answer"]>;

/** The statuses of runs whose values are never marked as the best. */
export const UNSTARRED: ReadonlySet<string> = new Set(["CRASHED", "FAILED", "RUNNING"]);
