import assert from "node:assert/strict";
import { it } from "node:test";
import { corrected } from "../src/panel/filter/box.ts";
import { moved } from "../src/panel/layout.ts";
import type { Head, Rows } from "../src/panel/messages.ts";
import { clicked, directionOf, ordered, placeOf } from "../src/panel/query.ts";
import { RowCache } from "../src/panel/rows.ts";
import { canvasHeight, pixelsAbove, scrolledTo, visibleRows } from "../src/panel/table/table.ts";
import { relativeTime, shownCell } from "../src/panel/text.ts";
import { shownDuration } from "../src/ui/text.ts";

const METRIC: Head = {
  kind: "metrics",
  label: "rmse",
  summary: "last",
  field: "metrics.rmse",
  better: "down",
};

function page(offset: number, count: number, total: number): Rows {
  const places = Array.from({ length: count }, (_, at) => offset + at);
  const ids = places.map((place) => `id-${place}`);
  return { clock: 1, total, offset, ids, columns: { name: ids }, heads: {}, remark: null };
}

it("few rows scroll as they are, and very many as far as the last", () => {
  const few = { total: 100, row: 28, view: 280 };
  assert.deepEqual(visibleRows(few, 56), [2, 11]);
  assert.equal(scrolledTo(few, 560), 560);
  const many = { total: 3_000_000, row: 28, view: 280 };
  assert.equal(canvasHeight(many), 15_000_000);
  assert.deepEqual(visibleRows(many, 0), [0, 9]);
  assert.deepEqual(visibleRows(many, 15_000_000 - 280), [2_999_990, 2_999_999]);
  const middle = scrolledTo(many, 28 * 1_500_000);
  assert.ok(Math.abs(pixelsAbove(many, middle) - 28 * 1_500_000) < 1);
  assert.deepEqual(visibleRows({ total: 0, row: 28, view: 280 }, 0), [0, 0]);
});

it("rows that are here are not asked for again, unless the store has changed", () => {
  const cache = new RowCache();
  cache.put(page(0, 50, 1000), true);
  assert.equal(cache.missing(0, 49), null);
  assert.deepEqual(cache.missing(40, 80), [50, 80]);
  assert.equal(cache.value(3, "name"), "id-3");
  assert.equal(cache.value(3, "__proto__"), undefined);
  cache.outdate();
  assert.deepEqual(cache.missing(0, 10), [0, 10]);
  assert.equal(cache.id(3), "id-3", "what is outdated is still shown");
  cache.put(page(0, 11, 30), false);
  assert.equal(cache.missing(0, 10), null);
  assert.equal(cache.has(40), false, "there are fewer rows by now");
  cache.put(page(0, 2, 2), true);
  assert.equal(cache.has(20), false);
  for (let offset = 0; offset < 20_000; offset += 100) {
    cache.put(page(offset, 100, 20_000), false);
  }
  assert.equal(cache.has(19_990), true);
  assert.equal(cache.has(10), false, "not all rows are kept for ever");
});

it("clicks on a head sort, with Shift by several", () => {
  assert.deepEqual(clicked([], "a", false, false), ["a"]);
  assert.deepEqual(clicked(["a"], "a", false, false), ["a DESC"]);
  assert.deepEqual(clicked(["a DESC"], "a", false, false), []);
  assert.deepEqual(clicked([], "r2", true, false), ["r2 DESC"]);
  assert.deepEqual(clicked(["a"], "b", false, true), ["a", "b"]);
  assert.deepEqual(clicked(["a", "b"], "a", false, true), ["a DESC", "b"]);
  assert.deepEqual(clicked(["a", "b DESC"], "b", false, true), ["a"]);
  assert.deepEqual(clicked(["a", "b"], "c", false, false), ["c"]);
  assert.deepEqual(ordered(["a", "b"], "a", null, true), ["b"]);
  assert.equal(directionOf(["metrics.`val loss` desc"], "metrics.`val loss`"), "down");
  assert.equal(placeOf(["a", "b asc"], "b"), 2);
});

it("a column moves to where another one stands", () => {
  assert.deepEqual(moved(["a", "b", "c"], "c", 0), ["c", "a", "b"]);
  assert.deepEqual(moved(["a", "b", "c"], "a", 2), ["b", "a", "c"]);
  assert.deepEqual(moved(["a", "b", "c"], "a", 3), ["b", "c", "a"]);
});

it("numbers have sensible digits, and are exact on hover", () => {
  const numbers = [0.123_456_789, 12, 1e-7, 123_456.789, 2020, 1e20];
  assert.deepEqual(
    numbers.map((number) => shownCell(number, METRIC, 0).text),
    ["0.12346", "12", "1e-7", "123456.8", "2020", "1e+20"],
    "as on the run's page",
  );
  const shown = shownCell(0.123_456_789, METRIC, 0);
  assert.deepEqual(shown, { text: "0.12346", exact: "0.123456789", number: true });
  assert.equal(shownCell(["nan"], METRIC, 0).text, "nan");
  assert.equal(shownCell(["9007199254740993"], METRIC, 0).exact, "9007199254740993");
  assert.equal(shownCell(null, METRIC, 0).text, "");
  assert.match(shownCell("a\nb\u202ec", METRIC, 0).text, /^a b⟨U\+202E⟩c$/u);
});

it("times are told as people tell them", () => {
  const now = 1_795_000_000;
  assert.deepEqual(
    [5, 120, 7200, 3 * 86_400].map((ago) => relativeTime(now - ago, now)),
    ["just now", "2 min ago", "2 h ago", "3 d ago"],
  );
  assert.match(relativeTime(now - 1e8, now), /^\d{4}-\d\d-\d\d$/u);
  assert.deepEqual([0, 0.0123, 83, 7260].map(shownDuration), ["<1 ms", "12 ms", "1 min 23 s", "2 h 1 min"]);
});

it("a suggestion takes the place of what is wrong, characters beyond 16 bits before it or not", () => {
  const wrong = { type: "", message: "", start: 6, end: 12, suggestion: "status" };
  assert.equal(corrected("'😀' = stauts", wrong, "status"), "'😀' = status");
  const plain = { ...wrong, start: 0, end: 6 };
  assert.equal(corrected("stauts = 1", plain, "status"), "status = 1");
});
