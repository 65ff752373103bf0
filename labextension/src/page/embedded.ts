import type {
  Comparison,
  CurvesDocument,
  FieldsDocument,
  SinceDocument,
  Value,
} from "../kernel/documents.ts";
import { isNothing, isNumber, numberOf } from "../kernel/values.ts";
import type { Memory, Names, Rows, Scale } from "../panel/messages.ts";
import type { Preview, Traits as RunTraits } from "../runpage/messages.ts";
import type { PanelRequests, PanelResults, Query, RunPageRequests } from "../wire.ts";
import { ofRuns, parallelOf } from "./subset.ts";

type About = PanelResults["document"];

/** The answers in a report. */
export interface Embedded {
  query: Query;
  /** All rows of the table with all columns. */
  table: Rows;
  names: Names;
  scales: Scale[];
  differing: string[];
  /** By the name of the document that they are for. */
  fields: Record<string, PanelResults["fields"]>;
  /** By what `keyOf` makes of a request. */
  documents: Record<string, About>;
  runs: Record<string, RunTraits>;
  /** By run and what it is compared with. */
  since: Record<string, SinceDocument>;
  /** By run and name. */
  previews: Record<string, Preview>;
}

/** A request as the page makes it. */
type Asked = { kind: string } & Record<string, unknown>;

const NO_MEMORY: Memory = { history: [], saved: [], kept: false };

/** What a report has no answer for. */
export class ReportError extends Error {}

/** Return the answer to a request, of what is in the report. */
export function answer(report: Embedded, asked: Asked): unknown {
  const part = ANSWERS[asked.kind];
  if (part === undefined) {
    throw new ReportError("A report only shows: this needs the store that it was made of.");
  }
  return part(report, asked as never);
}

const ANSWERS: Record<string, (report: Embedded, asked: never) => unknown> = {
  window,
  tree: window,
  ids: (report, asked: PanelRequests["ids"]) => {
    const ids = ordered(report, asked);
    return { total: ids.length, ids: ids.slice(asked.offset, asked.offset + asked.limit) };
  },
  among: (report, asked: PanelRequests["among"]) => {
    const wanted = new Set(asked.ids);
    return { ids: ordered(report, asked).filter((id) => wanted.has(id)) };
  },
  names: ({ names }) => names,
  memory: () => NO_MEMORY,
  arrangements: () => ({ arrangements: [], kept: false }),
  changes: ({ table }) => ({ clock: table.clock }),
  telling: ({ table }) => ({ columns: Object.keys(table.columns) }),
  complete: (_, { caret }: PanelRequests["complete"]) => ({ start: caret, end: caret, options: [] }),
  scale: ({ scales }, { columns }: PanelRequests["scale"]) => ({
    scales: columns.map(
      (column) =>
        scales.find((one) => one.column === column) ?? { column, low: null, high: null, best: null },
    ),
  }),
  differing: (report, { columns }: PanelRequests["differing"]) => ({
    columns: columns.filter((column) => report.differing.includes(column)),
  }),
  fields: ({ fields }, asked: PanelRequests["fields"]) => found(fields[asked.document]),
  document,
  run: ({ runs }, { run }: PanelRequests["run"]) => found(runs[run]),
  since: ({ since }, { of, against }: RunPageRequests["since"] & { of: string }) =>
    found(since[`${of} ${against}`]),
  preview: ({ previews }, { of, name }: RunPageRequests["preview"] & { of: string }) =>
    found(previews[`${of} ${name}`]),
  script: ({ runs }, { of }: { of: string }) => {
    const script = runs[of]?.page.code?.script;
    return { script: found(script?.left === 0 ? script.text : undefined) };
  },
};

function found<Found>(part: Found | undefined): Found {
  if (part === undefined) {
    throw new ReportError("The report does not have this: it was left out to keep the file small.");
  }
  return part;
}

function window(report: Embedded, asked: PanelRequests["window"]): Rows {
  const { table } = report;
  const ids = ordered(report, asked);
  const shown = ids.slice(asked.offset, asked.offset + asked.limit);
  const place = new Map(table.ids.map((id, at) => [id, at]));
  const columns: Rows["columns"] = {};
  for (const name of asked.columns) {
    const values = table.columns[name];
    columns[name] = shown.map((id) => values?.[place.get(id) ?? -1] ?? null);
  }
  const tree = "unfolded" in asked ? { depths: shown.map(() => 0), children: shown.map(() => 0) } : undefined;
  return { ...table, total: ids.length, offset: asked.offset, ids: shown, columns, ...tree };
}

