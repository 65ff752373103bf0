import assert from "node:assert/strict";
import { it } from "node:test";
import { loadBundle, type RunScript } from "../src/kernel/bundles.ts";
import { withCondition } from "../src/panel/query.ts";
import { drawKeys } from "../src/panel/views/keys.ts";
import { drawRun } from "../src/panel/views/run.ts";
import { show } from "../src/panel/views/show.ts";
import { viewTabs } from "../src/panel/views/tabs.ts";
import { drawTagging } from "../src/panel/views/tagging.ts";
import type { Views } from "../src/panel/views/types.ts";
import { bareView, drawn, type PanelKernel, type as typed } from "./panel-kernel.ts";
import { pause } from "./pause.ts";
import { examples } from "./runpage.ts";
import { event, HOSTILE } from "./views.ts";

const [A, B] = ["a".repeat(32), "b".repeat(32)] as const;
/** What a run's page shows. */
const runTraits = (id: string, more: object = {}) => ({
  ...examples.state,
  page: { ...examples.state.page, id, ...more },
});
let builds = 0;

/** A panel of a build that the page does not have. */
function panel(build?: string, traits: object = {}) {
  builds += 1;
  return bareView({ _build: build ?? `build-${builds}`, _first: {}, ...traits });
}

const SCRIPT = { script: "the script", style: ".nbtrack-late { color: red }" };
const asked = (kernel: PanelKernel) => kernel.sent.filter(({ kind }) => kind === "bundle").length;
const load = ({ state: { model, signal } }: ReturnType<typeof panel>) =>
  loadBundle<Views>("views", { channel: model, build: model.get("_build"), signal }, run);
const run: RunScript<Views> = () => Promise.resolve({ show, drawKeys, drawTagging });

it("two panels that ask at the same moment load the views once, another build its own", async () => {
  const [one, two, other] = [panel("same"), panel("same"), panel()];
  const loading = [load(one), load(two)];
  assert.equal(one.kernel.last("bundle")["build"], "same");
  assert.equal(asked(two.kernel), 0);
  await one.kernel.answer("bundle", SCRIPT);
  assert.equal((await loading[0])?.style, SCRIPT.style);
  assert.equal((await loading[1])?.show, show);
  const later = panel("same");
  await load(later);
  assert.equal(asked(later.kernel), 0, "the page has them");
  void load(other).catch(() => undefined);
  assert.equal(asked(other.kernel), 1);
  for (const { gone } of [one, two, other, later]) {
    gone.abort();
  }
});

it("a load that failed, or whose panel went, is tried by the next", async () => {
  const [one, two, three] = [panel("fails"), panel("fails"), panel("fails")];
  const first = assert.rejects(load(one), /no such build/u);
  await one.kernel.refuse("bundle", { message: "no such build" });
  await first;
  const second = assert.rejects(load(two), /has gone/u);
  const third = load(three);
  two.gone.abort();
  await second;
  await drawn();
  assert.equal(asked(three.kernel), 1, "who waited asks for itself");
  await three.kernel.answer("bundle", SCRIPT);
  assert.equal((await third).style, SCRIPT.style);
  one.gone.abort();
  three.gone.abort();
});

it("the views come when the first is looked at, and what failed can be tried again", async () => {
  const { kernel, state, gone } = panel();
  const tabs = viewTabs(state, run);
  const root = document.createElement("div");
  root.append(...tabs.map(({ body }) => body));
  document.body.replaceChildren(root);
  await drawn();
  assert.equal(asked(kernel), 0, "the table needs none of it");
  kernel.change({ view: "compare" });
  assert.match(root.firstElementChild?.textContent ?? "", /^Loading/u);
  await kernel.refuse("bundle", { message: HOSTILE });
  assert.ok(root.textContent?.includes(HOSTILE));
  assert.equal(root.querySelectorAll("button").length, 1, "on the view that is looked at");
  root.querySelector("button")?.click();
  assert.equal(asked(kernel), 2);
  await kernel.answer("bundle", SCRIPT);
  assert.equal(document.head.querySelectorAll("style").length, 1);
  assert.equal(kernel.last("document")["document"], "side_by_side");
  kernel.change({ view: "run" });
  await drawn();
  assert.match(root.lastElementChild?.textContent ?? "", /^Choose a run/u);
  assert.equal(document.head.querySelectorAll("style").length, 1);
  gone.abort();
  assert.equal(kernel.listening, 0);
});

