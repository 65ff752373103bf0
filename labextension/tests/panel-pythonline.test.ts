import assert from "node:assert/strict";
import { it } from "node:test";
import { pythonLine } from "../src/panel/pythonline.ts";
import { bareView, drawn } from "./panel-kernel.ts";

it("the state of a panel is a line of Python", async () => {
  const plain = bareView({
    filter: "",
    order_by: [],
    experiments: null,
    deleted: false,
    view: "table",
    _chosen: [],
  });
  await drawn();
  assert.equal(pythonLine(plain.state, true), "nbtrack.panel()");
  plain.gone.abort();
  const { state, gone } = bareView({
    filter: `params.name = "a'b\\c"`,
    order_by: ["metrics.rmse DESC"],
    experiments: ["wine"],
    deleted: true,
    view: "compare",
    columns: ["name"],
    _chosen: ["0a".repeat(16), "0b".repeat(16)],
  });
  await drawn();
  assert.equal(
    pythonLine(state, false),
    `nbtrack.panel(filter="params.name = \\"a'b\\\\c\\"", order_by=["metrics.rmse DESC"], experiment=["wine"], ` +
      `columns=["name"], view="compare", selected=["0a0a0a0a", "0b0b0b0b"], deleted=True)`.replaceAll(
        '", "',
        '","',
      ),
  );
  gone.abort();
});
