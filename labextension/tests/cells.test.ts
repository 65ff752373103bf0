// biome-ignore-all lint/security/noSecrets: cells with a magic look like secrets
import assert from "node:assert/strict";
import { it } from "node:test";
import { filterOf, storeFolder } from "../src/lab/cells/earlier.ts";
import { type Mark, markOf, readMark, sentence, shownOf } from "../src/lab/cells/mark.ts";
import { isPython } from "../src/lab/cells/notebook.ts";
import { checksum, type Edit, headOf, loadsNbtrack, toggled } from "../src/lab/cells/source.ts";

const SOURCE = "%%track\nalpha = 0.1";

const TOLD = {
  run: "0a".repeat(16),
  name: "brave-fox-3",
  status: "FINISHED",
  lineage: "0b".repeat(12),
  store: "../.nbtrack",
  source: checksum(SOURCE),
  metric: { name: "rmse", text: "0.5", value: 0.5, change: "▼ 0.1", better: true },
};

function read(told: unknown): Mark {
  const mark = readMark({ nbtrack: told });
  assert.ok(mark !== null);
  return mark;
}

/** Return a source after its line `%%track` was put there or taken away. */
function after(source: string, line?: string): string {
  const { start, end, text } = toggled(source, line) as Edit;
  return source.slice(0, start) + text + source.slice(end);
}

it("the checksum is that of the kernel", () => {
  // The kernel's test has the same: tests/notebook/test_kernel_mark.py.
  assert.equal(checksum(SOURCE), "19-61d762ec");
  assert.equal(checksum("é€😀"), "9-420c38fb");
});

it("the line %%track is found where the kernel finds it", () => {
  for (const source of [
    SOURCE,
    "%%track",
    "  %%track baseline -t a=b\nfit()",
    "# why\n\n%%track\nfit()",
    "%%time\n%%track\nfit()",
  ]) {
    assert.match(headOf(source).track?.text ?? "", /^%%track/u, source);
  }
  for (const source of [
    "",
    "fit()",
    "%%track?",
    "%%tracker\nfit()",
    "%%bash\n%%track\nls",
    "x = 1\n%%track",
  ]) {
    assert.equal(headOf(source).track, null, source);
  }
});

it("the button adds the line on top, takes it away, and puts it back with its options", () => {
  assert.equal(after("fit()"), "%%track\nfit()");
  assert.equal(after(""), "%%track\n");
  assert.equal(after(SOURCE), "alpha = 0.1");
  assert.equal(after("%%track"), "");
  assert.equal(after("# why\n%%track a -t b=c\nfit()"), "# why\nfit()");
  assert.equal(headOf("# why\n%%track a -t b=c\nfit()").track?.text, "%%track a -t b=c");
  assert.equal(after("fit()", "%%track a -t b=c"), "%%track a -t b=c\nfit()");
});

it("a cell with another magic, or that loads nbtrack, is left alone and told why", () => {
  assert.match(String(toggled("%%bash\nls")), /begins with %%bash/u);
  assert.match(String(toggled("# list\n%%time\nfit()")), /begins with %%time/u);
  assert.match(String(toggled("import os\n%load_ext nbtrack")), /loads nbtrack/u);
});

it("nbtrack counts as loaded where a cell loads it", () => {
  for (const source of ["%load_ext nbtrack", "import os\n  %reload_ext nbtrack  # it", "load_ext nbtrack"]) {
    assert.ok(loadsNbtrack(source), source);
  }
  for (const source of ["# %load_ext nbtrack", "%load_ext nbtracker", "import nbtrack"]) {
    assert.ok(!loadsNbtrack(source), source);
  }
});

