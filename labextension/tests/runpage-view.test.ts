// biome-ignore-all lint/security/noSecrets: selectors look like secrets
import assert from "node:assert/strict";
import { it, mock } from "node:test";
import { safeName } from "../src/runpage/download.ts";
import type { Metric, Param } from "../src/runpage/messages.ts";
import { examples, Kernel, keydown, shown } from "./runpage.ts";
import { isRequest } from "./wire.ts";

const DONE = { ok: true, result: {} };
/** The run that the page shows. */
const OF = examples.state.page.id;

it("everything that is kept is there", () => {
  const { find, rows, place, section } = shown(new Kernel());
  assert.equal(find(".nbtrack-run-title").textContent, "brave-otter-417");
  assert.match(find("header").textContent ?? "", /Finished.*took 1 min 5 s.*in wine.*wine\.ipynb.*01234567/u);
  assert.equal(find("time").getAttribute("datetime"), "2025-11-24T16:00:00.000Z");
  assert.deepEqual(rows("params"), [
    ["alpha", "0.12346"],
    ["solver", "lbfgs"],
  ]);
  assert.deepEqual(rows("metrics")[0]?.slice(0, 5), ["rmse", "0.79123", "0.7", "2", "3"]);
  assert.deepEqual(rows("metrics")[1]?.slice(0, 5), ["scores.mean", "nan", "", "", "1"]);
  assert.equal(section("metrics").querySelector("td")?.title, "0.7912345678 (last, at step 2)");
  assert.equal(find(".nbtrack-run-note strong").textContent, "best");
  const text = place.textContent ?? "";
  for (const part of [
    "ElasticNet",
    "200 × 2",
    "0994d36d9e24",
    "Stale",
    "import numpy",
    "numpy2.1.0",
    "fold 1",
  ]) {
    assert.ok(text.includes(part), part);
  }
  assert.equal(section("traceback").querySelector("code")?.textContent, "ValueError: <b>no</b>");
  assert.match(section("output").textContent ?? "", /… 12 more charactersdone/u);
});

it("a nested run says of which it is a part, and opens that", () => {
  const parent = { id: "b".repeat(32), name: "search", status: "FINISHED" as const, started: 1_764_000_000 };
  const kernel = new Kernel({ parent });
  const { find } = shown(kernel);
  assert.match(find(".nbtrack-run-facts").textContent ?? "", /part of search/u);
  find('[aria-label="Open the run search"]').click();
  assert.equal((kernel.sent.at(-1) as { run?: string } | undefined)?.run, parent.id);
});

it("a section that holds nothing is not there", () => {
  const kernel = new Kernel({
    models: [],
    data: [],
    code: null,
    traceback: null,
    output: null,
    artifacts: [],
    children: [],
  });
  const { place } = shown(kernel);
  const there = [...place.querySelectorAll<HTMLElement>("[data-section]")].filter((one) => !one.hidden);
  assert.deepEqual(
    there.map((one) => one.dataset["section"]),
    ["metrics", "params", "environment"],
  );
});

it("the name is edited, and what cannot be kept is said", async () => {
  const kernel = new Kernel();
  const { button, field, find, place } = shown(kernel);
  button("Rename the run").click();
  field("Name of the run").value = "<b>best</b>";
  field("Name of the run").dispatchEvent(keydown("Enter"));
  assert.ok(isRequest("runpage", kernel.sent[0]));
  assert.deepEqual(
    { ...kernel.sent[0], id: "" },
    { id: "", of: OF, kind: "edit", changes: { name: "<b>best</b>" } },
  );
  assert.ok(field("Name of the run").disabled);
  await kernel.reply({ ok: false, error: { type: "InvalidValueError", message: "no <i>" } });
  assert.equal(find("[role=alert]").textContent, "no <i>");
  assert.equal(field("Name of the run").disabled, false);
  field("Name of the run").dispatchEvent(keydown("Enter"));
  kernel.edit({ name: { text: "<b>best</b>", left: 0 } });
  await kernel.reply(DONE);
  assert.equal(find(".nbtrack-run-title").textContent, "<b>best</b>");
  assert.equal(place.querySelector("b"), null);
  assert.equal(find("[role=alert]").textContent, "");
});

