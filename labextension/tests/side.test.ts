import assert from "node:assert/strict";
import { it } from "node:test";
import { narrowed, narrowTracks } from "../src/panel/narrow.ts";
import "./lumino.ts";

const { folderOf } = await import("../src/lab/folder.ts");

it("the panel shows the folder that a notebook is in, whichever drive has it", () => {
  assert.equal(folderOf("first.ipynb"), "");
  assert.equal(folderOf("a/b c/first.ipynb"), "a/b c");
  assert.equal(folderOf("RTC:a/first.ipynb"), "a");
});

it("a narrow table shows a run's name, one metric and the status", () => {
  const columns = ["name", "status", "params.alpha", "metrics.rmse", "metrics.mae"];
  assert.deepEqual(narrowed(columns, []), ["name", "metrics.rmse", "status"]);
  assert.deepEqual(narrowed(columns, ["metrics.mae DESC"]), ["name", "metrics.mae", "status"]);
  assert.deepEqual(narrowed(["name", "params.alpha"], []), ["name", "status"]);
  assert.deepEqual(narrowed([], []), ["status"]);
  const tracks = narrowTracks(["name", "metrics.rmse", "status"], () => 104);
  assert.equal(tracks, "minmax(0, 1fr) 104px 30px", "a number is not cut");
});