it("a run that waits for a busy kernel says so in place of what stood there", async () => {
  const { kernel, state, gone } = panel(undefined, { view: "run", _chosen: [] });
  const body = document.createElement("div");
  drawRun(state, body, () => undefined);
  const said = () => body.lastElementChild?.textContent;
  assert.match(said() ?? "", /^Choose a run/u);
  const choose = (...ids: string[]) => {
    state.selection.ids = new Set(ids);
    state.selectionChanged();
  };
  choose(A, B);
  assert.equal(said(), "Opening run bbbbbbbb…");
  await pause(1050);
  assert.equal(said(), "Opening run bbbbbbbb: waits for the kernel, which does not answer yet");
  const late = kernel.last("run").id;
  choose(A);
  assert.match(said() ?? "", /^Opening run aaaaaaaa/u);
  await kernel.answer("among", { ids: [A, B] });
  kernel.tell("msg:custom", { id: late, ok: true, result: runTraits(B) });
  kernel.tell("msg:custom", { id: kernel.last("run").id, accepted: true });
  await drawn();
  assert.equal(said(), "Opening run aaaaaaaa…", "what is no longer wanted is not shown");
  await kernel.answer("run", runTraits(A));
  assert.equal(body.querySelector(".nbtrack-run-title")?.textContent, "brave-otter-417");
  choose(B);
  await kernel.refuse("run", { message: HOSTILE });
  assert.equal(said(), HOSTILE);
  choose();
  assert.match(said() ?? "", /^Choose a run/u);
  gone.abort();
});

it("a run's page inside a panel asks the panel's kernel, and follows the store", async () => {
  const { kernel, state, gone } = panel(undefined, { view: "run", _chosen: [A] });
  const body = document.createElement("div");
  drawRun(state, body, () => undefined);
  await kernel.answer("run", runTraits(A));
  const title = () => body.querySelector(".nbtrack-run-title")?.textContent;
  assert.equal(title(), "brave-otter-417");
  kernel.tell("msg:custom", { kind: "changed", clock: 9, views: {} });
  await kernel.answer("run", runTraits(A, { name: { text: "renamed", left: 0 } }));
  assert.equal(title(), "renamed");
  const click = (text: string) =>
    [...body.querySelectorAll("button")].find((one) => one.textContent === text)?.click();
  click("Delete");
  click("Delete it");
  const { id } = kernel.last("delete");
  assert.equal(kernel.last("delete")["of"], A);
  const before = kernel.sent.length;
  kernel.tell("msg:custom", { id, ok: true, result: {} });
  await drawn();
  assert.equal(kernel.sent.length, before + 1, "it looks again before it says that it is done");
  await kernel.answer("run", runTraits(A, { deleted: 1_700_000_000 }));
  assert.match(body.textContent ?? "", /Restore/u);
  gone.abort();
  assert.equal(kernel.listening, 0);
});

it("a child is shown in the page of its parent, without another widget", async () => {
  const { kernel, state, gone } = panel(undefined, { view: "run", _chosen: [A] });
  const body = document.createElement("div");
  drawRun(state, body, () => undefined);
  const child = { id: B, name: "fold 1", status: "FINISHED", started: 1_700_000_000 };
  await kernel.answer("run", runTraits(A, { children: [child] }));
  [...body.querySelectorAll("button")].find((one) => one.textContent === "fold 1")?.click();
  assert.equal(kernel.last("run")["run"], B);
  await kernel.answer("run", runTraits(B, { name: { text: "fold 1", left: 0 } }));
  assert.equal(body.querySelector(".nbtrack-run-title")?.textContent, "fold 1");
  kernel.tell("msg:custom", { kind: "changed", clock: 9, views: {} });
  await kernel.refuse("run", { type: "NotFoundError", message: "there is no run" });
  assert.match(body.textContent ?? "", /removed/u);
  gone.abort();
});

it("in a shadow root the style stands there", async () => {
  const { kernel, state, gone } = panel(undefined, { view: "run" });
  const host = document.createElement("div");
  document.body.replaceChildren(host);
  const root = host.attachShadow({ mode: "open" });
  root.append(...viewTabs(state, run).map(({ body }) => body));
  await kernel.answer("bundle", SCRIPT);
  assert.equal(root.querySelectorAll("style").length, 1);
  gone.abort();
});