it("Ctrl+Enter saves a note, Enter does not, Escape leaves it as it was", async () => {
  const kernel = new Kernel();
  const { button, field, place, find } = shown(kernel);
  button("Edit note").click();
  field("Note").value = "other";
  field("Note").dispatchEvent(keydown("Enter"));
  field("Note").dispatchEvent(keydown("Escape"));
  assert.equal(kernel.sent.length, 0);
  button("Edit note").click();
  assert.equal(field("Note").value, "**best** so far");
  field("Note").value = "_new_";
  // What is being written is not written over.
  kernel.edit({ note: { text: "from elsewhere", left: 0 } });
  assert.equal(field("Note").value, "_new_");
  field("Note").dispatchEvent(keydown("Enter", { ctrlKey: true }));
  assert.equal(kernel.sent.length, 1);
  kernel.edit({ note: { text: "_new_", left: 0 } });
  await kernel.reply(DONE);
  assert.equal(find(".nbtrack-run-note em").textContent, "new");
  assert.equal(place.querySelector("textarea"), null);
});

it("tags are changed, taken away and added, whatever they are called", async () => {
  const kernel = new Kernel();
  const { button, field } = shown(kernel);
  button("team: red").click();
  field("Value of the tag team").value = "blue";
  field("Value of the tag team").dispatchEvent(keydown("Enter"));
  button("Save");
  await kernel.reply(DONE);
  button("Remove the tag team").click();
  await kernel.reply(DONE);
  button("Add a tag").click();
  field("Name of the tag").value = "__proto__";
  field("Value of the tag").value = "x";
  field("Value of the tag").dispatchEvent(keydown("Enter"));
  const changes = kernel.sent.flatMap((request) =>
    request.kind === "edit" ? [JSON.stringify(request.changes.tags)] : [],
  );
  assert.deepEqual(changes, ['{"team":"blue"}', '{"team":null}', '{"__proto__":"x"}']);
});

it("what was cut is not edited: the rest would be lost", () => {
  const kernel = new Kernel({
    note: { text: "long", left: 5 },
    tags: [{ name: "big", value: { text: "xxx", left: 9 } }],
  });
  const { button } = shown(kernel);
  assert.ok(button("Edit note").hidden);
  assert.ok(button("big: xxx").disabled);
});

it("a kernel that is silent for a second is said to be busy", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { button, find } = shown(new Kernel());
    button("Export").click();
    assert.equal(find(".nbtrack-run-notice").textContent?.replace("×", ""), "Exporting…");
    mock.timers.tick(1000);
    assert.match(find(".nbtrack-run-notice").textContent ?? "", /waiting for the kernel: a cell is running/u);
  } finally {
    mock.timers.reset();
  }
});

it("deleting is asked twice, and can be undone", async () => {
  const kernel = new Kernel();
  const { button, find } = shown(kernel);
  button("Delete the run").click();
  assert.equal(kernel.sent.length, 0);
  assert.match(find(".nbtrack-run-actions").textContent ?? "", /Delete this run and its 1 child run\?/u);
  button("Delete it").click();
  assert.equal(kernel.sent[0]?.kind, "delete");
  kernel.edit({ deleted: Date.now() / 1000 });
  await kernel.reply(DONE);
  assert.match(find(".nbtrack-run-banner").textContent ?? "", /Deleted just now/u);
  button("Take the run back").click();
  assert.equal(kernel.sent[1]?.kind, "restore");
  kernel.change({ removed: true });
  assert.match(find(".nbtrack-run-banner").textContent ?? "", /removed for good/u);
});

it("what the run took of its machine stands in a section of its own, as curves where it was sampled", () => {
  const kernel = new Kernel();
  const { rows, section } = shown(kernel);
  assert.equal(section("system use").hidden, true);
  const [rmse, scores] = examples.state.metrics as [Metric, Metric];
  const cpu = { ...rmse, name: "system/cpu_utilization_percentage", value: 71, min: 20, max: 80 };
  const memory = { ...rmse, name: "system/system_memory_usage_megabytes", value: 1200, sparkline: null };
  kernel.change({ metrics: [rmse, scores, cpu, memory] });
  assert.equal(section("system use").hidden, false);
  const card = section("system use").querySelector(".nbtrack-run-use");
  assert.match(card?.textContent ?? "", /cpu utilization71 %20 % – 80 %/u);
  assert.match(card?.querySelector("svg")?.getAttribute("aria-label") ?? "", /between 20 % and 80 %/u);
  assert.deepEqual(rows("system use"), [["system memory usage", "1.2 GB"]]);
  assert.deepEqual(
    rows("metrics").map(([name]) => name),
    ["rmse", "scores.mean"],
  );
  kernel.change({ metrics: [rmse, { ...cpu, value: 72 }] });
  assert.equal(section("system use").querySelector(".nbtrack-run-use"), card, "it stays the same element");
});

