import assert from "node:assert/strict";
import { it } from "node:test";
import { rangeOf, withRange } from "../src/panel/filter/scope.ts";
import { HiddenRuns } from "../src/panel/selection.ts";
import { withoutHidden } from "../src/panel/views/charts.ts";
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

it("a run is opened by its name, a double click or Enter, and a second click is none of its own", async () => {
  const kernel = new PanelKernel();
  const { find, rows } = shownPanel(kernel);
  await drawn();
  const name = rows()[1]?.querySelector("button") as Element;
  assert.equal(name.textContent, "two");
  click(name);
  const shown = () => [kernel.traits.view, kernel.traits._opened, kernel.traits._chosen];
  assert.deepEqual(shown(), ["run", B, []], "to open a run is not to choose it");
  kernel.change({ view: "table" });
  const cell = rows()[2]?.children[1] as Element;
  click(cell);
  click(cell, { detail: 2 });
  assert.deepEqual(shown(), ["table", "", [C]], "who chooses wants the page of that");
  fire(cell, "dblclick");
  assert.deepEqual(shown(), ["run", C, [C]]);
  kernel.change({ view: "table" });
  const grid = find("[role=grid]");
  press(grid, "Home");
  press(grid, "Enter");
  assert.deepEqual(shown(), ["run", A, [C]]);
  kernel.change({ view: "table" });
  click(rows()[1]?.querySelector("button") as Element, { ctrlKey: true });
  assert.deepEqual(shown(), ["table", "", [C, B]], "Ctrl chooses");
});

it("chosen runs have a dot, and those that the table does not have are told", async () => {
  const away = "f".repeat(32);
  const kernel = new PanelKernel({ _chosen: [A, away] });
  const { find, place, button } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  await pause(200);
  const told = () => find(".nbtrack-panel-actions [role=status]").textContent;
  assert.equal(told(), "2 runs chosen, 1 of them not in this table");
  assert.equal(place.querySelectorAll(".nbtrack-panel-dot").length, 1);
  button("Keep only those shown").click();
  assert.deepEqual(kernel.traits._chosen, [A]);
  kernel.change({ _chosen: [away] });
  kernel.tell("msg:custom", { kind: "changed", clock: 4, views: {} });
  await kernel.answer("window", { ...FIRST, clock: 4, total: 900 });
  await pause(200);
  assert.deepEqual(kernel.last("among")["ids"], [away], "the kernel knows of those that are not here");
  await kernel.answer("among", { ids: [] });
  assert.equal(told(), "1 run chosen, not in this table");
});

it("chosen runs are tagged and renamed, and that is undone", async () => {
  const kernel = new PanelKernel({ _chosen: [A, B] });
  const { find, button, place } = shownPanel(kernel);
  await drawn();
  knowViews(kernel.traits._build, { show, drawKeys, drawTagging });
  button("Tag").click();
  await drawn();
  await kernel.answer("names", { columns: ["name", "tags.team", "tags.nbtrack.folds"], experiments: [] });
  await kernel.answer("tags", { runs: 2, tags: [{ name: "<b>team", count: 1, value: "red" }] });
  assert.equal(find(".nbtrack-panel-entry").textContent, "<b>team red 1 of 2✕");
  assert.equal(place.querySelectorAll("datalist option").length, 1, "nbtrack's own are not offered");
  button("<b>team red 1 of 2").click();
  find<HTMLInputElement>("[aria-label=Value]").value = "blue";
  fire(find("form.nbtrack-panel-tagging"), "submit");
  const { ids, name, value } = kernel.last("tag");
  assert.deepEqual([ids, name, value], [[A, B], "<b>team", "blue"]);
  await kernel.answer("tag", {
    count: 2,
    before: [
      { value: "red", ids: [A] },
      { value: null, ids: [B] },
    ],
  });
  assert.equal(find(".nbtrack-panel-note").textContent, "2 runs tagged <b>team. Undo");
  button("Undo").click();
  const undone = kernel.sent.filter(({ kind }) => kind === "tag").slice(1);
  assert.deepEqual(
    undone.map((one) => [one["ids"], one["value"]]),
    [
      [[A], "red"],
      [[B], null],
    ],
  );
  assert.equal(place.querySelector(".nbtrack-panel-renaming"), null, "two runs have two names");
  const other = new PanelKernel({ _chosen: [A], _read_only: true });
  const shown = shownPanel(other);
  assert.ok(shown.find(".nbtrack-panel-actions .nbtrack-panel-anchor").hidden);
});

