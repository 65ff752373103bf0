import assert from "node:assert/strict";
import { it } from "node:test";
import { documentView } from "../src/panel/views/document.ts";
import { drawRun } from "../src/panel/views/run.ts";
import { VIEWS } from "../src/wire.ts";
import { bareView, drawn, PanelKernel, panelExamples, press, shownPanel } from "./panel-kernel.ts";
import { pause } from "./pause.ts";

const FIRST = panelExamples.state._first;
const HEAD = ".nbtrack-panel-head";
const [A = "", B = ""] = FIRST.ids;

it("Tab stops once at the heads, and the arrows go through them", async () => {
  const kernel = new PanelKernel();
  const { find, place } = shownPanel(kernel);
  await drawn();
  const heads = () => [...place.querySelectorAll<HTMLElement>(HEAD)];
  const stops = () => heads().flatMap((head, index) => (head.tabIndex === 0 ? [index] : []));
  const at = () => heads().indexOf(document.activeElement as HTMLElement);
  assert.deepEqual(stops(), [0]);
  heads()[0]?.focus();
  const gone = ["ArrowLeft", "ArrowRight", "ArrowRight", "End", "ArrowRight", "Home", "ArrowRight"].map(
    (key) => {
      press(heads()[at()] as HTMLElement, key);
      assert.deepEqual(stops(), [at()]);
      return at();
    },
  );
  const last = heads().length - 1;
  assert.deepEqual(gone, [0, 1, 2, last, last, 0, 1]);
  press(heads()[1] as HTMLElement, "Enter");
  press(heads()[2] as HTMLElement, " ", { shiftKey: true });
  await kernel.answer("window", FIRST);
  const order = kernel.last("window")["order_by"] as string[];
  assert.deepEqual([order.length, at()], [2, 1], "the keyboard stays while the heads are drawn anew");
  press(heads()[1] as HTMLElement, "ArrowDown", { altKey: true });
  assert.equal(find("[role=menu]").getAttribute("aria-label"), "Column Status");
  press(document.activeElement as HTMLElement, "Escape");
  assert.equal(at(), 1);
});

it("a head is its column's name, a view its tab's", async () => {
  const kernel = new PanelKernel();
  const { place } = shownPanel(kernel);
  await drawn();
  const heads = [...place.querySelectorAll(HEAD)];
  assert.deepEqual(
    heads.slice(0, 2).map((head) => [head.getAttribute("aria-label"), head.getAttribute("aria-sort")]),
    [
      ["Name", "none"],
      ["Status", "none"],
    ],
  );
  assert.equal(place.querySelectorAll(`${HEAD} button:not([aria-hidden])`).length, 0);
  const views = [...place.querySelectorAll("[role=tabpanel]")];
  const names = views.map((view) => {
    const tab = place.querySelector(`[id="${view.getAttribute("aria-labelledby")}"]`);
    return tab?.textContent;
  });
  assert.deepEqual(names, Object.values(VIEWS));
  const known = ["Runs", "Compare", "Curves", "Charts", "Groups", "Run"];
  assert.deepEqual(
    names.filter((name) => known.includes(name ?? "")),
    known,
  );
});

it("Escape goes back from a run to the table, but for in a box", () => {
  const { kernel, gone, state, panel, body } = bareView({ view: "run", _chosen: [A] });
  drawRun(state, body, () => undefined);
  const box = document.createElement("input");
  body.append(box);
  press(box, "Escape");
  assert.equal(kernel.traits.view, "run");
  press(body, "Escape");
  assert.equal(kernel.traits.view, "table");
  kernel.change({ view: "curves" });
  press(panel, "Escape");
  assert.equal(kernel.traits.view, "curves");
  gone.abort();
});

it("a view says which of the chosen runs the table does not have", async () => {
  const away = "f".repeat(32);
  const { kernel, gone, state, body } = bareView({ view: "compare", _chosen: [away] });
  await kernel.answer("window", FIRST).catch(() => undefined);
  documentView(state, "compare", body, async ({ ask }) => {
    await ask("side_by_side", {});
  });
  const about = () => body.querySelector("[role=status]")?.textContent;
  const answered = (shown: number) => kernel.answer("document", { document: {}, shown, total: shown });
  const looked = () => pause(200);
  await answered(1);
  await looked();
  assert.equal(about(), "The chosen run, which is not in the table");
  kernel.change({ _chosen: [A, B, away] });
  await answered(3);
  await looked();
  assert.equal(about(), "The 3 chosen runs, 1 of them not in the table");
  kernel.change({ _chosen: [A, B] });
  await answered(2);
  await looked();
  assert.equal(about(), "The 2 chosen runs");
  gone.abort();
});