it("params that the code does not name are folded", () => {
  const [alpha] = examples.state.page.params as [Param];
  const named = (name: string, written: boolean) => ({ ...alpha, name, written });
  const others = ["copy_X", "positive", "warm_start", "selection", "tol"].map((name) => named(name, false));
  const { gone, section } = shown(new Kernel({ params: [...others, named("alpha", true)] }));
  const tables = [...section("params").querySelectorAll("table")];
  assert.deepEqual(
    tables.map((table) => table.querySelectorAll("tbody tr").length),
    [1, 5],
  );
  assert.match(
    section("params").querySelector("details")?.textContent ?? "",
    /5 params that the code does not/u,
  );
  gone.abort();
  // Of a few, and where no param is named, all are shown.
  const few = shown(new Kernel({ params: others }));
  assert.equal(few.section("params").querySelector("details"), null);
});

it("a failed run begins with its error", () => {
  const traceback = { text: "Traceback:\n  File\na.b.OddError: no\n  such thing", left: 0 };
  const { place, section } = shown(new Kernel({ status: "FAILED", traceback }));
  assert.match(section("traceback").querySelector("summary")?.textContent ?? "", /OddError: no$/u);
  assert.equal(place.querySelector("[data-section]"), section("traceback"));
});

it("rows of metrics stay the same elements while the run goes on", () => {
  const kernel = new Kernel({ status: "RUNNING", ended: null });
  const { rows, section } = shown(kernel);
  const row = section("metrics").querySelector("tbody tr");
  const [rmse, scores] = examples.state.metrics as [Metric, Metric];
  const points = { steps: [0, 1], values: [2, 0.5] };
  kernel.change({
    metrics: [{ ...rmse, name: "acc" }, { ...rmse, value: 0.5, count: 4, sparkline: points }, scores],
  });
  assert.deepEqual(
    rows("metrics").map(([name, value]) => [name, value]),
    [
      ["acc", "0.79123"],
      ["rmse", "0.5"],
      ["scores.mean", "nan"],
    ],
  );
  assert.equal(section("metrics").querySelector("tbody")?.children[1], row);
  kernel.change({ metrics: [scores] });
  assert.equal(rows("metrics").length, 1);
});

it("files are chosen by keys, and what is in them is shown as text", async () => {
  const kernel = new Kernel();
  const { find, place } = shown(kernel);
  const tree = find("[role=tree]");
  const current = () => place.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]')?.title;
  assert.equal(current(), "report.md");
  for (const key of ["ArrowDown", "ArrowLeft"]) {
    tree.dispatchEvent(keydown(key));
  }
  assert.equal(place.querySelectorAll("[role=treeitem]").length, 2, "the folder is closed");
  for (const key of ["ArrowRight", "End", "Enter"]) {
    tree.dispatchEvent(keydown(key));
  }
  assert.deepEqual(
    { ...kernel.sent[0], id: "" },
    { id: "", of: OF, kind: "preview", name: "plots/loss.png" },
  );
  await kernel.reply({
    ok: true,
    result: { name: "plots/loss.png", size: 3, kind: "image", type: "image/png", data: "iVBO" },
  });
  assert.equal(find<HTMLImageElement>("img").src, "data:image/png;base64,iVBO");
  tree.dispatchEvent(keydown("Home"));
  tree.dispatchEvent(keydown("Enter"));
  const text = { text: "<img src=x>", left: 7 };
  await kernel.reply({ ok: true, result: { name: "report.md", size: 3, kind: "text", text } });
  assert.match(find("[role=region] pre").textContent ?? "", /^<img src=x>… 7 more characters$/u);
  assert.equal(place.querySelector("img"), null);
});

for (const [type, data] of [
  ["image/svg+xml", "PHN2Zz4="],
  ["text/html", "PGI+"],
  ["image/png", 'x" onerror="alert(1)'],
]) {
  it(`a picture that is no pixels is not shown: ${type}`, async () => {
    const kernel = new Kernel();
    const { find, place } = shown(kernel);
    find("[role=tree]").dispatchEvent(keydown("Enter"));
    await kernel.reply({ ok: true, result: { name: "a", size: 3, kind: "image", type, data } });
    assert.equal(place.querySelector("img"), null);
  });
}