/** Return the runs in the order that is asked for, those first that are to be. */
function ordered(report: Embedded, { filter, experiments, deleted, order_by, ...more }: Query): string[] {
  const { query, table } = report;
  if (
    filter !== query.filter ||
    deleted !== query.deleted ||
    JSON.stringify(experiments) !== JSON.stringify(query.experiments)
  ) {
    throw new ReportError("A report has only the runs that it was made of; make another one of those runs.");
  }
  const same = order_by.join() === query.order_by.join();
  const ids = same ? table.ids : sorted(table, order_by);
  const first = "first" in more ? (more.first as string[]).filter((id) => ids.includes(id)) : [];
  return first.length === 0 ? ids : [...first, ...ids.filter((id) => !first.includes(id))];
}

/** Runs without a value come last, whichever way the others are ordered. */
function sorted({ ids, columns, heads }: Rows, orderBy: readonly string[]): string[] {
  const terms = orderBy.map((term) => {
    const [, written = term, way = ""] = /^(.*?)(?:\s+(asc|desc))?$/iu.exec(term.trim()) ?? [];
    const field = written.trim();
    const column = Object.keys(columns).find((name) => name === field || heads[name]?.field === field);
    return {
      values: found(column === undefined ? undefined : columns[column]),
      sign: /desc/iu.test(way) ? -1 : 1,
    };
  });
  const places = ids.map((_, at) => at);
  places.sort((one, two) => {
    for (const { values, sign } of terms) {
      const by = compared(values[one] ?? null, values[two] ?? null, sign);
      if (by !== 0) {
        return by;
      }
    }
    return one - two;
  });
  return places.map((at) => ids[at] ?? "");
}

function compared(one: Value, two: Value, sign: number): number {
  const [none, other] = [isNothing(one), isNothing(two)];
  if (none || other) {
    return Number(none) - Number(other);
  }
  if (isNumber(one) && isNumber(two)) {
    return sign * (numberOf(one) - numberOf(two) || 0);
  }
  return sign * String(one).localeCompare(String(two), "en");
}

function document({ documents }: Embedded, { document: name, asked, ids }: PanelRequests["document"]): About {
  const all = documents[keyOf(name, asked as Record<string, unknown>)];
  if (name === "parallel" || name === "scatter") {
    const wanted = asked as { fields?: string[]; x?: string; y?: string; colour?: string | null };
    const fields =
      wanted.fields ?? [wanted.x, wanted.y, wanted.colour].filter((field) => typeof field === "string");
    const whole = found(documents["parallel"]);
    return ofIds(whole, ids, (runs) =>
      parallelOf(whole.document as FieldsDocument, fields as string[], runs),
    );
  }
  const whole = found(all);
  if (ids.length === 0) {
    return whole;
  }
  if (name === "side_by_side" || name === "curves") {
    return ofIds(whole, ids, (runs) => ofRuns(whole.document as Comparison | CurvesDocument, runs));
  }
  throw new ReportError("A report has this for all of its runs together; choose none in the table.");
}

function ofIds(whole: About, ids: readonly string[], make: (ids: readonly string[] | null) => object): About {
  if (ids.length === 0) {
    return { ...whole, document: make(null) };
  }
  return { document: make(ids), shown: ids.length, total: ids.length };
}

/** What tells documents of one name apart: how finely they are drawn, and which part, does not. */
const TELLING: Record<string, readonly string[]> = {
  curves: ["metric", "x"],
  grouped_curves: ["metric", "x", "by"],
  grouped: ["by"],
  box: ["field", "by"],
  importance: ["metric"],
  pictures: ["name"],
};

/** Return the key of a document, as `nbtrack/widgets/panel/report.py` has it. */
export function keyOf(name: string, asked: Record<string, unknown>): string {
  const told = (TELLING[name] ?? []).map((part) => JSON.stringify(asked[part] ?? null));
  return [name, ...told].join(" ");
}
