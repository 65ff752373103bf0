import assert from "node:assert/strict";
import { it, mock } from "node:test";
import { click, drawn, PanelKernel, panelExamples, press, shownPanel, type } from "./panel-kernel.ts";
import { pause } from "./pause.ts";
import { isRequest } from "./wire.ts";

const FIRST = panelExamples.state._first;

it("the first rows are painted before the kernel answers", async () => {
  const kernel = new PanelKernel();
  const { texts, find, place } = shownPanel(kernel);
  await drawn();
  assert.deepEqual(
    texts().map((row) => [row[0], row[1], row[3], row[4]]),
    [
      ["<b>one</b>", "finished", "0.12346", "1"],
      ["two", "failed", "nan", "auto"],
      ["three", "running", "0.50000", ""],
    ],
  );
  assert.equal(place.querySelector("b"), null, "what a store holds is text");
  assert.equal(find(".nbtrack-panel-total").textContent, "3 runs");
  assert.equal(find("[role=grid]").getAttribute("aria-rowcount"), "4");
  for (const message of kernel.sent.filter(({ kind }) => kind !== "saved")) {
    assert.ok(isRequest("panel", message), JSON.stringify(message));
  }
});

it("a filter is tried at once, one request at a time, the newest text next", async () => {
  const kernel = new PanelKernel({ _first: {} });
  const { find } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  const box = find<HTMLInputElement>(".nbtrack-panel-filter input");
  type(box, "status = 'F");
  type(box, "status = 'FA");
  type(box, "status = 'FAILED'");
  const asked = kernel.sent.filter(({ kind, filter }) => kind === "window" && filter !== "");
  assert.deepEqual(
    asked.map(({ filter }) => filter),
    ["status = 'F"],
  );
  await kernel.refuse("window", { message: "this ' is not closed", start: 9, end: 10 });
  assert.equal(kernel.last("window")["filter"], "status = 'FAILED'");
  await kernel.answer("window", { ...FIRST, total: 1, ids: FIRST.ids.slice(1, 2) });
  assert.equal(kernel.traits.filter, "status = 'FAILED'", "Python knows");
  assert.equal(find(".nbtrack-panel-total").textContent, "1 run");
});

it("what is typed while an answer comes is not lost", async () => {
  const kernel = new PanelKernel();
  const { find } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  const box = find<HTMLInputElement>(".nbtrack-panel-filter input");
  type(box, "status = 'FAILED'");
  type(box, "status = 'FAILED' or status = 'KILLED'");
  await kernel.answer("window", FIRST);
  assert.equal(kernel.traits.filter, "status = 'FAILED'");
  assert.equal(kernel.last("window")["filter"], "status = 'FAILED' or status = 'KILLED'");
});

it("what is wrong with a filter stays told when rows of the runs that are shown come", async () => {
  const kernel = new PanelKernel();
  const { find } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  const box = find<HTMLInputElement>(".nbtrack-panel-filter input");
  type(box, "stauts = 'FAILED'");
  await kernel.refuse("window", {
    message: "unknown field 'stauts'",
    start: 0,
    end: 6,
    suggestion: "status",
  });
  kernel.tell("msg:custom", { kind: "changed", clock: 9, views: {} });
  await drawn();
  assert.equal(kernel.last("window")["filter"], "");
  await kernel.answer("window", { ...FIRST, clock: 9 });
  assert.equal(find(".nbtrack-panel-wrong").textContent, "stauts");
  type(box, "status = 'FAILED'");
  await kernel.answer("window", FIRST);
  assert.equal(find(".nbtrack-panel-told").textContent, "");
});

it("what is wrong is marked at its place, and mended by a click", async () => {
  const kernel = new PanelKernel();
  const { find, button, texts } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  const box = find<HTMLInputElement>(".nbtrack-panel-filter input");
  type(box, "stauts = 'FAILED'");
  const problem = { message: "unknown field '<b>'", start: 0, end: 6, suggestion: "status" };
  await kernel.refuse("window", problem);
  assert.equal(find(".nbtrack-panel-wrong").textContent, "stauts");
  assert.equal(find(".nbtrack-panel-told").textContent, "unknown field '<b>'; did you mean status?");
  assert.equal(texts().length, 3, "the rows stay");
  button("status").click();
  assert.equal(box.value, "status = 'FAILED'");
  assert.equal(kernel.last("window")["filter"], "status = 'FAILED'");
});

it("completions are gone through by the keyboard", async () => {
  const kernel = new PanelKernel();
  const { find } = shownPanel(kernel);
  await drawn();
  const box = find<HTMLInputElement>(".nbtrack-panel-filter input");
  box.focus();
  type(box, "metrics.r");
  await pause(90);
  assert.deepEqual([kernel.last("complete")["text"], kernel.last("complete")["caret"]], ["metrics.r", 9]);
  const options = [
    { text: "metrics.r2", kind: "metrics" },
    { text: "metrics.`r <x>`", kind: "metrics" },
  ];
  await kernel.answer("complete", { start: 0, end: 9, options });
  assert.equal(find("[role=listbox]").children.length, 2);
  assert.equal(box.getAttribute("aria-expanded"), "true");
  press(box, "ArrowDown");
  press(box, "ArrowDown");
  assert.equal(find("[role=option][aria-selected=true]").textContent, "metrics.`r <x>`metric");
  press(box, "Enter");
  assert.equal(box.value, "metrics.`r <x>`");
  assert.equal(find("[role=listbox]").hidden, true);
});