it("a model is served, and where it answers is a link", async () => {
  const kernel = new Kernel();
  const { button, find, section } = shown(kernel);
  button("Serve this model").click();
  assert.deepEqual({ ...kernel.sent[0], id: "" }, { id: "", of: OF, kind: "serve", model: "model" });
  kernel.change({ servers: { model: { state: "ready", address: "/user/ada/proxy/5001/", error: "" } } });
  await kernel.reply(DONE);
  const link = () => section("models").querySelector("a");
  assert.equal(link()?.href, "https://hub.example.org/user/ada/proxy/5001/");
  kernel.change({ servers: { model: { state: "ready", address: "javascript:alert(1)", error: "" } } });
  assert.equal(link(), null);
  kernel.change({ servers: { model: { state: "failed", address: "", error: "<b>no</b>" } } });
  assert.equal(find(".nbtrack-run-card pre").textContent, "<b>no</b>");
  assert.ok(button("Start again"));
});

it("the code is copied without asking, and asked for where it was cut", async () => {
  const kernel = new Kernel();
  const { button } = shown(kernel);
  button("Copy the cell with all that it depends on").click();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(await navigator.clipboard.readText(), "import numpy\n\nalpha = 0.1\nfit()");
  assert.equal(kernel.sent.length, 0);
  const { code } = examples.state.page;
  kernel.edit({ code: code && { ...code, script: { text: "import", left: 20 } } });
  button("Copy the cell with all that it depends on").click();
  await kernel.reply({ ok: true, result: { script: "all of it" } });
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(await navigator.clipboard.readText(), "all of it");
});

it("another run is another page, and the one before is forgotten", () => {
  const kernel = new Kernel();
  const { button, find, place, gone } = shown(kernel);
  const { listening } = kernel;
  button("Open the run fold 1").click();
  assert.equal(kernel.sent[0]?.kind === "open" && kernel.sent[0].run, "fedcba9876543210fedcba9876543210");
  assert.equal(kernel.sent[0]?.of, OF);
  button("Edit note").click();
  kernel.edit({ id: "fedcba9876543210fedcba9876543210", name: { text: "fold 1", left: 0 } });
  button("Export").click();
  assert.equal(kernel.sent.at(-1)?.of, "fedcba9876543210fedcba9876543210");
  assert.equal(find(".nbtrack-run-title").textContent, "fold 1");
  assert.equal(place.querySelector("textarea"), null);
  assert.equal(kernel.listening, listening);
  gone.abort();
  assert.equal(kernel.listening, 0);
});

it("whether a section is closed is remembered", () => {
  const { section } = shown(new Kernel());
  const params = section("params");
  assert.ok(params.open);
  params.open = false;
  params.dispatchEvent(new (document.defaultView as unknown as { Event: typeof Event }).Event("toggle"));
  assert.equal(localStorage.getItem("nbtrack-run-sections"), '{"Params":false}');
});

const last = ({ sent }: Kernel) => ({ ...sent.at(-1), id: "" });

it("a model is registered, under a name that is completed, and its versions take aliases", async () => {
  const kernel = new Kernel();
  const { button, field, section, find } = shown(kernel);
  assert.match(section("models").textContent ?? "", /wine version 3@champion/u);
  button("Make this model a version of a registered one").click();
  assert.deepEqual(last(kernel), { id: "", of: OF, kind: "names" });
  await kernel.reply({ ok: true, result: { models: ["wine", '"><img src=x>'], tags: [] } });
  const box = field("Register under the name");
  const options = [...find(`datalist[id="${box.getAttribute("list")}"]`).children];
  assert.deepEqual(
    options.map((option) => option.getAttribute("value")),
    ["wine", '"><img src=x>'],
  );
  box.value = "wine";
  box.dispatchEvent(keydown("Enter"));
  assert.deepEqual(last(kernel), { id: "", of: OF, kind: "register", model: "model", name: "wine" });
  const [model] = examples.state.page.models;
  const next = { name: "wine", version: 4, aliases: [] };
  kernel.edit({ models: model === undefined ? [] : [{ ...model, versions: [...model.versions, next] }] });
  await kernel.reply({ ok: true, result: { name: "wine", version: 4 } });
  button("Give wine version 4 an alias").click();
  field("New alias of wine version 4").value = "@next";
  // What is being written stays when something else is changed.
  kernel.edit({ models: model === undefined ? [] : [{ ...model, versions: [next] }] });
  field("New alias of wine version 4").dispatchEvent(keydown("Enter"));
  assert.deepEqual(last(kernel), {
    id: "",
    of: OF,
    kind: "set_alias",
    name: "wine",
    version: 4,
    alias: "next",
  });
  kernel.edit({
    models: model === undefined ? [] : [{ ...model, versions: [{ ...next, aliases: ["next"] }] }],
  });
  await kernel.reply(DONE);
  button("Remove the alias next").click();
  assert.deepEqual(last(kernel), { id: "", of: OF, kind: "delete_alias", name: "wine", alias: "next" });
});

