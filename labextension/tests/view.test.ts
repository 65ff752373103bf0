import assert from "node:assert/strict";
import { it, mock } from "node:test";
import type { Field } from "../src/serve/messages.ts";
import { Kernel, shown } from "./panel.ts";
import { isRequest } from "./wire.ts";

const OUTCOME = ".nbtrack-serve-outcome";

it("the form holds the example, each value in an input of its kind", () => {
  const { field, place } = shown(new Kernel());
  assert.equal(field("alcohol").type, "number");
  assert.equal(field("alcohol").value, "12.8");
  assert.equal(field("quality").placeholder, "long, may be empty");
  assert.equal(field("organic").checked, true);
  assert.equal(field("colour").value, "white");
  for (const label of place.querySelectorAll("label")) {
    assert.ok(place.querySelector(`#${label.htmlFor}`), "every label is bound");
  }
});

it("a prediction is asked with what was typed, and shown", async () => {
  const kernel = new Kernel();
  const { button, field, find } = shown(kernel);
  field("alcohol").value = "9.4";
  button("Predict").click();
  const [request] = kernel.sent;
  assert.ok(request !== undefined && isRequest("serve", request));
  const { id: _, ...asked } = request;
  const row = { alcohol: 9.4, organic: true, colour: "white" };
  assert.deepEqual(asked, { kind: "predict", row, params: { top: 3 } });
  assert.equal(button("Predict").disabled, true);
  await kernel.reply({ accepted: true });
  assert.equal(find(OUTCOME).textContent, "Predicting…");
  await kernel.reply({ ok: true, result: { predictions: [5.637_123_456], ms: 4.2 } });
  assert.equal(find("output").textContent, "5.63712");
  assert.match(find(OUTCOME).textContent ?? "", /4\.2 ms/u);
  assert.equal(button("Predict").disabled, false);
});

it("what the server says is shown as text", async () => {
  const kernel = new Kernel();
  const { button, find } = shown(kernel);
  button("Predict").click();
  const message = "column 'alcohol' holds '<img src=x>'";
  await kernel.reply({ ok: false, error: { type: "SchemaError", message } });
  assert.equal(find(OUTCOME).textContent, message);
  assert.equal(find(OUTCOME).querySelector("img"), null);
});

it("a value that is needed is asked for by name, and nothing is sent", () => {
  const kernel = new Kernel();
  const { button, field, find } = shown(kernel);
  field("alcohol").value = "";
  button("Predict").click();
  assert.equal(kernel.sent.length, 0);
  assert.equal(find(OUTCOME).textContent, "alcohol: a value is needed");
  assert.equal(field("alcohol").getAttribute("aria-invalid"), "true");
  field("alcohol").value = "1";
  button("Predict").click();
  assert.equal(kernel.sent.length, 1);
  assert.equal(field("alcohol").getAttribute("aria-invalid"), null);
});

it("Enter in an input predicts", () => {
  const kernel = new Kernel();
  const { field } = shown(kernel);
  field("colour").dispatchEvent(keydown("Enter"));
  field("colour").dispatchEvent(keydown("d"));
  assert.equal(kernel.sent.length, 1);
});

it("whole numbers that JavaScript would change go as text", () => {
  const kernel = new Kernel({ fields: [one("id", "long", 1), one("ratio", "double", 0.5)] });
  const { button, field } = shown(kernel);
  field("id").value = "9007199254740993";
  button("Predict").click();
  assert.deepEqual(rowOf(kernel), { id: "9007199254740993", ratio: 0.5 });
});

it("lists are typed as JSON, a choice may be left open, and a column may have any name", () => {
  const fields = [
    one("pixels", "array", [1, 2]),
    one("seen", "boolean", null, false),
    one("at", "datetime", "2026-01-31T12:30:00.000000"),
    one("__proto__", "double", 1),
  ];
  const kernel = new Kernel({ fields });
  const { button, field, find } = shown(kernel);
  field("pixels").value = "[1, 2";
  button("Predict").click();
  assert.match(find(OUTCOME).textContent ?? "", /^pixels: this is no JSON/u);
  field("pixels").value = "[3]";
  button("Predict").click();
  const row = rowOf(kernel);
  assert.deepEqual(Object.keys(row), ["pixels", "at", "__proto__"]);
  assert.deepEqual(row["pixels"], [3]);
});

