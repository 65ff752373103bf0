import assert from "node:assert/strict";
import { it } from "node:test";
import type { Value } from "../src/kernel/documents.ts";
import type { Head } from "../src/panel/messages.ts";
import { Figures } from "../src/panel/table/figures.ts";
import { shownCell } from "../src/panel/text.ts";

const HEAD: Head = { kind: "metrics", label: "a", summary: "last", field: "metrics.a", better: null };

/** Return how a column writes these numbers, and how many pixels it needs where a digit has ten. */
function written(...values: Value[]): string[] {
  const figures = new Figures();
  figures.digit = 10;
  figures.take({ columns: { a: values }, heads: { a: HEAD } }, true);
  const texts = values.map((value) => shownCell(value, HEAD, 0, (one) => figures.text("a", one)).text);
  const widest = Math.max(...texts.map((text) => text.length));
  assert.ok(figures.width("a") >= widest * 10, `${texts} do not fit into ${figures.width("a")}`);
  return texts;
}

it("the numbers of a column have as many decimals, so that their points stand below each other", () => {
  assert.deepEqual(written(0.123_456_789, 0.5, 12.3456), ["0.123", "0.500", "12.346"]);
  assert.deepEqual(written(0.000_912_34, 0.812_345_678), ["0.000912", "0.812346"]);
  assert.deepEqual(written(0.1, 0.01, 0.0001), ["0.1000", "0.0100", "0.0001"]);
  assert.deepEqual(written(0.25, 1, 0), ["0.25", "1.00", "0.00"]);
  assert.deepEqual(written(-0.5, 0.25), ["-0.50", "0.25"]);
});

it("whole numbers stay whole, and no digit of a large one becomes a zero", () => {
  assert.deepEqual(written(1, 64, 100_000), ["1", "64", "100000"]);
  assert.deepEqual(written(123_456_789.123, 245_232_087.5), ["123456789", "245232088"]);
  assert.deepEqual(written(1234.5678, 0.1234), ["1234.568", "0.123"]);
});

it("what a reader would have to count zeros in has an exponent, and all of a column where most have", () => {
  assert.deepEqual(written(1.0886e-5, 1.5489e-12, 4.2e-9), ["1.089e-05", "1.549e-12", "4.200e-09"]);
  assert.deepEqual(written(0.5, 0.25, 2.2e-16), ["0.50", "0.25", "2.20e-16"], "noise has one of its own");
  assert.deepEqual(written(3e300, 1e-300), ["3.000e+300", "1.000e-300"]);
  assert.deepEqual(written(0.5, 0.75, ["nan"], ["-inf"], null), ["0.50", "0.75", "nan", "-inf", ""]);
  assert.deepEqual(written(1, ["1234567890".repeat(3)]), ["1", "1.235e+29"]);
  assert.deepEqual(
    written(12_345_678.9, 0.000_012_34),
    ["12345678.90", "1.23e-05"],
    "no number is shown as zero",
  );
});

it("a column becomes no narrower while rows come, and begins anew with another query", () => {
  const figures = new Figures();
  const rows = (...values: number[]) => ({ columns: { a: values }, heads: { a: HEAD } });
  assert.equal(figures.take(rows(0.5), true), true);
  assert.equal(figures.take(rows(0.25), false), true, "0.50 from now on");
  assert.equal(figures.take(rows(0.75), false), false);
  assert.equal(figures.text("a", 0.5), "0.50");
  figures.take(rows(2), true);
  assert.equal(figures.text("a", 2), "2");
  assert.equal(figures.text("b", 0.5), "0.5", "of a column that is not known");
});

it("an id is short in the table, and whole in the tooltip", () => {
  const id = `0f3c9a41${"b2".repeat(12)}`;
  const head: Head = { kind: "attributes", label: "run_id", summary: null, field: "run_id", better: null };
  assert.deepEqual(shownCell(id, head, 0), { text: "0f3c9a41", exact: id, number: false });
});
