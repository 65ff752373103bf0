import assert from "node:assert/strict";
import { it } from "node:test";
import type { FieldUse } from "../src/panel/messages.ts";
import {
  chartMetric,
  curveMetric,
  fieldNotes,
  fieldsOf,
  varied,
  withHistory,
} from "../src/panel/views/fields.ts";

const use = (name: string, more: Partial<FieldUse> = {}): FieldUse => ({
  name,
  count: 10,
  values: 5,
  number: true,
  points: 1,
  better: null,
  ...more,
});

const IRIS = {
  runs: 10,
  fields: [
    use("experiment", { values: 1, number: false }),
    use("params.criterion", { values: 2, number: false }),
    use("params.depth"),
    use("params.max_iter", { values: 1 }),
    use("params.rare", { count: 2 }),
    use("params.path", { values: 40, number: false }),
    use("params.seed"),
    use("metrics.time_s", { values: 2 }),
    use("metrics.accuracy", { values: 2, better: "up" }),
    use("metrics.loss", { count: 0, values: 0, better: "down" }),
  ],
};

it("what is drawn at first is what the runs have, and what differs", () => {
  const found = fieldsOf(IRIS, ["name", "metrics.loss", "params.seed", "params.depth"]);
  assert.deepEqual(varied(found), ["params.depth", "params.criterion", "params.seed"]);
  assert.equal(chartMetric(found), "accuracy");
  assert.equal(curveMetric(found), "accuracy");
  assert.deepEqual(withHistory(found), []);
  assert.deepEqual(found.metrics, ["time_s", "accuracy", "loss"], "that which no run has comes last");
  assert.equal(fieldNotes(found)("metrics.loss").apart, "Only other runs have");
  assert.equal(fieldNotes(found)("params.max_iter").note, "all the same");
  assert.equal(fieldNotes(found)("params.rare").note, "2 of 10 runs");
});

it("curves are first of a metric with a history, in most of the runs", () => {
  const fields = [
    ...IRIS.fields,
    use("metrics.few", { count: 2, points: 90 }),
    use("metrics.val_loss", { points: 20 }),
  ];
  const found = fieldsOf({ runs: 10, fields }, []);
  assert.equal(curveMetric(found), "val_loss");
  assert.deepEqual(withHistory(found), ["few", "val_loss"]);
});

it("runs without a metric are said to have none", () => {
  const fields = IRIS.fields.filter(({ name }) => name !== "metrics.accuracy" && name !== "metrics.time_s");
  assert.throws(() => chartMetric(fieldsOf({ runs: 10, fields }, [])), /None of these runs/u);
});