const GROUP = { mean: 0.5, std: 0.1, min: 0.4, max: 0.6, count: 2 };
const groups = (by: string[]) => ({
  shown: 3,
  total: 3,
  document: {
    by,
    metrics: ["rmse"],
    directions: ["down"],
    left_out: 0,
    groups: [
      {
        label: "alpha=1",
        key: [1],
        runs: ["a".repeat(32), "b".repeat(32)],
        spreads: [GROUP],
        filter: "params.alpha = 1",
      },
      {
        label: HOSTILE,
        key: [HOSTILE],
        runs: ["c".repeat(32)],
        spreads: [GROUP],
        filter: null,
      },
    ],
  },
});

const DEFAULTS = {
  metrics: ["rmse", "r2"],
  params: ["params.alpha", "params.seed"],
  groups: ["name", "experiment", "params.alpha", "params.seed"],
  histories: [],
  metric: "rmse",
  curve: "rmse",
  varied: ["params.alpha", "params.seed"],
  repeated: "params.alpha",
};

it("a group is chosen and shown in the table, and what it is grouped by stays", async () => {
  const { kernel, state, gone } = panel(undefined, { view: "groups", filter: "name = 'a' ORDER BY name" });
  const root = document.createElement("div");
  root.append(...viewTabs(state, run).map(({ body }) => body));
  document.body.replaceChildren(root);
  await kernel.answer("bundle", SCRIPT);
  const columns = ["name", "experiment", "params.alpha", "params.seed", "metrics.rmse", "metrics.r2"];
  const use = { count: 3, values: 2, number: true, points: 1 };
  const fields = columns.map((name) => ({ ...use, name }));
  await kernel.answer("fields", { runs: 3, fields, defaults: DEFAULTS });
  assert.deepEqual(kernel.last("document")["asked"], { by: null, metrics: ["rmse", "r2"] });
  await kernel.answer("document", groups(["params.alpha"]));
  const button = (text: string) =>
    [...root.querySelectorAll("button")].find((one) => one.textContent?.startsWith(text)) as HTMLElement;
  assert.equal(root.querySelector("img"), null);

  button("1").click();
  assert.deepEqual(kernel.traits._chosen, ["a".repeat(32), "b".repeat(32)]);
  assert.equal(root.querySelectorAll("[aria-pressed=true]").length, 1);
  button(HOSTILE).dispatchEvent(event("click", { ctrlKey: true }));
  assert.equal(kernel.traits._chosen.length, 3);
  button(HOSTILE).dispatchEvent(event("click", { ctrlKey: true }));
  assert.equal(kernel.sent.filter(({ kind }) => kind === "document").length, 1, "it stays about all runs");

  button("Group by").click();
  const search = root.querySelector<HTMLInputElement>("input.nbtrack-panel-input") as HTMLInputElement;
  typed(search, "see");
  const box = root.querySelector<HTMLInputElement>("label input") as HTMLInputElement;
  box.checked = true;
  box.dispatchEvent(event("change"));
  assert.deepEqual(kernel.last("document")["asked"], {
    by: ["params.alpha", "params.seed"],
    metrics: ["rmse", "r2"],
  });
  await kernel.answer("document", groups(["params.alpha", "params.seed"]));
  button("Show these").click();
  assert.equal(kernel.last("window")["filter"], "name = 'a' AND params.alpha = 1 ORDER BY name");
  assert.equal(kernel.traits.view, "table");
  kernel.change({ _chosen: ["c".repeat(32)] });
  kernel.change({ view: "groups" });
  await kernel.answer("fields", { runs: 3, fields, defaults: DEFAULTS });
  assert.deepEqual(kernel.last("document")["asked"], {
    by: ["params.alpha", "params.seed"],
    metrics: ["rmse", "r2"],
  });
  assert.deepEqual(kernel.last("document")["ids"], ["c".repeat(32)]);
  gone.abort();
});

it("a condition goes before the order that a filter has", () => {
  const cases: [filter: string, narrowed: string][] = [
    ["", "x = 1"],
    ["a = 1 or b = 2", "(a = 1 or b = 2) AND x = 1"],
    ["order by name", "x = 1 order by name"],
    ["a = ' order by ' ORDER  BY `order by` DESC", "a = ' order by ' AND x = 1 ORDER  BY `order by` DESC"],
    ["a = 'it''s order by'", "a = 'it''s order by' AND x = 1"],
  ];
  for (const [filter, wanted] of cases) {
    assert.equal(withCondition(filter, "x = 1"), wanted);
  }
});