it("rows are chosen by mouse and keyboard, and Python knows", async () => {
  const kernel = new PanelKernel();
  const { find, rows, place } = shownPanel(kernel);
  await drawn();
  const chosen = () => kernel.traits._chosen.map((id) => id[0]).join("");
  const cell = (at: number) => rows()[at]?.firstElementChild as Element;
  click(cell(0));
  assert.equal(chosen(), "a");
  click(cell(2), { shiftKey: true });
  assert.equal(chosen(), "abc");
  click(cell(1), { ctrlKey: true });
  assert.equal(chosen(), "ac");
  await drawn();
  assert.equal(place.querySelectorAll('[aria-selected="true"].nbtrack-panel-row').length, 2);
  const grid = find("[role=grid]");
  press(grid, "Home");
  press(grid, "ArrowDown", { shiftKey: true });
  assert.equal(chosen(), "ab");
  press(grid, "a", { ctrlKey: true });
  assert.equal(chosen(), "abc");
  press(grid, "Escape");
  assert.equal(chosen(), "");
  kernel.change({ _chosen: [FIRST.ids[1] ?? ""] });
  await drawn();
  assert.equal(find(".nbtrack-panel-actions [role=status]").textContent, "1 run chosen");
});

it("chosen runs are deleted, and that is undone", async () => {
  const kernel = new PanelKernel({ _chosen: FIRST.ids.slice(0, 2) });
  const { button, find } = shownPanel(kernel);
  await drawn();
  button("Delete").click();
  assert.deepEqual(kernel.last("delete")["ids"], FIRST.ids.slice(0, 2));
  await kernel.answer("delete", { count: 2 });
  assert.equal(find(".nbtrack-panel-note").textContent, "2 runs deleted. Undo");
  assert.deepEqual(kernel.traits._chosen, []);
  button("Undo").click();
  assert.deepEqual(kernel.last("restore")["ids"], FIRST.ids.slice(0, 2));
  await kernel.refuse("restore", { message: "the store may only be read" });
  assert.equal(find(".nbtrack-panel-note").textContent, "the store may only be read");
});

it("what the kernel pushes is shown, and the place is kept", async () => {
  const kernel = new PanelKernel();
  const { texts } = shownPanel(kernel);
  await drawn();
  const { id } = kernel.last("window");
  await kernel.answer("window", FIRST);
  const rows = { ...FIRST, columns: { ...FIRST.columns, name: ["new", "two", "three"] } };
  const view = id.slice(0, id.lastIndexOf("-"));
  kernel.tell("msg:custom", { kind: "changed", clock: 9, views: { [view]: { asked: id, ...rows } } });
  await drawn();
  assert.equal(texts()[0]?.[0], "new");
  kernel.tell("msg:custom", { kind: "changed", clock: 10, views: { other: { asked: id, ...FIRST } } });
  await drawn();
  assert.equal(texts()[0]?.[0], "new", "what other views look at is not shown here");
  assert.ok(kernel.last("window").id !== id, "but it is asked for");
});

it("traits that Python sets are followed", async () => {
  const kernel = new PanelKernel();
  const { find, place } = shownPanel(kernel);
  await drawn();
  await kernel.answer("window", FIRST);
  kernel.change({ filter: "metrics.rmse < 1" });
  assert.equal(kernel.last("window")["filter"], "metrics.rmse < 1");
  assert.equal(find<HTMLInputElement>(".nbtrack-panel-filter input").value, "metrics.rmse < 1");
  kernel.change({ columns: ["params.alpha", "name"] });
  const heads = [...place.querySelectorAll(".nbtrack-panel-head")].map((one) =>
    one.getAttribute("data-column"),
  );
  assert.deepEqual(heads, ["params.alpha", "name"]);
});

it("an empty store says what to do, and a filter that finds nothing offers all runs", async () => {
  const kernel = new PanelKernel({ _first: {} });
  const { find, button } = shownPanel(kernel);
  await drawn();
  const nothing = { ...FIRST, total: 0, ids: [], columns: {} };
  await kernel.answer("window", nothing);
  assert.match(find(".nbtrack-panel-nothing").textContent ?? "", /^No runs yet/u);
  kernel.change({ filter: "name = 'nobody'" });
  await kernel.answer("window", nothing);
  button("Show all runs").click();
  assert.equal(kernel.last("window")["filter"], "");
});

it("a view that went listens to nothing, and says so", async () => {
  const kernel = new PanelKernel();
  const { gone } = shownPanel(kernel);
  await drawn();
  gone.abort();
  assert.equal(kernel.listening, 0);
  assert.equal(kernel.sent.at(-1)?.kind, "bye");
});

it("a kernel that is silent for a second is said to be busy, and the rows stay", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const kernel = new PanelKernel();
  const { find } = shownPanel(kernel);
  try {
    type(find<HTMLInputElement>(".nbtrack-panel-filter input"), "status = 'FAILED'");
    mock.timers.tick(999);
    assert.equal(find(".nbtrack-panel-waiting").textContent, "");
    mock.timers.tick(1);
    assert.match(
      find(".nbtrack-panel-waiting").textContent,
      /^The kernel does not answer, as of \d\d:\d\d$/u,
    );
  } finally {
    mock.timers.reset();
  }
  await drawn();
  assert.equal(find(".nbtrack-panel-total").textContent, "3 runs");
});