it("what an output says is read with care", () => {
  assert.deepEqual(read(TOLD).metric, { name: "rmse", text: "0.5", change: "▼ 0.1", better: true });
  const wrong = [
    null,
    [],
    "run",
    { ...TOLD, run: "<b>" },
    { ...TOLD, run: "' OR 1=1" },
    { ...TOLD, source: 3 },
  ];
  for (const told of [...wrong, { ...TOLD, status: "constructor" }, { ...TOLD, run: `${TOLD.run}\n` }]) {
    assert.equal(readMark({ nbtrack: told }), null, JSON.stringify(told));
  }
  for (const metadata of [undefined, null, "nbtrack", {}, { nbtrack: {} }]) {
    assert.equal(readMark(metadata), null);
  }
  const odd = read({
    ...TOLD,
    name: "n".repeat(1e6),
    lineage: "x' OR '1'='1",
    store: "s".repeat(1e6),
    metric: { name: "m".repeat(1e6), text: {}, change: 3, better: "yes" },
    model: "yes",
  });
  assert.equal(odd.name.length, 200);
  assert.deepEqual([odd.lineage, odd.store, odd.model], [null, null, false]);
  assert.deepEqual(odd.metric, { name: "m".repeat(200), text: "", change: "", better: null });
  assert.equal(read({ ...TOLD, name: null, metric: [] }).name, "run 0a0a0a0a");
});

it("the last of a cell's outputs that says something counts", () => {
  const outputs = [{ nbtrack: { ...TOLD, status: "RUNNING" } }, { nbtrack: TOLD }, {}, undefined];
  const found = markOf({ length: 4, get: (at) => ({ metadata: outputs[at] }) });
  assert.equal(found?.status, "FINISHED");
  assert.equal(markOf({ length: 0, get: () => ({ metadata: undefined }) }), null);
});

it("a badge tells the outcome, and whether the cell was edited since", () => {
  const mark = read(TOLD);
  const finished = shownOf(mark, SOURCE, false);
  assert.deepEqual([finished?.outcome, finished?.stale], ["finished", false]);
  assert.equal(shownOf(mark, `${SOURCE} `, false)?.stale, true);
  assert.ok(finished !== null);
  assert.equal(
    sentence(finished),
    "brave-fox-3: finished, rmse 0.5 (▼ 0.1: better than the best run before)",
  );
  assert.match(sentence({ ...finished, stale: true }), /stale: the cell was edited/u);
  const begun = read({ ...TOLD, status: "RUNNING" });
  assert.equal(shownOf(begun, SOURCE, true)?.outcome, "running");
  assert.equal(shownOf(begun, SOURCE, false)?.outcome, "unfinished", "nobody has told how it ended");
  assert.equal(shownOf(null, SOURCE, true)?.outcome, "running");
  assert.equal(shownOf(mark, SOURCE, true)?.outcome, "finished", "the line comes before the cell has ended");
  assert.equal(shownOf(null, "1 + 1", true), null);
  assert.equal(shownOf(null, SOURCE, false), null);
});

it("a store is found from the notebook that names it", () => {
  assert.equal(storeFolder("a/b", ".nbtrack"), "a/b");
  assert.equal(storeFolder("a/b", "../.nbtrack"), "a");
  assert.equal(storeFolder("a/b", "../c/.nbtrack"), "a/c");
  assert.equal(storeFolder("", ".nbtrack"), "");
  assert.equal(storeFolder("a", "../../../.nbtrack"), "a", "the server looks above its root by itself");
  assert.equal(storeFolder("a", "../../runs"), "a");
  assert.equal(storeFolder("a", null), "a");
  assert.equal(filterOf(TOLD.lineage), `lineage = '${TOLD.lineage}'`);
});

it("only what says that it is Python is", () => {
  const told = (metadata: Record<string, unknown>) => isPython({ getMetadata: (key) => metadata[key] });
  assert.ok(told({ language_info: { name: "python" } }));
  assert.ok(told({ kernelspec: { name: "team-env", language: "python" } }));
  assert.ok(told({ kernelspec: { name: "python3" } }));
  for (const metadata of [
    {},
    { language_info: { name: "R" }, kernelspec: { name: "python3" } },
    { kernelspec: null },
  ]) {
    assert.ok(!told(metadata), JSON.stringify(metadata));
  }
});
