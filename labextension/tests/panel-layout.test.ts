import assert from "node:assert/strict";
import { it } from "node:test";
import { CHECK_WIDTH, Layout } from "../src/panel/layout.ts";
import type { Head } from "../src/panel/messages.ts";
import { Selection } from "../src/panel/selection.ts";
import { shareOf, strengthOf } from "../src/panel/table/row.ts";
import { click, drawn, PanelKernel, panelExamples, press, shownPanel } from "./panel-kernel.ts";
import { pause } from "./pause.ts";

const FIRST = panelExamples.state._first;
const COLUMNS = ["name", "status", "metrics.rmse"];
const HEADS: Record<string, Head> = {};

function layoutOf(kernel: PanelKernel): Layout {
  return new Layout(kernel, new AbortController().signal);
}

it("a layout lasts in the kernel, and every view has it", () => {
  const kernel = new PanelKernel();
  const [one, other] = [layoutOf(kernel), layoutOf(kernel)];
  let heard = 0;
  other.onChanged = () => {
    heard += 1;
  };
  assert.deepEqual(one.pinned(COLUMNS), ["name"]);
  one.resize("status", 333.4);
  assert.equal(other.width("status", undefined) === 333, false, "while it is drawn wider it is one view's");
  one.keep();
  one.pin("metrics.rmse", true, COLUMNS);
  one.shadeAll("heat");
  one.shade("metrics.rmse", "none");
  assert.equal(heard, 4);
  assert.equal(other.width("status", undefined), 333);
  assert.deepEqual(other.pinned(COLUMNS), ["name", "metrics.rmse"]);
  assert.deepEqual(
    COLUMNS.map((name) => other.shading(name)),
    ["heat", "heat", "none"],
  );
  assert.deepEqual(kernel.traits._layout, {
    widths: { status: 333 },
    pinned: ["name", "metrics.rmse"],
    shading: { "*": "heat", "metrics.rmse": "none" },
  });
  other.shadeAll("bars");
  assert.equal(one.shading("metrics.rmse"), "bars", "the last one wins");
  other.pin("name", false, COLUMNS);
  other.pin("metrics.rmse", false, COLUMNS);
  assert.deepEqual([...one.lefts(COLUMNS, HEADS)], []);
});

it("pinned columns stand side by side", () => {
  const layout = layoutOf(
    new PanelKernel({ _layout: { widths: { name: 100 }, pinned: ["status", "name"] } }),
  );
  assert.deepEqual(
    [...layout.lefts(COLUMNS, HEADS)],
    [
      ["name", CHECK_WIDTH],
      ["status", CHECK_WIDTH + 100],
    ],
  );
});

it("a saved layout may be anything", () => {
  for (const told of [null, [], 7, "x", { widths: [1], pinned: "name", shading: null }] as never[]) {
    const layout = layoutOf(new PanelKernel({ _layout: told }));
    assert.deepEqual(layout.pinned(COLUMNS), ["name"]);
    assert.equal(layout.shading("name"), "bars");
  }
  const odd = JSON.parse(
    '{"widths":{"__proto__":9e9,"name":"wide"},"shading":{"__proto__":"heat","name":"<b>"}}',
  );
  const layout = layoutOf(new PanelKernel({ _layout: odd }));
  assert.equal(layout.width("__proto__", undefined), 900);
  assert.equal(layout.shading("name"), "bars");
  assert.equal(({} as Record<string, unknown>)["name"], undefined);
});

it("the better a number the stronger its shade, by powers of ten where it spans several", () => {
  const scale = { column: "metrics.rmse", low: 1, high: 5, best: 1 };
  assert.deepEqual(
    [1, 2, 5].map((value) => strengthOf(value, scale, "down")),
    [1, 0.75, 0],
  );
  assert.deepEqual(
    [1, 2, 5, 9, -1].map((value) => strengthOf(value, scale, "up")),
    [0, 0.25, 1, 1, 0],
  );
  assert.equal(strengthOf(5, scale, null), 1);
  const wide = { ...scale, low: 0.0001, high: 1 };
  assert.equal(strengthOf(0.01, wide, null), 0.5);
  assert.equal(shareOf(2, scale), 0.4, "a bar begins at zero, where that is near");
  for (const nothing of [["nan"], null, undefined, "auto", true] as const) {
    assert.equal(strengthOf(nothing as never, scale, null), null);
  }
  assert.equal(strengthOf(1, { ...scale, high: 1 }, null), null, "all are alike");
});