it("a kernel that is silent for a second is said to be busy", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const kernel = new Kernel();
    const { button, find } = shown(kernel);
    button("Predict").click();
    mock.timers.tick(999);
    assert.equal(find(OUTCOME).textContent, "Predicting…");
    mock.timers.tick(1);
    assert.equal(find(OUTCOME).textContent, "Waiting for the kernel: a cell is running");
    button("Stop").click();
    mock.timers.tick(1000);
    assert.ok(button("Waiting for the kernel…").disabled);
  } finally {
    mock.timers.reset();
  }
});

it("the state, the figures and the log follow the kernel", () => {
  const kernel = new Kernel({ state: "starting", counts: null });
  const { button, find, place } = shown(kernel);
  const figures = () => [...place.querySelectorAll("dd")].map((figure) => figure.textContent);
  assert.equal(find("[role=status]").textContent, "Starting");
  assert.equal(find<HTMLDetailsElement>("details").open, true);
  assert.equal(button("Predict").disabled, true);
  assert.deepEqual(figures(), ["–", "–", "–", "–"]);
  assert.equal(place.querySelector("a"), null, "nothing answers yet");
  kernel.change({ state: "ready", counts: { requests: 1200, errors: 1, p50: 4.2, p99: 1250.4 } });
  assert.equal(find("[role=status]").textContent, "Ready");
  assert.equal(find<HTMLDetailsElement>("details").open, false);
  assert.deepEqual(figures(), ["1,200", "1", "4.2 ms", "1.25 s"]);
  kernel.change({ state: "failed", error: "<b>out of memory</b>", tail: "<b>killed</b>" });
  assert.equal(find("[role=alert]").textContent, "<b>out of memory</b>");
  assert.equal(find<HTMLDetailsElement>("details").open, true);
  assert.equal(find("details pre").textContent, "<b>killed</b>");
  assert.equal(place.querySelector("b"), null);
});

it("the button stops the server and starts it again", async () => {
  const kernel = new Kernel();
  const { button, find } = shown(kernel);
  button("Stop").click();
  assert.equal(kernel.sent.at(-1)?.kind, "stop");
  assert.ok(button("Stopping…").disabled);
  kernel.change({ state: "stopped" });
  await kernel.reply({ ok: true, result: {} });
  button("Start again").click();
  assert.equal(kernel.sent.at(-1)?.kind, "start");
  await kernel.reply({ ok: false, error: { type: "OSError", message: "port 5001 is taken" } });
  assert.equal(find("[role=alert]").textContent, "port 5001 is taken");
});

it("an address is a link where a browser may follow it", () => {
  const kernel = new Kernel({ address: "/user/ada/proxy/5001/" });
  const { find, place } = shown(kernel);
  assert.equal(find<HTMLAnchorElement>("a").href, "https://hub.example.org/user/ada/proxy/5001/");
  kernel.change({ address: "javascript:alert(1)" });
  assert.equal(place.querySelector("a"), null);
});

it("the command is copied, and that is said", async () => {
  const { button, find } = shown(new Kernel());
  button("Copy").click();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(await navigator.clipboard.readText(), find("pre code").textContent);
  assert.ok(button("Copied"));
});

it("a view that went listens to nothing, and answers for others are not its own", async () => {
  const kernel = new Kernel();
  const { button, find, gone } = shown(kernel);
  button("Predict").click();
  await kernel.reply({ id: "another-1", ok: true, result: { predictions: [1], ms: 1 } });
  await kernel.reply({ ok: "maybe" });
  assert.equal(find(OUTCOME).textContent, "Predicting…");
  gone.abort();
  assert.equal(kernel.listening, 0);
});

function one(name: string, type: string, value: Field["value"], required = true): Field {
  return { name, type, value, required };
}

function rowOf(kernel: Kernel): Record<string, unknown> {
  const request = kernel.sent.at(-1);
  assert.equal(request?.kind, "predict");
  return request.row as Record<string, unknown>;
}

function keydown(key: string): Event {
  const view = document.defaultView as unknown as { KeyboardEvent: typeof KeyboardEvent };
  return new view.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
}

it("a model that is offered is one button, which starts it", () => {
  const kernel = new Kernel({ state: "offered", address: "", curl: "" });
  const { button, find } = shown(kernel);
  assert.ok(find(".nbtrack-serve").classList.contains("nbtrack-offered"));
  button("Serve this model").click();
  assert.equal(kernel.sent[0]?.kind, "start");
  kernel.change({ state: "starting" });
  assert.ok(!find(".nbtrack-serve").classList.contains("nbtrack-offered"));
});