it("a tree has children below their parent where that is unfolded, by mouse and keyboard", async () => {
  const kernel = new PanelKernel();
  const { find, button, rows, place } = shownPanel(kernel);
  const nest = () => {
    [...place.querySelectorAll("button")].find((one) => one.textContent?.startsWith("Show"))?.click();
    button("Nested").click();
  };
  await drawn();
  await kernel.answer("window", FIRST);
  nest();
  assert.deepEqual(kernel.last("tree")["unfolded"], []);
  const part = (from: object) => ({ ...FIRST, depths: [0, 0, 0], children: [2, 0, 0], ...from });
  await kernel.answer("tree", part({ total: 1, ids: [A], depths: [0], children: [2] }));
  assert.equal(find(".nbtrack-panel-total").textContent, "1 row");
  assert.equal(rows()[0]?.getAttribute("aria-expanded"), "false");
  click(find("button.nbtrack-panel-fold"));
  assert.deepEqual(kernel.last("tree")["unfolded"], [A]);
  await kernel.answer("tree", part({ depths: [0, 1, 1] }));
  assert.deepEqual(
    rows().map((row) => [row.getAttribute("aria-level"), row.getAttribute("aria-expanded")]),
    [
      ["1", "true"],
      ["2", null],
      ["2", null],
    ],
  );
  assert.deepEqual(kernel.traits._chosen, [], "that is no choice");
  press(find("[role=treegrid]"), "ArrowLeft");
  assert.deepEqual(kernel.last("tree")["unfolded"], []);
  nest();
  await kernel.answer("tree", part({ total: 1, ids: [A] }));
  await kernel.answer("window", FIRST);
  assert.equal(place.querySelector(".nbtrack-panel-fold"), null);
  assert.equal(rows()[0]?.hasAttribute("aria-level"), false);
});

it("a time range is written into a filter, and the same taken out of it", () => {
  const day = "start_time >= now() - 1d";
  for (const [filter, written] of [
    ["", day],
    ["a = 1 or b = ')('", `(a = 1 or b = ')(') AND ${day}`],
    ["a = 1 order by b limit 5", `a = 1 AND ${day} order by b limit 5`],
    ["order by b", `${day} order by b`],
    ["limit 5", `${day} limit 5`],
    ["(a = 1) and (b = 'or')", `(a = 1) and (b = 'or') AND ${day}`],
    ["a = 1 || b = 2 limit 5", `(a = 1 || b = 2) AND ${day} limit 5`],
  ] as const) {
    assert.equal(withRange(filter, "1d"), written);
    assert.equal(rangeOf(written), "1d");
    assert.equal(withRange(written, "30d"), written.replace("1d", "30d"));
    assert.equal(withRange(written, null).trim(), filter);
  }
  const own = `${day} or a = 1`;
  assert.equal(rangeOf(own), null, "another condition of a person's own stays");
  assert.equal(withRange(own, "7d"), `(${own}) AND start_time >= now() - 7d`);
});

it("the columns that tell most are shown again", async () => {
  const kernel = new PanelKernel();
  const { button } = shownPanel(kernel);
  await drawn();
  button("Columns").click();
  await kernel.answer("names", { columns: ["name"], experiments: [] });
  button("Reset").click();
  await kernel.answer("telling", { columns: ["name", "params.alpha"] });
  assert.deepEqual(kernel.traits.columns, ["name", "params.alpha"]);
});

it("a word that is no condition becomes one by a click", async () => {
  const kernel = new PanelKernel();
  const { find, button } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  const box = find<HTMLInputElement>(".nbtrack-panel-filter input");
  type(box, "ridge");
  const suggestion = "name ILIKE '%ridge%'";
  await kernel.refuse("window", { message: "'ridge' is no condition", start: 0, end: 5, suggestion });
  button(suggestion).click();
  assert.equal(kernel.last("window")["filter"], suggestion);
});