it("numbers are shaded as chosen for all columns, or for one", async () => {
  const kernel = new PanelKernel();
  const { find, place } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  await pause(150);
  await kernel.answer("scale", {
    scales: [{ column: "metrics.rmse", low: 0.123_456_789, high: 0.5, best: 0.123_456_789 }],
  });
  assert.equal(place.querySelectorAll(".nbtrack-panel-heat").length, 0);
  kernel.change({ _layout: { shading: { "*": "heat" } } });
  await drawn();
  const heat = () => [...place.querySelectorAll<HTMLElement>(".nbtrack-panel-heat")];
  assert.deepEqual(
    heat().map((cell) => cell.style.getPropertyValue("--nbtrack-part")),
    ["1", "0"],
  );
  assert.equal(find(".nbtrack-panel-best").title, "0.123456789 (best)");
  assert.equal(find(".nbtrack-panel-best").getAttribute("aria-label"), "0.12346 (best)");
  press(find('[data-column="metrics.rmse"]'), "ArrowDown");
  const items = [...place.querySelectorAll<HTMLElement>('[aria-label="Shading"] [role=menuitemradio]')];
  assert.deepEqual(
    items.map((item) => [item.textContent, item.getAttribute("aria-checked")]),
    [
      ["Bars", "false"],
      ["Heat shading", "true"],
      ["No shading", "false"],
    ],
  );
  items[2]?.click();
  await drawn();
  assert.equal(heat().length, 0);
  press(find('[data-column="name"]'), "ArrowDown");
  assert.doesNotMatch(find("[role=menu]").textContent ?? "", /Heat/u, "a name has no shade");
});

it("of more runs than can be chosen at once is said how many are", async () => {
  const kernel = new PanelKernel();
  const { find } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", { ...FIRST, total: 100_000 });
  press(find("[role=grid]"), "a", { ctrlKey: true });
  assert.equal(kernel.last("ids")["limit"], 20_000);
  const ids = Array.from({ length: 20_000 }, (_, place) => String(place));
  await kernel.answer("ids", { total: 100_000, ids });
  const status = find(".nbtrack-panel-actions [role=status]");
  assert.equal(status.textContent, "20,000 of 100,000 runs chosen: more cannot be chosen at once");
  click(find(".nbtrack-panel-row [role=gridcell]"));
  assert.equal(status.textContent, "1 run chosen");
});

it("those next to the anchor are chosen where not all can be", async () => {
  const kernel = new PanelKernel();
  const { find } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", { ...FIRST, total: 100_000 });
  press(find("[role=grid]"), "End");
  press(find("[role=grid]"), "Home", { shiftKey: true });
  assert.deepEqual([kernel.last("ids")["offset"], kernel.last("ids")["limit"]], [80_000, 20_000]);
  const selection = new Selection();
  const ids = Array.from({ length: 15_000 }, (_, place) => `a${place}`);
  selection.range(ids, 15_000, false);
  assert.equal(selection.wanted, 0);
  selection.range(
    ids.map((id) => `b${id}`),
    40_000,
    true,
  );
  assert.deepEqual([selection.ids.size, selection.wanted], [20_000, 30_000]);
});

it("what is shown is handed to the notebook, and the panel says its name", async () => {
  const kernel = new PanelKernel({ _chosen: FIRST.ids.slice(0, 2) });
  const { button, find } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  button("Export").click();
  button("DataFrame in the notebook").click();
  const asked = kernel.last("frame");
  assert.deepEqual([asked["columns"], asked["ids"]], [panelExamples.state.columns, FIRST.ids.slice(0, 2)]);
  await kernel.answer("frame", { name: "runs_df_2", count: 2 });
  assert.equal(find(".nbtrack-panel-note").textContent, "2 runs are now in runs_df_2.");
  button("Export").click();
  button("Download as Parquet").click();
  await kernel.refuse("export", {
    message: "Parquet needs pyarrow: python -m pip install it",
  });
  assert.match(find(".nbtrack-panel-note").textContent ?? "", /pip install/u);
});
