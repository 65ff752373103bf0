// Written by labextension/wire.py from nbtrack/widgets/wire.py: change that, and run `make wire`.

import type { CurvesDocument, SinceDocument } from "./kernel/documents.ts";
import type { Json } from "./kernel/replies.ts";
import type { Arrangements, FieldUse, Memory, Names, Option, Rows, Scale, TagUse } from "./panel/messages.ts";
import type { Piece, Preview, Traits as RunTraits } from "./runpage/messages.ts";

/** What needs nothing more to be said, or has no result. */
export type Nothing = Record<string, never>;

/** Which runs are looked at, in which order. */
export interface Query {
  filter: string;
  order_by: string[];
  experiments: string[] | null;
  deleted: boolean;
}

/** What there is to choose from, in order, and what is chosen at first. Metrics have no prefix, params have one. */
export interface Defaults {
  metrics: string[];
  params: string[];
  groups: string[];
  histories: string[];
  metric: string | null;
  curve: string | null;
  varied: string[];
  repeated: string | null;
}

/** What each kind of request carries beside its id. */
export interface FrontRequests {
  /** A part of the front end, for a page whose server does not have it. */
  bundle: { name: "panel" | "runpage" | "serve" | "views"; build: string };
}

/** What each kind of request is answered with. */
export interface FrontResults {
  bundle: { script: string; style: string };
}

/** What each kind of request carries beside its id. */
export interface PanelRequests {
  /** Those of the runs first that the query finds stand before all others. */
  window: Query & { offset: number; limit: number; columns: string[]; first: string[] };
  /** As a window, with the children of the unfolded runs below them, and no others. */
  tree: Query & { offset: number; limit: number; columns: string[]; first: string[]; unfolded: string[] };
  /** The ids of the runs that a query finds. */
  ids: Query & { offset: number; limit: number; first: string[] };
  /** Those of the runs that the query finds. */
  among: Query & { ids: string[] };
  /** The least and the greatest value of the first of the columns, as many as can be found soon. */
  scale: Query & { columns: string[] };
  /** Those of the columns in which the runs differ. */
  differing: Query & { columns: string[] };
  /** The names of all columns and experiments. */
  names: Nothing;
  /** The columns that tell most. */
  telling: Query;
  /** The tags that runs have. */
  tags: { ids: string[] };
  /** Set a tag, or take it away where the value is null. Answered with the runs that changed, and what they had. */
  tag: { ids: string[]; name: string; value: string | null };
  /** Rename a run. */
  rename: { ids: string[]; name: string };
  /** The fields of the chosen runs, or else of those that a document would be about, and the charts' defaults. */
  fields: Query & { ids: string[]; document: string; columns: string[] };
  /** What may stand at this place of a filter. */
  complete: { text: string; caret: number };
  /** Delete runs, or restore them. */
  delete: { ids: string[] };
  /** Delete runs, or restore them. */
  restore: { ids: string[] };
  /** The runs as a text; Parquet, which is none, as base64. A report is a file of HTML. */
  export: Query & {
    columns: string[];
    ids: string[];
    format: "csv" | "parquet" | "markdown" | "latex" | "report";
  };
  /** Put the runs into the notebook as a DataFrame. Answered with its name there. */
  frame: Query & { columns: string[]; ids: string[] };
  /** The filters that were used and saved. */
  memory: Nothing;
  /** Note that a filter was used. */
  remember: { filter: string };
  /** Save a filter under a name. */
  save: { name: string; filter: string };
  /** Take a saved filter away. */
  forget: { name: string };
  /** The arrangements of charts that were saved, the last one first. */
  arrangements: Nothing;
  /** Save an arrangement of charts under a name. Without charts the name is let go of. */
  arrange: { name: string; charts: object[] };
  /** What a view is drawn from, and of how many runs; asked is what nbtrack.compare takes besides them. */
  document: Query & { ids: string[]; document: string; asked: object };
  /** A number that moves with every change of the store. */
  changes: Nothing;
  /** All that a run's page shows; what the page asks for then are the kinds of RUN_PAGE. */
  run: { run: string };
  /** Say that the view is closed; there is no answer. */
  bye: Nothing;
}

