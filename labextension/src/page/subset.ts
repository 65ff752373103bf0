import type { Comparison, CurvesDocument, FieldsDocument } from "../kernel/documents.ts";

/** Return what a document has of some of its runs, in its own order. */
export function ofRuns(document: Comparison | CurvesDocument, ids: readonly string[] | null): object {
  if (ids === null) {
    return document;
  }
  return "packed" in document ? curvesOf(document, ids) : comparisonOf(document, ids);
}

function comparisonOf(document: Comparison, ids: readonly string[]): Comparison {
  const places = placesOf(document.runs, ids);
  const first = document.runs[places[0] ?? 0]?.id;
  return {
    runs: places.flatMap((at) => document.runs[at] ?? []),
    sections: document.sections.map(({ name, rows }) => ({
      name,
      rows: rows.map((row) => {
        const cells = places.map((at) => row.cells[at] ?? null);
        const best = row.best.map((at) => places.indexOf(at)).filter((at) => at >= 0);
        const differs =
          row.differs && cells.some((cell) => JSON.stringify(cell) !== JSON.stringify(cells[0]));
        return { ...row, cells, best, differs };
      }),
    })),
    // Lines are known beside those of the report's first run alone.
    code: document.code.filter(({ left, right }) => left === first && ids.includes(right)),
    coded: places.map((at) => document.coded[at] ?? false),
  };
}

const FLOAT_BYTES = 4;

function curvesOf(document: CurvesDocument, ids: readonly string[]): CurvesDocument {
  const bytes = atob(document.packed);
  const kept: string[] = [];
  let at = 0;
  const runs = document.runs.filter(({ id, size, exact }) => {
    const length = size * (exact ? 2 : 4) * FLOAT_BYTES;
    const wanted = ids.includes(id);
    if (wanted) {
      kept.push(bytes.slice(at, at + length));
    }
    at += length;
    return wanted;
  });
  return { ...document, runs, packed: btoa(kept.join("")) };
}

/** Return these fields of a document that has all, of some runs or of all. */
export function parallelOf(
  document: FieldsDocument,
  fields: readonly string[],
  ids: readonly string[] | null,
): FieldsDocument {
  const places = ids === null ? null : placesOf(document.runs, ids);
  const columns = fields.flatMap((field) => document.columns.find((one) => one.field === field) ?? []);
  if (columns.length < fields.length) {
    throw new Error("The report does not have all of these fields.");
  }
  return places === null
    ? { ...document, columns }
    : {
        ...document,
        runs: places.flatMap((at) => document.runs[at] ?? []),
        columns: columns.map((one) => ({ ...one, values: places.map((at) => one.values[at] ?? null) })),
      };
}

function placesOf(runs: readonly { id: string }[], ids: readonly string[]): number[] {
  return runs.flatMap(({ id }, at) => (ids.includes(id) ? [at] : []));
}