it("runs are pinned above all others by mouse, key and for many, and another view hears of it", async () => {
  const kernel = new PanelKernel();
  const { find, button, rows, place } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  assert.deepEqual(kernel.last("window")["first"], []);
  const pins = () => [...place.querySelectorAll<HTMLElement>(".nbtrack-panel-pin")];
  const pressed = () => pins().map((pin) => pin.getAttribute("aria-pressed") === "true");
  click(pins()[2] as Element);
  assert.deepEqual([kernel.traits._layout, kernel.traits._chosen], [{ runs: [C] }, []], "that is no choice");
  assert.deepEqual(kernel.last("window")["first"], [C]);
  const order = [2, 0, 1];
  const names = FIRST.columns["name"] as string[];
  const columns = { ...FIRST.columns, name: order.map((at) => names[at]) };
  const asked = kernel.last("window").id;
  await kernel.answer("window", { ...FIRST, ids: order.map((at) => FIRST.ids[at]), columns });
  assert.deepEqual(pressed(), [true, false, false]);
  assert.equal(rows()[0]?.querySelector(".nbtrack-panel-name")?.textContent, "three");
  const late = { asked: "v-0", ...FIRST };
  kernel.tell("msg:custom", { kind: "changed", clock: 4, views: { [asked.split("-")[0] ?? ""]: late } });
  await drawn();
  assert.deepEqual(pressed(), [true, false, false], "what was asked for before is not shown");
  const grid = find("[role=grid]");
  press(grid, "Home");
  press(grid, "p");
  assert.deepEqual(kernel.traits._layout, {});
  kernel.change({ _chosen: [A, B] });
  await drawn();
  button("Pin").click();
  assert.deepEqual(kernel.traits._layout, { runs: [A, B] });
  button("Unpin").click();
  assert.deepEqual(kernel.traits._layout, {});
  kernel.change({ _layout: { runs: [B, 7] } });
  await kernel.answer("window", FIRST);
  await kernel.answer("window", FIRST);
  assert.deepEqual(kernel.last("window")["first"], [B]);
  assert.deepEqual(pressed(), [false, true, false]);
});

it("a chosen run is taken out of the charts by its dot or a key, and stays chosen", async () => {
  const kernel = new PanelKernel({ _chosen: [A, B] });
  const { find, place } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  const shown = () =>
    [...place.querySelectorAll(".nbtrack-panel-dot")].map((dot) => dot.getAttribute("aria-pressed"));
  click(place.querySelector(".nbtrack-panel-dot") as Element);
  await drawn();
  assert.deepEqual(
    [shown(), kernel.traits._chosen],
    [
      ["false", "true"],
      [A, B],
    ],
  );
  const grid = find("[role=grid]");
  press(grid, "ArrowDown");
  press(grid, "h");
  press(grid, "ArrowDown");
  press(grid, "h");
  await drawn();
  assert.deepEqual(shown(), ["false", "false"], "the third is not chosen");
  press(grid, "ArrowUp");
  press(grid, "h", { ctrlKey: true });
  press(grid, "h");
  await drawn();
  assert.deepEqual(shown(), ["false", "true"]);
});

it("what is hidden in one chart is hidden in the others, and no group is", () => {
  const hidden = new HiddenRuns();
  let told = 0;
  hidden.onChanged(() => {
    told += 1;
  });
  hidden.toggle("other");
  hidden.setHidden(["a", "b"], new Set(["b"]));
  hidden.setHidden(["a", "b"], new Set(["b"]));
  assert.deepEqual([[...hidden.ids], told], [["other", "b"], 2]);
  const column = {
    field: "x",
    filter: null,
    label: "x",
    kind: "number",
    categories: [],
    quoted: [],
  } as const;
  const head = { name: "", status: "" };
  const document = {
    runs: ["a", "b", "c"].map((id) => ({ id, ...head })),
    columns: [{ ...column, categories: [], quoted: [], values: [1, 2, null], log: false, whole: true }],
    left_out: 0,
  };
  const seen = withoutHidden(document, hidden.ids);
  assert.deepEqual(
    [seen.runs.map(({ id }) => id), seen.columns[0]?.values],
    [
      ["a", "c"],
      [1, null],
    ],
  );
  assert.equal(withoutHidden(document, new Set()), document);
});