/** What each kind of request is answered with. */
export interface PanelResults {
  window: Rows;
  tree: Rows;
  ids: { total: number; ids: string[] };
  among: { ids: string[] };
  scale: { scales: Scale[] };
  differing: { columns: string[] };
  names: Names;
  telling: { columns: string[] };
  tags: { runs: number; tags: TagUse[] };
  tag: { count: number; before: { value: string | null; ids: string[] }[] };
  rename: { before: string };
  fields: { runs: number; fields: FieldUse[]; defaults: Defaults };
  complete: { start: number; end: number; options: Option[] };
  delete: { count: number };
  restore: { count: number };
  export: { text: string; count: number };
  frame: { name: string; count: number };
  memory: Memory;
  remember: Memory;
  save: Memory;
  forget: Memory;
  arrangements: Arrangements;
  arrange: Arrangements;
  document: { document: unknown; shown: number; total: number };
  changes: { clock: number };
  run: RunTraits;
  bye: never;
}

/** What each kind of request carries beside its id. */
export interface RunPageRequests {
  /** Change what a person says of the run. */
  edit: { of: string; changes: { name?: string; note?: string; tags?: Record<string, string | null> } };
  /** What is in an artifact. */
  preview: { of: string; name: string };
  /** Where an artifact lies. */
  path: { of: string; name: string };
  /** A piece of an artifact, from this byte on; no name stands for all artifacts as a ZIP file. stamp is that of the piece before, and empty for the first. */
  download: { of: string; name: string; offset: number; stamp: string };
  /** A metric's curve; asked is what nbtrack.compare.curves takes besides the runs. */
  curve: { of: string; asked: object };
  /** What the run changed since the one before of its cell, against the best of them, or against the run of an id. */
  since: { of: string; against: string };
  /** Make a model, given by its folder among the artifacts, a new version of the name. */
  register: { of: string; model: string; name: string };
  /** Have an alias stand for a version of a registered model. */
  set_alias: { of: string; name: string; version: number; alias: string };
  /** Take an alias of a registered model away. */
  delete_alias: { of: string; name: string; alias: string };
  /** Show another run of the same store. */
  open: { of: string; run: string };
  /** Serve a model, given by its folder among the artifacts, or serve it no longer. */
  serve: { of: string; model: string };
  /** Serve a model, given by its folder among the artifacts, or serve it no longer. */
  stop: { of: string; model: string };
  /** Delete the run, restore it, or look at it anew. */
  delete: { of: string };
  /** Delete the run, restore it, or look at it anew. */
  restore: { of: string };
  /** Delete the run, restore it, or look at it anew. */
  refresh: { of: string };
  /** The code as a whole. */
  script: { of: string };
  /** Make a project of the run, in a folder beside the store's. */
  package: { of: string; folder: string };
  /** A file's name and its text: params and metrics as JSON. */
  export: { of: string };
  /** The names of tags and of registered models that may be given. */
  names: { of: string };
}

/** What each kind of request is answered with. */
export interface RunPageResults {
  edit: Nothing;
  preview: Preview;
  path: { path: string };
  download: Piece;
  curve: CurvesDocument;
  since: SinceDocument;
  register: { name: string; version: number };
  set_alias: Nothing;
  delete_alias: Nothing;
  open: Nothing;
  serve: Nothing;
  stop: Nothing;
  delete: Nothing;
  restore: Nothing;
  refresh: Nothing;
  script: { script: string };
  package: { folder: string; files: string[]; command: string; left_out: string[] };
  export: { filename: string; text: string };
  names: { tags: string[]; models: string[] };
}

/** What each kind of request carries beside its id. */
export interface ServeRequests {
  /** Predict one row. */
  predict: { row: object; params: object };
  /** Start the server, or stop it. */
  start: Nothing;
  /** Start the server, or stop it. */
  stop: Nothing;
}

