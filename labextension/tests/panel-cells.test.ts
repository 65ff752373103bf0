import assert from "node:assert/strict";
import { it, mock } from "node:test";
import type { Value } from "../src/kernel/documents.ts";
import { cellConditions } from "../src/panel/filter/cell.ts";
import type { Head } from "../src/panel/messages.ts";
import { drawKeys } from "../src/panel/views/keys.ts";
import { show } from "../src/panel/views/show.ts";
import { drawTagging } from "../src/panel/views/tagging.ts";
import {
  click,
  drawn,
  fire,
  knowViews,
  PanelKernel,
  panelExamples,
  press,
  shownPanel,
  type,
} from "./panel-kernel.ts";
import { pause } from "./pause.ts";

const FIRST = panelExamples.state._first;
const [A = "", B = "", C = ""] = FIRST.ids;
const NAMES = ["name", "status", "start_time", "metrics.rmse", "params.alpha", "metrics.r2", "tags.team"];

/** A panel with its rows. */
async function panel(traits = {}) {
  const kernel = new PanelKernel(traits);
  const shown = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  const grid = shown.find("[role=grid]");
  const cell = (row: number, column: string) =>
    shown.rows()[row]?.querySelector<HTMLElement>(`[data-column="${column}"]`) as HTMLElement;
  return { ...shown, kernel, grid, cell };
}

it("a cell's value becomes a condition of the filter language", () => {
  const head = (more: Partial<Head>): Head => ({
    kind: "params",
    label: "a",
    summary: null,
    field: "params.a",
    better: null,
    ...more,
  });
  const first = (value: Value, more: Partial<Head> = {}) => cellConditions(value, head(more))[0];
  assert.equal(first(0.1), "params.a = 0.1");
  assert.equal(first(0.25, { kind: "metrics", field: "metrics.a", better: "down" }), "metrics.a <= 0.25");
  assert.equal(first(0.25, { kind: "metrics", field: "metrics.a", better: "up" }), "metrics.a >= 0.25");
  assert.equal(first(["nan"]), "params.a IS NAN");
  assert.equal(first(["inf"]), "params.a = inf");
  assert.equal(first(null), "params.a IS NULL");
  assert.equal(first([]), "params.a = 'None'");
  assert.equal(first(true), "params.a = true");
  assert.equal(first("adam"), "params.a = 'adam'");
  assert.equal(first("it's"), `params.a = "it's"`);
  assert.equal(first(`it's "so"`), `params.a = 'it' "'" 's "so"'`);
  assert.equal(first("a\\b"), undefined, "no literal can hold it");
  assert.equal(first("a".repeat(500)), undefined, "it may have been cut");
  const time = { kind: "attributes", label: "start_time", field: "start_time" } as const;
  assert.match(first(1_795_000_000, time) ?? "", /^start_time = '2026-11-1\d'$/u);
  assert.deepEqual(cellConditions("adam", head({}))[1], "params.a != 'adam'");
});

it("f and a right click filter by a cell, and the arrows go from cell to cell", async () => {
  const { kernel, grid, cell, find, rows } = await panel();
  const active = () => grid.getAttribute("aria-activedescendant");
  assert.equal(active(), rows()[0]?.id);
  press(grid, "ArrowRight");
  press(grid, "ArrowRight");
  await drawn();
  assert.equal(active(), cell(0, "status").id);
  press(grid, "ArrowDown");
  await drawn();
  assert.equal(active(), cell(1, "status").id);
  assert.ok(cell(1, "status").classList.contains("nbtrack-panel-at"));
  press(grid, "f");
  assert.equal(kernel.last("window")["filter"], "status = 'FAILED'");
  await kernel.answer("window", FIRST);
  fire(cell(0, "metrics.rmse"), "contextmenu");
  const items = [...find("[role=menu]").querySelectorAll("button")].map((one) => one.textContent);
  assert.equal(items[0], "Filter: metrics.rmse <= 0.123456789");
  assert.deepEqual(items.slice(-3), ["Open the run", "Pin to the top", "Choose it too"]);
  click(find("[role=menu] button"));
  await drawn();
  assert.equal(kernel.last("window")["filter"], "status = 'FAILED' AND metrics.rmse <= 0.123456789");
  assert.deepEqual(kernel.traits._chosen, [], "none of this chooses a run");
  for (const _ of [1, 2, 3]) {
    press(grid, "ArrowLeft");
  }
  press(grid, "ArrowLeft");
  await drawn();
  assert.match(active() ?? "", /./u);
});

