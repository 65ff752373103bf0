import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { insertable } from "../src/lab/insertcell.ts";
import { OVERRIDE } from "../src/lab/linting.ts";
import { readView, VIEW } from "../src/lab/view.ts";
import { Notebook } from "./notebook.ts";

const HANDLE = "0a".repeat(16);
const HTML = "<table>static</table>";

function output(view: unknown): IRenderMime.IMimeModel {
  const data = { [VIEW]: view, "text/html": HTML } as IRenderMime.IMimeModel["data"];
  return { data, metadata: {}, trusted: false, setData: () => undefined };
}

it("what an output says is read with care", () => {
  const runs = { opens: HANDLE, kernel: "k" };
  assert.deepEqual(readView({ model_id: "m" }), { model_id: "m" });
  assert.deepEqual(readView(runs), runs);
  const wrong = [null, "m", 3, [], {}, { model_id: 3 }, { model_id: "" }, { model_id: null }];
  for (const data of [...wrong, { opens: HANDLE }, { ...runs, opens: "<b>" }, { ...runs, kernel: 3 }]) {
    assert.equal(readView(data), null, JSON.stringify(data));
  }
});

it("the static HTML stands until the widget is there, and again when it is closed", async () => {
  const notebook = new Notebook();
  const shown = notebook.show(output({ model_id: "m" }));
  await pause(0);
  assert.equal(shown.seen(), HTML);
  assert.equal(notebook.drawn.length, 0, "no renderer is made before there is a manager");
  notebook.start();
  await pause(50);
  const [drawn] = notebook.drawn;
  assert.deepEqual(drawn?.ids, ["m"]);
  assert.equal(shown.seen(), HTML);
  const widget = drawn?.found();
  await pause(0);
  assert.equal(shown.seen(), "widget");
  widget?.dispose();
  await pause(0);
  assert.equal(shown.seen(), HTML);
});

it("an error of the widget's renderer is taken out of the page", async () => {
  const notebook = new Notebook();
  notebook.start();
  const shown = notebook.show(output({ model_id: "m" }));
  await pause(50);
  notebook.drawn[0]?.fail();
  await pause(0);
  assert.equal(shown.seen(), HTML);
  assert.equal(shown.node.textContent, "static");
});

it("the kernel that knows of the runs is asked for their panel", async () => {
  const notebook = new Notebook();
  notebook.start("k");
  const shown = notebook.show(output({ opens: HANDLE, kernel: "k" }));
  await pause(50);
  assert.deepEqual(notebook.opened, [{ opens: HANDLE }]);
  assert.equal(shown.seen(), HTML);
  notebook.answer({ model_id: "p" });
  await pause(0);
  assert.deepEqual(notebook.drawn[0]?.ids, ["p"]);
});

it("a kernel that has subshells is asked in one, so that it answers while a cell runs", async () => {
  const notebook = new Notebook();
  notebook.start("k", true);
  notebook.show(output({ opens: HANDLE, kernel: "k" }));
  await pause(50);
  assert.deepEqual(notebook.opened, []);
  notebook.subshells[0]?.();
  await pause(0);
  assert.deepEqual(notebook.opened, [{ opens: HANDLE }]);
});

it("no other kernel is asked, and where the answer is none, the static HTML stands", async () => {
  const notebook = new Notebook();
  notebook.start("other");
  const shown = notebook.show(output({ opens: HANDLE, kernel: "k" }));
  const known = notebook.show(output({ opens: HANDLE, kernel: "other" }));
  await pause(50);
  assert.equal(notebook.opened.length, 1);
  notebook.close();
  await pause(0);
  assert.equal(notebook.drawn.length, 0);
  assert.deepEqual([shown.seen(), known.seen()], [HTML, HTML]);
});

it("a kernel that starts again takes its widgets with it, and what comes late is not shown", async () => {
  const notebook = new Notebook();
  notebook.start("k");
  const shown = notebook.show(output({ model_id: "m" }));
  const late = notebook.show(output({ opens: HANDLE, kernel: "k" }));
  await pause(50);
  notebook.drawn[0]?.found();
  await pause(0);
  assert.equal(shown.seen(), "widget");
  notebook.say("busy");
  assert.equal(shown.seen(), "widget");
  notebook.say("restarting");
  notebook.answer({ model_id: "p" });
  await pause(0);
  assert.deepEqual([shown.seen(), late.seen()], [HTML, HTML]);
  assert.equal(notebook.drawn.length, 1);
});

it("an output that is drawn again keeps its widget, and one that is gone asks nothing", async () => {
  const notebook = new Notebook();
  notebook.start();
  const shown = notebook.show(output({ model_id: "m" }));
  const gone = notebook.show(output({ model_id: "n" }));
  gone.dispose();
  await pause(50);
  notebook.drawn[0]?.found();
  await pause(0);
  await shown.renderer.renderModel(output({ model_id: "m" }));
  assert.equal(shown.seen(), "widget");
  assert.equal(notebook.drawn.length, 1);
  await shown.renderer.renderModel(output({ model_id: "o" }));
  await pause(0);
  assert.equal(shown.seen(), HTML);
  assert.deepEqual(notebook.drawn[1]?.ids, ["o"]);
});

it("a widget's button makes a new cell below its own", () => {
  const notebook = new Notebook();
  const button = insertable((put) => {
    const made = document.createElement("button");
    made.addEventListener("click", () => put(made.title === "" ? undefined : made.title));
    return made;
  });
  notebook.place(1, button);
  assert.ok(button.closest("[data-nbtrack-inserts]"), "seen only where somebody can make one");
  button.click();
  assert.deepEqual(notebook.inserted, [], "nothing to insert");
  button.title = "alpha = 0.1";
  button.click();
  assert.deepEqual(notebook.inserted, [[2, { cell_type: "code", source: "alpha = 0.1" }]]);
  assert.equal(notebook.active, 2);
});

it("a language server sees a tracked cell as Python, line by line, and the way back is found", () => {
  const { pattern, replacement, reverse } = OVERRIDE;
  const below = [" base", "fit(alpha)"].join("\n");
  const cell = `%%track${below}`;
  const seen = cell.replace(new RegExp(pattern, "u"), replacement);
  assert.equal(seen, `# %%track${below}`);
  assert.equal(seen.replace(new RegExp(reverse.pattern, "u"), reverse.replacement), cell);
  for (const other of ["%%tracker\nx", "%%track?\nx", "%%time\nx", "x = 1"]) {
    assert.ok(!new RegExp(pattern, "u").test(other), other);
  }
});
