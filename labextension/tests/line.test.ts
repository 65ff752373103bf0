import assert from "node:assert/strict";
import { it } from "node:test";
import { Window } from "happy-dom";
import type { CellsPanel } from "../src/lab/cells/notebook.ts";
import { Signal } from "./lumino.ts";

const page = new Window();
for (const name of ["document", "Element"] as const) {
  Object.defineProperty(globalThis, name, { configurable: true, value: page[name] });
}
const { Lines } = await import("../src/lab/cells/line.ts");

const RUN = "0a".repeat(16);

it("a click on the name in the line under a cell opens the page of its run", async () => {
  const opened: object[] = [];
  const lines = new Lines((wanted) => opened.push(wanted));
  const node = document.createElement("div");
  document.body.append(node);
  node.innerHTML = `<details><summary><b data-nbtrack-run="${RUN}">fox</b> 2 s</summary></details><b data-nbtrack-run="x">y</b>`;
  const told = { run: RUN, name: "fox", status: "FINISHED", store: ".nbtrack", source: "1-2" };
  const outputs = { length: 1, get: () => ({ metadata: { nbtrack: told } }) };
  const gone = new Signal({});
  const content = { widgets: [{ node, model: { outputs } }] };
  lines.add({ content, context: { path: "work/a.ipynb" }, disposed: gone } as unknown as CellsPanel);
  const click = async (selector: string) => {
    const event = new page.MouseEvent("click", { bubbles: true, cancelable: true });
    node.querySelector(selector)?.dispatchEvent(event as unknown as Event);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return event.defaultPrevented;
  };
  assert.equal(await click("b"), true, "the line does not unfold");
  assert.deepEqual(opened, [{ folder: "work", run: RUN }]);
  assert.equal(await click("summary"), false, "beside the name it does");
  await click("[data-nbtrack-run=x]");
  assert.equal(opened.length, 1, "only what the outputs' metadata says is a run");
  gone.emit(undefined as never);
  await click("b");
  assert.equal(opened.length, 1);
});