it("where the store may only be read, nothing that changes it is there", () => {
  const { find, place, button } = shown(new Kernel({}, { read_only: true }));
  assert.equal(find("article").dataset["readOnly"], "true");
  const edits = [...place.querySelectorAll(".nbtrack-run-edits")].map((one) => one.textContent);
  assert.deepEqual(
    edits.sort((one, other) => ((one ?? "") < (other ?? "") ? -1 : 1)),
    [
      "Add a tag",
      "Add alias",
      "Delete",
      "Edit note",
      "Package…",
      "Register…",
      "Rename",
      "Restore",
      "Serve this model",
      "Stop",
      "×",
      "×",
    ],
  );
  assert.ok(button("team: red").disabled);
});

it("a file is fetched piece by piece, and its path is copied", async () => {
  const kernel = new Kernel();
  const { find, button } = shown(kernel);
  const saved: { name: string; type: string; size: number }[] = [];
  const blobs: Blob[] = [];
  // What is saved is let go of after ten seconds, for which a test does not wait.
  const later = setTimeout;
  mock.method(globalThis, "setTimeout", (act: () => void, wait = 0) => later(act, wait > 5000 ? 0 : wait));
  mock.method(URL, "createObjectURL", (blob: Blob) => {
    blobs.push(blob);
    return "blob:x";
  });
  document.addEventListener("click", (event) => {
    const target = event.target as HTMLAnchorElement;
    if (target.download) {
      event.preventDefault();
      saved.push({ name: target.download, type: blobs[0]?.type ?? "", size: blobs[0]?.size ?? 0 });
    }
  });
  find("[role=tree]").dispatchEvent(keydown("Enter"));
  button("Download report.md").click();
  assert.deepEqual(last(kernel), {
    id: "",
    of: OF,
    kind: "download",
    name: "report.md",
    offset: 0,
    stamp: "",
  });
  const piece = { filename: "..\\a/<b>\u202e.md", size: 4, data: "YWI=", stamp: "4-7" };
  await kernel.reply({ ok: true, result: { ...piece, next: 2 } });
  assert.deepEqual(last(kernel), {
    id: "",
    of: OF,
    kind: "download",
    name: "report.md",
    offset: 2,
    stamp: "4-7",
  });
  await kernel.reply({ ok: true, result: { ...piece, next: null } });
  assert.deepEqual(saved, [{ name: "_b_⟨U+202E⟩.md", type: "application/octet-stream", size: 4 }]);
  button("Artifacts as ZIP").click();
  assert.deepEqual(last(kernel), { id: "", of: OF, kind: "download", name: "", offset: 0, stamp: "" });
  await kernel.reply({ ok: false, error: { type: "InvalidValueError", message: "too large" } });
  button("Artifacts as ZIP").click();
  const sent = kernel.sent.length;
  await kernel.reply({ ok: true, result: { ...piece, next: 0 } });
  assert.equal(kernel.sent.length, sent, "a piece that leads nowhere ends the download");
  button("Copy where report.md lies").click();
  await kernel.reply({ ok: true, result: { path: "/store/report.md" } });
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(await navigator.clipboard.readText(), "/store/report.md");
  mock.reset();
});

for (const [name, safe] of [
  ["loss.png", "loss.png"],
  ["../../etc/passwd", "passwd"],
  ["..", "artifact"],
  ["a\nb:c?.txt", "a_b_c_.txt"],
  [`${"n".repeat(400)}.csv`, `${"n".repeat(146)}.csv`],
] as const) {
  it(`a file is kept under a name that does no harm: ${safe.slice(0, 20)}`, () => {
    assert.equal(safeName(name), safe);
  });
}

