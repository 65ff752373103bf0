import assert from "node:assert/strict";
import { it } from "node:test";
import { drawWorkspace } from "../src/panel/views/workspace.ts";
import { bareView, drawn, fire, type as typed } from "./panel-kernel.ts";
import { curvesOf, FIELDS, HOSTILE } from "./views.ts";

const USES = [
  { name: "params.alpha", count: 3, values: 3, number: true, points: 1 },
  { name: "metrics.loss", count: 3, values: 2, number: true, points: 9 },
  { name: "metrics.rmse", count: 3, values: 2, number: true, points: 1 },
];
const DEFAULTS = {
  metrics: ["loss", "rmse"],
  params: ["params.alpha"],
  groups: [],
  histories: ["loss"],
  metric: "rmse",
  curve: "loss",
  varied: ["params.alpha"],
  repeated: null,
};
const LIST = { ...FIELDS, columns: FIELDS.columns.slice(2) };
const CURVES = curvesOf(["a", "b", HOSTILE].map((name) => ({ name, xs: [0, 1, 2], means: [3, 2, 1] })));
const RUNS = { ...CURVES, runs: CURVES.runs.map((run, at) => ({ ...run, id: String(at) })) };

const DOCUMENTS: Record<string, object> = { curves: RUNS, parallel: LIST };

/** Answer each request for a document, until all that the page shows is drawn. */
async function answerAll({ kernel, body }: ReturnType<typeof bareView>): Promise<void> {
  const isDrawn = () =>
    body.querySelector("aside li") !== null &&
    [...body.querySelectorAll(".nbtrack-workspace-chart")].every((place) => place.firstElementChild !== null);
  for (let turn = 0; turn < 50 && (turn < 2 || !isDrawn()); turn += 1) {
    for (const { id, kind, ...parts } of kernel.sent) {
      if (kind === "document") {
        const document = DOCUMENTS[String((parts as { document?: string }).document)] ?? FIELDS;
        kernel.tell("msg:custom", { id, ok: true, result: { document, shown: 3, total: 3 } });
      }
    }
    await drawn();
  }
}

async function shown(arrangements: object[] = []) {
  const view = bareView({ view: "workspace" });
  const { kernel, state, body } = view;
  drawWorkspace(state, body);
  await kernel.answer("fields", { runs: 3, fields: USES, defaults: DEFAULTS });
  await kernel.answer("arrangements", { arrangements, kept: true });
  await answerAll(view);
  const cards = () => [...body.querySelectorAll("section[aria-label].nbtrack-workspace-card")];
  const titles = () => cards().map((card) => card.getAttribute("aria-label"));
  const choose = (at: number, value: string) => {
    const select = body.querySelectorAll<HTMLSelectElement>(
      ".nbtrack-workspace > div > .nbtrack-controls select",
    )[at];
    assert.ok(select);
    select.value = value;
    fire(select, "change");
  };
  const press = (text: string) =>
    [...body.querySelectorAll("button")].find((one) => one.textContent === text)?.click();
  return { ...view, answer: () => answerAll(view), titles, choose, press };
}

it("runs stand beside charts, which are added and removed", async () => {
  const { kernel, body, titles, choose, gone } = await shown();
  const rows = [...body.querySelectorAll("aside li")].map((row) => row.textContent);
  assert.deepEqual(rows, ["a0.5", "b0.75", `${HOSTILE}1`]);
  assert.deepEqual(titles(), ["Line", "Bar", "Scatter", "Parallel coordinates"]);
  const before = kernel.sent.length;
  choose(0, "box");
  assert.equal(kernel.sent[before]?.["document"], "box");
  assert.equal(titles().at(-1), "Box");
  body.querySelector<HTMLElement>('[aria-label="Remove: Bar"]')?.click();
  assert.deepEqual(titles(), ["Line", "Scatter", "Parallel coordinates", "Box"]);
  assert.equal(body.querySelector("img"), null);
  gone.abort();
});

it("an arrangement is saved by name, and the next panel begins with the last one", async () => {
  const saved = { name: "losses", charts: [{ kind: "curves", asked: { metric: "loss", smoothing: 0.5 } }] };
  const { kernel, body, answer, titles, choose, press, gone } = await shown([saved]);
  assert.deepEqual(titles(), ["Line"]);
  assert.equal(body.querySelector("output")?.textContent, "0.50");
  choose(0, "bars");
  await answer();
  const name = body.querySelector<HTMLInputElement>('[aria-label="Name of the arrangement"]');
  assert.ok(name);
  typed(name, "both");
  press("Save");
  const asked = kernel.last("arrange");
  const kinds = (asked["charts"] as { kind: string }[]).map(({ kind }) => kind);
  assert.deepEqual([asked["name"], kinds], ["both", ["curves", "bars"]]);
  const [first] = asked["charts"] as { asked: object }[];
  assert.deepEqual(first?.asked, {
    metric: "loss",
    x: "step",
    by: [],
    logX: false,
    logY: false,
    band: true,
    trimmed: false,
    smoothing: 0.5,
  });
  await kernel.answer("arrange", {
    arrangements: [{ name: "both", charts: asked["charts"] }, saved],
    kept: true,
  });
  const options = [...body.querySelectorAll("option")].map((option) => option.textContent);
  assert.ok(options.includes("both"));
  press("Forget");
  assert.deepEqual(kernel.last("arrange")["charts"], []);
  gone.abort();
});

it("what the pointer is at stands out in the list and in the charts, and what is hidden leaves both", async () => {
  const { state, body, gone } = await shown();
  const [row] = body.querySelectorAll("aside li");
  assert.ok(row);
  fire(row, "pointerenter");
  assert.equal(body.querySelectorAll("aside .nbtrack-marked").length, 1);
  fire(row, "pointerleave");
  assert.equal(body.querySelectorAll("aside .nbtrack-marked").length, 0);
  row.querySelector("button")?.click();
  assert.deepEqual([...state.hidden.ids], ["0"]);
  gone.abort();
});
