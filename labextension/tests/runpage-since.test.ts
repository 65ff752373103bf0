import assert from "node:assert/strict";
import { it } from "node:test";
import type { Row, SinceDocument } from "../src/kernel/documents.ts";
import { Kernel, shown } from "./runpage.ts";

const OTHER = { id: "b".repeat(32), name: "ridge-1", status: "FINISHED" };
const NEXT = { id: "c".repeat(32), name: "ridge-3", status: "FINISHED" };
const BEST = { id: "d".repeat(32), name: "lasso", status: "FINISHED" };

function row(
  name: string,
  was: Row["cells"][0],
  is: Row["cells"][0],
  direction: Row["direction"] = null,
): Row {
  return { name, kind: "value", cells: [was ?? null, is ?? null], differs: true, best: [], direction };
}

const SINCE: SinceDocument = {
  cell: true,
  before: OTHER,
  after: NEXT,
  best: BEST,
  metric: "rmse",
  other: OTHER,
  sections: [
    { name: "Params", rows: [row("alpha", 0.5, 0.1), row("solver", null, "lbfgs")] },
    {
      name: "Metrics",
      rows: [row("note", 1, 2), row("rmse", 0.82, 0.79, "down"), row("r2", 0.6, 0.5, "up")],
    },
    { name: "Data", rows: [row("wine", "DataFrame 3 x 2 f00dbabe1234", "DataFrame 3 x 2 1234f00dbabe")] },
    { name: "Environment", rows: [row("packages.numpy", "2.0", "2.1")] },
  ],
  code: {
    left: OTHER.id,
    right: "a".repeat(32),
    cut: 0,
    lines: [
      { kind: "same", left: [1, "import numpy"], right: [1, "import numpy"] },
      { kind: "same", left: [2, ""], right: [2, ""] },
      { kind: "changed", left: [3, "alpha = 0.5"], right: [3, "alpha = 0.1"] },
      { kind: "added", left: null, right: [4, "solver = 'lbfgs'"] },
      { kind: "same", left: [4, "fit()"], right: [5, "fit()"] },
    ],
  },
};

async function page(since: Partial<SinceDocument> = {}) {
  const kernel = new Kernel();
  kernel.since = { ...SINCE, ...since };
  const found = shown(kernel);
  await new Promise((resolve) => setTimeout(resolve));
  return { kernel, ...found, changed: found.section("what changed") };
}

it("a page says what changed since the run before", async () => {
  const { kernel, changed } = await page();
  assert.equal(changed.hidden, false);
  assert.deepEqual(kernel.against, ["before"]);
  const rows = [...changed.querySelectorAll("tr")].map((one) => one.textContent);
  assert.deepEqual(rows, [
    "alpha0.5 → 0.1",
    "solvernot set → lbfgs",
    "rmse0.79▼ 0.03 better from 0.82",
    "r20.5▼ 0.1 worse from 0.6",
    "note2▲ 1 from 1",
    "wineDataFrame 3 x 2 → other content",
    "numpy2.0 → 2.1",
  ]);
  assert.equal(changed.querySelector<HTMLElement>("[data-better=true]")?.textContent, "▼ 0.03 better");
  const lines = [...changed.querySelectorAll(".nbtrack-run-diff")].map((one) => one.textContent);
  assert.deepEqual(lines, ["  ", "− alpha = 0.5", "+ alpha = 0.1", "+ solver = 'lbfgs'", "  fit()"]);
});

it("the runs beside it are opened, and the best is compared with", async () => {
  const { kernel, button } = await page();
  button("The run before of this cell: ridge-1").click();
  button("The run after of this cell: ridge-3").click();
  assert.deepEqual(
    kernel.sent.map((one) => [one.kind, "run" in one && one.run]),
    [
      ["open", OTHER.id],
      ["open", NEXT.id],
    ],
  );
  button("Against the best rmse: lasso").click();
  assert.equal(kernel.against.at(-1), "best");
});

it("a first run has nothing before it, and one that changed nothing says so", async () => {
  const first = await page({ before: null, after: null, best: null, other: null, sections: [], code: null });
  assert.equal(first.changed.hidden, true);
  first.gone.abort();
  const second = await page({ before: null, other: null, sections: [], code: null });
  assert.match(second.changed.textContent ?? "", /the first run of this cell/u);
  assert.equal(second.button("The run before of this cell").disabled, true);
  second.gone.abort();
  const same = await page({ sections: [], code: null });
  assert.match(same.changed.textContent ?? "", /Nothing differs from ridge-1/u);
});

it("what the run is called in the store is text and never HTML", async () => {
  const { changed } = await page({ sections: [{ name: "Params", rows: [row("<b>a</b>", "<i>", "<img>")] }] });
  assert.equal(changed.querySelector("b, i, img"), null);
});