it("a box before each row chooses it beside the others, and one all of them", async () => {
  const { kernel, rows, find } = await panel();
  const boxes = () =>
    rows().map((row) => row.querySelector(".nbtrack-panel-check input") as HTMLInputElement);
  const compare = find<HTMLButtonElement>(".nbtrack-panel-primary");
  assert.equal(compare.disabled, true);
  click(boxes()[0] as Element);
  click(boxes()[2] as Element);
  assert.deepEqual(kernel.traits._chosen, [A, C]);
  await drawn();
  assert.deepEqual(
    boxes().map((box) => box.checked),
    [true, false, true],
  );
  const all = find<HTMLInputElement>(".nbtrack-panel-heads .nbtrack-panel-check input");
  assert.equal(all.indeterminate, true);
  compare.click();
  assert.equal(kernel.traits.view, "compare");
  all.click();
  assert.deepEqual(kernel.traits._chosen, []);
  all.click();
  await drawn();
  assert.deepEqual([kernel.traits._chosen, all.checked], [[A, B, C], true]);
});

it("how many columns are not shown is said, and a group of them is chosen at once", async () => {
  const { kernel, find, place } = await panel();
  await kernel.answer("names", { columns: NAMES, experiments: [], read_only: false });
  const more = find<HTMLButtonElement>(".nbtrack-panel-morecolumns");
  assert.equal(more.textContent, "+2 columns");
  more.click();
  await kernel.answer("names", { columns: NAMES, experiments: [], read_only: false });
  const choose = (label: string) => find<HTMLButtonElement>(`[aria-label="${label}"]`).click();
  assert.match(find(".nbtrack-panel-list legend").textContent ?? "", /^Metrics 1 of 2 /u);
  choose("Metrics: all");
  assert.deepEqual(kernel.traits.columns, [...NAMES.slice(0, 5), "metrics.r2"]);
  choose("Metrics: none");
  assert.ok(!kernel.traits.columns.some((name) => name.startsWith("metrics.")));
  choose("Run: none");
  assert.deepEqual(kernel.traits.columns, ["params.alpha"]);
  assert.equal(place.querySelectorAll("[aria-label='Tags: all']").length, 0, "of one there is the box");
});

it("a column that no run has steps back", async () => {
  const { kernel, place } = await panel();
  await pause(160);
  const scale = (column: string, empty: boolean) => ({ column, low: null, high: null, best: null, empty });
  const columns = kernel.last("scale")["columns"] as string[];
  await kernel.answer("scale", { scales: columns.map((one) => scale(one, one === "metrics.rmse")) });
  const heads = [...place.querySelectorAll<HTMLElement>(".nbtrack-panel-head")];
  assert.equal(heads.at(-1)?.dataset["column"], "metrics.rmse");
  assert.ok(heads.at(-1)?.classList.contains("nbtrack-panel-empty"));
  assert.equal(kernel.traits.columns.indexOf("metrics.rmse"), 3, "it stays where it is for others");
});

it("what bare names mean is said, and an error waits until typing pauses", async () => {
  const { kernel, find } = await panel();
  const box = find<HTMLInputElement>(".nbtrack-panel-filter input");
  const told = () => find(".nbtrack-panel-told").textContent;
  box.focus();
  type(box, "rmse < 0.7");
  await kernel.answer("window", { ...FIRST, meant: { rmse: "metrics.rmse" } });
  assert.equal(told(), "rmse is metrics.rmse");
  mock.timers.enable({ apis: ["setTimeout"] });
  const refuse = async () => {
    const error = { type: "FilterError", message: "it ends", start: 7, end: 7, suggestion: null };
    kernel.tell("msg:custom", { id: kernel.last("window").id, ok: false, error });
    await new Promise(setImmediate);
  };
  try {
    for (const text of ["rmse < ", "rmse <", "rmse < "]) {
      type(box, text);
      await refuse();
      mock.timers.tick(600);
      assert.equal(told(), "rmse is metrics.rmse", "somebody types");
    }
    mock.timers.tick(200);
    assert.equal(told(), "it ends");
  } finally {
    mock.timers.reset();
  }
});

it("? shows the keys and / goes to the filter, but not where somebody types", async () => {
  const { kernel, grid, find, place } = await panel();
  knowViews(kernel.traits._build, { show, drawKeys, drawTagging });
  press(grid, "/");
  const box = find<HTMLInputElement>(".nbtrack-panel-filter input");
  assert.equal(document.activeElement, box);
  press(box, "?");
  assert.equal(place.querySelector("kbd"), null);
  press(grid, "?");
  await drawn();
  const keys = [...place.querySelectorAll("kbd")].map((one) => one.textContent);
  assert.ok(["Space", "Enter", "F", "?"].every((key) => keys.includes(key)));
});

it("the page of a run that was opened goes through the rows around it", async () => {
  const { kernel, rows, place } = await panel();
  knowViews(kernel.traits._build, { show, drawKeys, drawTagging });
  click(rows()[1]?.querySelector("button") as Element);
  await drawn();
  const pager = () => place.querySelector("nav[aria-label='Chosen runs']")?.textContent;
  assert.match(pager() ?? "", /2 of 3 in the table/u);
  [...place.querySelectorAll("button")].find((one) => one.textContent === "Next")?.click();
  assert.deepEqual([kernel.traits._opened, kernel.traits._chosen], [C, []]);
});
