// biome-ignore-all lint/security/noSecrets: keys of documents look like secrets
import assert from "node:assert/strict";
import { it } from "node:test";
import type { Comparison, CurvesDocument, FieldsDocument, SinceDocument } from "../src/kernel/documents.ts";
import { answer, type Embedded, keyOf } from "../src/page/embedded.ts";
import type { Rows } from "../src/panel/messages.ts";

const [A, B, C] = ["a", "b", "c"].map((one) => one.repeat(32)) as [string, string, string];
const RUNS = [A, B, C].map((id) => ({ id, name: id.slice(0, 1), status: "FINISHED" }));
const QUERY = { filter: "", order_by: [], experiments: null, deleted: false };

const COMPARED: Comparison = {
  runs: RUNS,
  sections: [
    {
      name: "Params",
      rows: [{ name: "alpha", kind: "value", cells: [1, 1, 2], differs: true, best: [2], direction: null }],
    },
  ],
  code: [
    { left: A, right: B, lines: [], cut: 0 },
    { left: A, right: C, lines: [], cut: 0 },
  ],
  coded: [true, true, true],
};

function packed(...values: number[]): string {
  return btoa(String.fromCharCode(...new Uint8Array(new Float32Array(values).buffer)));
}

const entry = (id: string, size: number, exact: boolean) => ({
  ...{ id, name: id, status: "FINISHED", count: size, lost: 0, size, exact },
  last: null,
});
const CURVES = {
  metric: "loss",
  x: "step",
  runs: [entry(A, 1, true), entry(B, 1, false), entry(C, 1, true)],
  packed: packed(0, 1, 0, 2, 3, 4, 0, 5),
} as unknown as CurvesDocument;

const fieldOf = (field: string) => ({ field, values: [1, 2, 3] }) as unknown as FieldsDocument["columns"][0];
const about = (document: object) => ({ document, shown: 3, total: 3 });

const REPORT: Embedded = {
  query: QUERY,
  table: {
    clock: 7,
    total: 3,
    offset: 0,
    ids: [A, B, C],
    columns: {
      name: ["a", "b", "c"],
      "metrics.rmse": [0.5, null, 0.25],
      "params.n": [["12345678901234567890"], 2, 1],
    },
    heads: { "metrics.rmse": { field: "metrics.rmse" } },
    remark: null,
  } as unknown as Rows,
  names: { columns: [], experiments: [], read_only: true },
  scales: [{ column: "metrics.rmse", low: 0.25, high: 0.5, best: 0.25 }],
  differing: ["metrics.rmse"],
  fields: {},
  documents: {
    side_by_side: about(COMPARED),
    'curves "loss" "step"': about(CURVES),
    parallel: about({ runs: RUNS, columns: [fieldOf("params.n"), fieldOf("metrics.rmse")], left_out: 0 }),
    "grouped null": about({ groups: [] }),
  },
  runs: {},
  since: { [`${A} before`]: { cell: true } as SinceDocument },
  previews: {},
};

const rows = (more: object) =>
  answer(REPORT, {
    kind: "window",
    ...QUERY,
    offset: 0,
    limit: 10,
    columns: ["name"],
    first: [],
    ...more,
  }) as Rows;
const documentOf = (name: string, asked: object, ids: string[] = []) =>
  answer(REPORT, { kind: "document", ...QUERY, document: name, asked, ids }) as {
    document: never;
    shown: number;
  };

it("the rows of a report are ordered and cut in the page", () => {
  assert.deepEqual(rows({}).columns["name"], ["a", "b", "c"]);
  assert.deepEqual(rows({ order_by: ["metrics.rmse"] }).columns["name"], ["c", "a", "b"]);
  assert.deepEqual(
    rows({ order_by: ["metrics.rmse DESC"] }).columns["name"],
    ["a", "c", "b"],
    "none comes last",
  );
  assert.deepEqual(rows({ order_by: ["params.n"], offset: 1, limit: 1 }).ids, [B]);
  assert.deepEqual(rows({ first: [C] }).ids, [C, A, B]);
  assert.deepEqual(rows({ columns: ["params.other"] }).columns["params.other"], [null, null, null]);
  assert.throws(() => rows({ filter: "metrics.rmse < 1" }), /only the runs that it was made of/u);
  assert.throws(() => answer(REPORT, { kind: "delete", ids: [A] }), /only shows/u);
});

it("documents are found however finely they are asked for, and of some of the runs", () => {
  const asked = { metric: "loss", x: "step", points: 400, within: null, spacing: "even" };
  assert.equal(keyOf("curves", asked), 'curves "loss" "step"');
  const { runs, packed: points } = documentOf("curves", asked, [B, C]).document as CurvesDocument;
  assert.deepEqual(
    runs.map(({ id }) => id),
    [B, C],
  );
  assert.equal(points, packed(0, 2, 3, 4, 0, 5));
  const compared = documentOf("side_by_side", {}, [A, B]);
  assert.equal(compared.shown, 2);
  const [section] = (compared.document as Comparison).sections;
  assert.deepEqual(section?.rows[0]?.cells, [1, 1]);
  assert.equal(section?.rows[0]?.differs, false);
  assert.equal((compared.document as Comparison).code.length, 1);
  const scatter = documentOf("scatter", { x: "metrics.rmse", y: "params.n", colour: null }, [C]);
  const fields = scatter.document as FieldsDocument;
  assert.deepEqual(
    fields.columns.map(({ field, values }) => [field, values]),
    [
      ["metrics.rmse", [3]],
      ["params.n", [3]],
    ],
  );
  assert.throws(() => documentOf("parallel", { fields: ["params.gone"] }), /not have all of these fields/u);
  assert.throws(() => documentOf("grouped", { by: null, metrics: [] }, [A]), /all of its runs together/u);
  assert.throws(() => documentOf("importance", { metric: "rmse" }), /left out/u);
});
