import assert from "node:assert/strict";
import { it } from "node:test";
import { shownPredictions } from "../src/serve/form.ts";
import { fullAddress } from "../src/serve/status.ts";
import { shownTime } from "../src/ui/text.ts";

it("times are short", () => {
  assert.deepEqual([0.04, 4.23, 42, 420.4, 4200].map(shownTime), [
    "0.04 ms",
    "4.2 ms",
    "42 ms",
    "420 ms",
    "4.20 s",
  ]);
});

it("one prediction stands alone, and its exact value beside it", () => {
  assert.deepEqual(shownPredictions([5.637_123_456]), {
    text: "5.63712",
    exact: "5.637123456",
    single: true,
  });
  assert.deepEqual(shownPredictions([[1_234_567]]), { text: "1234567", exact: "1234567", single: true });
  assert.equal(shownPredictions(["white"]).text, "white");
  assert.equal(shownPredictions([null]).text, "null");
});

it("many are JSON", () => {
  const { text, single } = shownPredictions([{ label: "white", score: 0.5 }]);
  assert.deepEqual([JSON.parse(text), single], [{ label: "white", score: 0.5 }, false]);
  assert.equal(shownPredictions([]).text, "[]");
});

it("a path is of the page's own host", () => {
  const page = "https://hub.example.org/user/ada/lab/tree/wine.ipynb?reset";
  assert.equal(fullAddress("/user/ada/proxy/5001/", page), "https://hub.example.org/user/ada/proxy/5001/");
  assert.equal(fullAddress("http://127.0.0.1:5001", page), "http://127.0.0.1:5001");
});
