/** The documents that the kernel sends to the views, as `nbtrack/compare/documents.py` has them. */

export type Direction = "down" | "up" | null;
/** The x axis of curves: steps, time, or another metric. */
export type CurveX = "step" | "relative" | "time" | `metrics.${string}`;
export type Spacing = "even" | "log";
export type Range = readonly [number, number];

export interface RunHead {
  id: string;
  name: string;
  status: string;
}

export interface Cell {
  kind: "number" | "text" | "bool" | "none" | "time" | "duration";
  text: string;
}

export interface Row {
  name: string;
  cells: (Cell | null)[];
  differs: boolean;
  best: number[];
  direction: Direction;
}

export interface Section {
  name: string;
  rows: Row[];
}

export interface CodeLine {
  kind: "same" | "added" | "removed" | "changed";
  left: [number, string] | null;
  right: [number, string] | null;
}

export interface CodeDiff {
  left: string;
  right: string;
  lines: CodeLine[];
  cut: number;
}

export interface Comparison {
  runs: RunHead[];
  sections: Section[];
  code: CodeDiff[];
  coded: boolean[];
}

export interface ArtifactRow {
  name: string;
  /** The size in bytes in each run, or null where the run does not have it. */
  sizes: (number | null)[];
  picture: boolean;
}

export interface ArtifactsDocument {
  runs: RunHead[];
  rows: ArtifactRow[];
  left_out: number;
  faults: string[];
}

export interface Picture {
  kind: "image" | "svg" | "none";
  type: string;
  /** The base64 of a bitmap, or the text of an SVG. */
  data: string;
  why: string;
}

export interface PicturesDocument {
  name: string;
  runs: RunHead[];
  pictures: (Picture | null)[];
}

interface CurveEntry extends RunHead {
  count: number;
  lost: number;
  size: number;
  exact: boolean;
  last: [number, number | null] | null;
}

export interface CurvesDocument {
  metric: string;
  x: CurveX;
  spacing: Spacing;
  within: [number, number] | null;
  direction: Direction;
  origin: number;
  runs: CurveEntry[];
  packed: string;
}

export interface Spread {
  mean: number | null;
  std: number | null;
  min: number | null;
  max: number | null;
  count: number;
}

export interface Group {
  label: string;
  key: (Cell | null)[];
  runs: string[];
  spreads: Spread[];
  filter: string | null;
}

export interface GroupsDocument {
  by: string[];
  metrics: string[];
  directions: Direction[];
  groups: Group[];
  left_out: number;
}

interface GroupCurve {
  label: string;
  runs: string[];
  x: number[];
  mean: (number | null)[];
  std: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  count: number[];
}

export interface GroupCurvesDocument {
  metric: string;
  x: CurveX;
  by: string[];
  direction: Direction;
  groups: GroupCurve[];
}

export interface Column {
  field: string;
  filter: string | null;
  label: string;
  kind: "number" | "category" | "time";
  values: (number | null)[];
  categories: string[];
  quoted: (string | null)[];
  log: boolean;
  whole: boolean;
}

export interface FieldsDocument {
  runs: RunHead[];
  columns: Column[];
  left_out: number;
}

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
  outliers: number[];
}

export interface BoxDocument {
  field: string;
  by: string | null;
  names: Record<string, string>;
  boxes: Box[];
  cautions: string[];
}

export interface Importance {
  param: string;
  importance: number | null;
  spread: number | null;
  share: number | null;
  correlation: number | null;
  count: number;
}

export interface ImportanceDocument {
  metric: string;
  runs: number;
  score: number | null;
  params: Importance[];
  constant: string[];
  cautions: string[];
}

interface CurvesPayload {
  metric: string;
  x: CurveX;
  points: number;
  within: Range | null;
  spacing: Spacing;
}

/** The requests of a view, by the name of the Python function. The panel adds the runs. */
export interface DocumentRequests {
  artifacts: { payload: Record<string, never>; answer: ArtifactsDocument };
  pictures: { payload: { name: string }; answer: PicturesDocument };
  curves: { payload: CurvesPayload; answer: CurvesDocument };
  grouped_curves: {
    payload: { metric: string; x: CurveX; points: number; by: string[] };
    answer: GroupCurvesDocument;
  };
  grouped: { payload: { by: string[] | null; metrics: string[] }; answer: GroupsDocument };
  parallel: { payload: { fields: string[] }; answer: FieldsDocument };
  scatter: { payload: { x: string; y: string; colour: string | null }; answer: FieldsDocument };
  box: { payload: { field: string; by: string | null }; answer: BoxDocument };
  importance: { payload: { metric: string }; answer: ImportanceDocument };
}

/** Ask the kernel. Rejects with an Error that says what was wrong. */
export type Ask = <Kind extends keyof DocumentRequests>(
  kind: Kind,
  payload: DocumentRequests[Kind]["payload"],
) => Promise<DocumentRequests[Kind]["answer"]>;

/** The statuses of runs whose values are never marked as the best, as `UNSTARRED` in `nbtrack/records.py`. */
export const UNSTARRED: ReadonlySet<string> = new Set(["CRASHED", "FAILED", "RUNNING"]);
