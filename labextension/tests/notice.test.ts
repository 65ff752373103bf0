import assert from "node:assert/strict";
import { it } from "node:test";
import { Colours } from "../src/plot/colours.ts";
import { Notice } from "../src/plot/view.ts";
import { pause } from "./pause.ts";
import { buttonOf, place } from "./views.ts";

/** A notice on the page, and a request that is answered when the test says so. */
function waiting() {
  const gone = new AbortController();
  const notice = new Notice(gone.signal);
  place().append(notice.root);
  let answer: (found: string) => void = () => undefined;
  const request = new Promise<string>((done) => {
    answer = done;
  });
  return { gone, notice, request, answer, said: () => (notice.root.hidden ? "" : notice.root.textContent) };
}

it("what comes at once is not announced, and what takes longer within a tenth of a second", async () => {
  const { gone, notice, request, answer, said } = waiting();
  assert.equal(await notice.wait(Promise.resolve(1), { text: "Adding" }), 1);
  const coming = notice.wait(request, { text: "Grouping 36 runs", part: 0.5 });
  assert.equal(said(), "");
  await pause(110);
  assert.equal(said(), "Grouping 36 runs…");
  assert.equal(notice.root.querySelector("progress")?.value, 0.5);
  answer("found");
  assert.equal(await coming, "found");
  assert.equal(said(), "");
  gone.abort();
});

it("after a second it can be stopped, and taken up again", async () => {
  const { gone, notice, request, answer, said } = waiting();
  const told: string[] = [];
  const doing = { text: "Grouping", stopped: () => told.push("stopped"), again: () => told.push("again") };
  const coming = notice.wait(request, doing);
  await pause(1100);
  assert.match(said() ?? "", /^Grouping…1 sStop$/u);
  buttonOf(notice.root, "Stop").click();
  assert.equal(said(), "Stopped.Go on");
  buttonOf(notice.root, "Go on").click();
  assert.deepEqual(told, ["stopped", "again"]);
  answer("late");
  assert.equal(await coming, undefined, "what was stopped is not shown");
  gone.abort();
});

it("an error is said, but not that of a request that another has replaced", async () => {
  const { gone, notice, request, answer, said } = waiting();
  await notice.wait(Promise.reject(new Error("no such metric")));
  assert.equal(said(), "no such metric");
  const first = notice.wait(Promise.reject(new Error("late")));
  const second = notice.wait(request);
  answer("found");
  assert.deepEqual(await Promise.all([first, second]), [undefined, "found"]);
  assert.equal(said(), "");
  gone.abort();
});

it("a new choice begins with solid lines, and keeps the colour of a run that had one", () => {
  const colours = new Colours();
  for (let run = 0; run < 20; run += 1) {
    colours.slot(`run ${run}`);
  }
  assert.deepEqual([colours.style("run 3"), colours.style("run 17")], ["solid", "dotted"]);
  const third = colours.of("run 3", false);
  colours.begin(["run 17", "run 3"]);
  assert.deepEqual([colours.style("run 17"), colours.of("run 3", false)], ["solid", third]);
  assert.notEqual(colours.of("run 17", false), third);
  assert.equal(colours.slot("another"), 1, "of the free slots the first");
  colours.begin([]);
  assert.equal(colours.slot("run 17"), 0);
});