/** What each kind of request is answered with. */
export interface ServeResults {
  predict: { predictions: Json; ms: number };
  start: Nothing;
  stop: Nothing;
}

/** The views of the panel in their order, each with the title of its tab. */
export const VIEWS = {
  table: "Runs",
  compare: "Compare",
  curves: "Curves",
  charts: "Charts",
  workspace: "Workspace",
  groups: "Groups",
  run: "Run",
} as const;

/** The kinds that change nothing: the Jupyter server answers them too. */
export const PANEL_READS: ReadonlySet<string> = new Set<keyof PanelRequests>([
  "window",
  "tree",
  "ids",
  "among",
  "scale",
  "differing",
  "names",
  "telling",
  "tags",
  "fields",
  "complete",
  "export",
  "memory",
  "arrangements",
  "document",
  "changes",
  "run",
]);

/** The kinds that change nothing: the Jupyter server answers them too. */
export const RUNPAGE_READS: ReadonlySet<string> = new Set<keyof RunPageRequests>([
  "preview",
  "path",
  "download",
  "curve",
  "since",
  "script",
  "export",
  "names",
]);

/** The type of each part of each kind, for tests. */
export const PARTS: Record<string, Record<string, Record<string, string>>> = {
  front: {
    bundle: { name: '"panel" | "runpage" | "serve" | "views"', build: "string" },
  },
  panel: {
    window: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      offset: "number",
      limit: "number",
      columns: "string[]",
      first: "string[]",
    },
    tree: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      offset: "number",
      limit: "number",
      columns: "string[]",
      first: "string[]",
      unfolded: "string[]",
    },
    ids: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      offset: "number",
      limit: "number",
      first: "string[]",
    },
    among: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      ids: "string[]",
    },
    scale: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      columns: "string[]",
    },
    differing: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      columns: "string[]",
    },
    names: {},
    telling: { filter: "string", order_by: "string[]", experiments: "string[] | null", deleted: "boolean" },
    tags: { ids: "string[]" },
    tag: { ids: "string[]", name: "string", value: "string | null" },
    rename: { ids: "string[]", name: "string" },
    fields: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      ids: "string[]",
      document: "string",
      columns: "string[]",
    },
    complete: { text: "string", caret: "number" },
    delete: { ids: "string[]" },
    restore: { ids: "string[]" },
    export: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      columns: "string[]",
      ids: "string[]",
      format: '"csv" | "parquet" | "markdown" | "latex" | "report"',
    },
    frame: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      columns: "string[]",
      ids: "string[]",
    },
    memory: {},
    remember: { filter: "string" },
    save: { name: "string", filter: "string" },
    forget: { name: "string" },
    arrangements: {},
    arrange: { name: "string", charts: "object[]" },
    document: {
      filter: "string",
      order_by: "string[]",
      experiments: "string[] | null",
      deleted: "boolean",
      ids: "string[]",
      document: "string",
      asked: "object",
    },
    changes: {},
    run: { run: "string" },
    bye: {},
  },
  runpage: {
    edit: {
      of: "string",
      changes: "{ name?: string; note?: string; tags?: Record<string, string | null> }",
    },
    preview: { of: "string", name: "string" },
    path: { of: "string", name: "string" },
    download: { of: "string", name: "string", offset: "number", stamp: "string" },
    curve: { of: "string", asked: "object" },
    since: { of: "string", against: "string" },
    register: { of: "string", model: "string", name: "string" },
    set_alias: { of: "string", name: "string", version: "number", alias: "string" },
    delete_alias: { of: "string", name: "string", alias: "string" },
    open: { of: "string", run: "string" },
    serve: { of: "string", model: "string" },
    stop: { of: "string", model: "string" },
    delete: { of: "string" },
    restore: { of: "string" },
    refresh: { of: "string" },
    script: { of: "string" },
    package: { of: "string", folder: "string" },
    export: { of: "string" },
    names: { of: "string" },
  },
  serve: {
    predict: { row: "object", params: "object" },
    start: {},
    stop: {},
  },
};
