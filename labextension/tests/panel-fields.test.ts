import assert from "node:assert/strict";
import { it } from "node:test";
import type { FieldUse } from "../src/panel/messages.ts";
import { fieldNotes, fieldsOf, hasMetric, needed } from "../src/panel/views/fields.ts";
import type { Defaults } from "../src/wire.ts";

const use = (name: string, more: Partial<FieldUse> = {}): FieldUse => ({
  name,
  count: 10,
  values: 5,
  number: true,
  points: 1,
  ...more,
});

const DEFAULTS: Defaults = {
  metrics: ["accuracy", "loss"],
  params: ["params.max_iter", "params.rare"],
  groups: [],
  histories: [],
  metric: "accuracy",
  curve: "accuracy",
  varied: [],
  repeated: null,
};

it("what the kernel has chosen is noted with how many runs have it", () => {
  const found = fieldsOf({
    runs: 10,
    fields: [
      use("params.max_iter", { values: 1 }),
      use("params.rare", { count: 2 }),
      use("metrics.accuracy", { values: 2 }),
      use("metrics.loss", { count: 0, values: 0 }),
    ],
    defaults: DEFAULTS,
  });
  assert.equal(needed(found.metric), "accuracy");
  assert.deepEqual(
    found.metrics.map((name) => hasMetric(found, name)),
    [true, false],
  );
  assert.equal(fieldNotes(found)("metrics.loss").apart, "Only other runs have");
  assert.equal(fieldNotes(found)("params.max_iter").note, "all the same");
  assert.equal(fieldNotes(found)("params.rare").note, "2 of 10 runs");
});

it("runs without a metric are said to have none", () => {
  assert.throws(() => needed(null), /None of these runs/u);
});