it("an SVG is an image and no part of the page, and its source is one click away", async () => {
  const kernel = new Kernel();
  const { find, place, button } = shown(kernel);
  find("[role=tree]").dispatchEvent(keydown("Enter"));
  const text = { text: '<svg onload="alert(1)"/>', left: 0 };
  await kernel.reply({ ok: true, result: { name: "a.svg", size: 3, kind: "svg", text } });
  const image = find<HTMLImageElement>("[role=region] img");
  assert.equal(image.src, "data:image/svg+xml;charset=utf-8,%3Csvg%20onload%3D%22alert(1)%22%2F%3E");
  assert.equal(place.querySelector("[role=region] svg"), null);
  assert.ok(find("[role=region] pre").hidden);
  button("Source").click();
  assert.ok(image.hidden);
  assert.equal(find("[role=region] pre").textContent, text.text);
});

it("a Markdown file is read as a note is", async () => {
  const kernel = new Kernel();
  const { find, place } = shown(kernel);
  find("[role=tree]").dispatchEvent(keydown("Enter"));
  const text = { text: "# one\n<img src=x onerror=alert(1)> **two**", left: 0 };
  await kernel.reply({ ok: true, result: { name: "a.md", size: 3, kind: "markdown", text } });
  assert.equal(find("[role=region] strong:last-child").textContent, "two");
  assert.equal(place.querySelector("[role=region] img"), null);
});

it("a metric's curve is shown where the page is told to, else on the page", async () => {
  const asked: [string, string][] = [];
  const inside = shown(new Kernel(), { onCurve: (metric, run) => asked.push([metric, run]) });
  inside.button("rmse").click();
  assert.deepEqual(asked, [["rmse", examples.state.page.id]]);
  inside.gone.abort();
  const kernel = new Kernel();
  const { button, find } = shown(kernel);
  button("rmse").click();
  assert.ok(isRequest("runpage", kernel.sent[0]));
  assert.deepEqual(last(kernel), {
    id: "",
    of: OF,
    kind: "curve",
    asked: { metric: "rmse", x: "step", points: 400, within: null, spacing: "even" },
  });
  const error = { type: "NotFoundError", message: "no such run" };
  await kernel.reply({ ok: false, error });
  assert.ok(find(".nbtrack-run-curve").hidden);
});

it("what is typed into a box goes no further than the page", () => {
  const { button, field, place } = shown(new Kernel());
  const heard: string[] = [];
  place.addEventListener("keydown", ({ key }) => heard.push(key));
  button("Edit note").click();
  field("Note").dispatchEvent(keydown("Enter"));
  button("Export").dispatchEvent(keydown("x"));
  assert.deepEqual(heard, ["x"]);
});

it("packages the run into a folder that is asked for, and shows what was made", async () => {
  const kernel = new Kernel({ name: { text: "fine wine!", left: 0 } });
  const { button, field, section, find } = shown(kernel);
  button("Make a project of the run, which runs elsewhere").click();
  const box = field("Folder of the project");
  assert.equal(box.value, "fine-wine-project");
  box.value = "wine";
  box.dispatchEvent(keydown("Enter"));
  assert.deepEqual(last(kernel), { id: "", of: OF, kind: "package", folder: "wine" });
  const error = { type: "InvalidValueError", message: "the folder 'wine' is not empty" };
  await kernel.reply({ ok: false, error });
  assert.equal(box.disabled, false);
  assert.match(find("[data-section=code] [role=alert]").textContent ?? "", /not empty/u);
  box.dispatchEvent(keydown("Enter"));
  await kernel.reply({
    ok: true,
    result: {
      folder: "/home/ada/wine",
      files: ["MLproject", "main.py"],
      command: "nbtrack run /home/ada/wine -P alpha=0.5",
      left_out: ["big.csv: it has <b>2 GB</b>"],
    },
  });
  const text = section("code").textContent ?? "";
  assert.match(text, /Made \/home\/ada\/wine with 2 files/u);
  assert.match(text, /nbtrack run \/home\/ada\/wine -P alpha=0\.5/u);
  assert.match(text, /Left outbig\.csv: it has <b>2 GB<\/b>/u);
  button("Hide what was made").click();
  assert.doesNotMatch(section("code").textContent ?? "", /Made/u);
});
