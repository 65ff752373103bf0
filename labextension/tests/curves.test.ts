import assert from "node:assert/strict";
import { it } from "node:test";
import { isOnePoint, ranked } from "../src/curves/bars.ts";
import { layOut } from "../src/curves/figure.ts";
import { linesOf, nearest, smoothed } from "../src/curves/lines.ts";
import { CurvesState, freshChosen, withEnds, within } from "../src/curves/state.ts";
import { showCurves } from "../src/curves/view.ts";
import type { Ask, DocumentRequests, GroupCurvesDocument } from "../src/kernel/documents.ts";
import { Colours } from "../src/plot/colours.ts";
import { pause } from "./pause.ts";
import { buttonOf, curvesOf, event, find, HOSTILE, place } from "./views.ts";

const FEW = curvesOf([
  { name: HOSTILE, xs: [0, 1, 2], means: [3, Number.NaN, 1] },
  { name: "long", xs: [0, 50, 99], means: [2, 1, 0.5], lows: [1.5, 0.5, 0.25], highs: [2.5, 9, 0.75] },
  { name: "none", xs: [], means: [] },
]);

it("curves are read as they were packed", () => {
  const [one, two, none] = linesOf(FEW);
  assert.deepEqual([...(one?.xs ?? [])], [0, 1, 2]);
  assert.ok(Number.isNaN(one?.means[1]));
  assert.equal(one?.lows, null);
  assert.deepEqual([...(two?.highs ?? [])], [2.5, 9, 0.75]);
  assert.equal(none?.xs.length, 0);
  assert.deepEqual([...(linesOf({ ...FEW, origin: 1e9 })[0]?.xs ?? [])], [1e9, 1e9 + 1, 1e9 + 2]);
});

it("a group is its mean with a band", () => {
  const group = { label: "alpha=1", runs: ["a", "b"], x: [0, 1], mean: [2, null], std: [0.5, null] };
  const document = {
    metric: "loss",
    x: "step",
    by: ["params.alpha"],
    direction: null,
    groups: [{ ...group, min: [], max: [], count: [2, 1] }],
  };
  const [line] = linesOf(document as unknown as GroupCurvesDocument);
  assert.equal(line?.runs, 2);
  assert.deepEqual([line?.lows?.[0], line?.highs?.[0]], [1.5, 2.5]);
  assert.ok(Number.isNaN(line?.means[1]));
});

it("the nearest point is found", () => {
  assert.deepEqual(
    [-5, 0, 4, 6, 100].map((value) => nearest([0, 5, 10], value)),
    [0, 0, 1, 1, 2],
  );
  assert.equal(nearest([], 1), -1);
});

it("smoothing begins where the curve does, keeps its gaps, and follows it", () => {
  const xs = Float64Array.from({ length: 200 }, (_, step) => step);
  const ys = xs.map((x) => (x === 100 ? Number.NaN : 5 + (x % 2 === 0 ? 1 : -1)));
  const smooth = smoothed(xs, ys, 0.95, 199);
  assert.equal(smooth[0], ys[0]);
  assert.ok(Number.isNaN(smooth[100]));
  assert.ok(smooth.slice(50, 100).every((value) => Math.abs(value - 5) < 0.2));
  assert.deepEqual([...smoothed(xs, ys, 0, 199)].slice(0, 50), [...ys].slice(0, 50));
  const flat = smoothed(
    xs,
    xs.map(() => 3),
    0.99,
    199,
  );
  assert.ok(flat.every((value) => Math.abs(value - 3) < 1e-9));
});

function shown(ask?: Ask) {
  const at = place();
  const gone = new AbortController();
  const more = ask === undefined ? {} : { ask, metrics: ["loss", "rmse"], fields: ["params.alpha"] };
  const handle = showCurves(at, FEW, { colours: new Colours(), ...more }, gone.signal);
  return { at, gone, handle };
}

function asking() {
  const asked: { kind: string; what: Record<string, unknown> }[] = [];
  const ask = (kind: keyof DocumentRequests, what: object) => {
    asked.push({ kind, what: { ...what } });
    return Promise.resolve(FEW);
  };
  return { asked, ask: ask as unknown as Ask };
}

it("the legend hides and shows, and stays so when newer curves come", () => {
  const { at, handle, gone } = shown();
  const item = buttonOf(at, HOSTILE);
  assert.equal(item.getAttribute("aria-pressed"), "true");
  item.click();
  assert.equal(buttonOf(at, HOSTILE).getAttribute("aria-pressed"), "false");
  assert.match(at.textContent ?? "", /1 of 2 shown/u);
  handle.update(FEW);
  assert.equal(buttonOf(at, HOSTILE).getAttribute("aria-pressed"), "false");
  buttonOf(at, "None").click();
  assert.match(at.textContent ?? "", /0 of 2 shown/u);
  buttonOf(at, "All").click();
  assert.match(at.textContent ?? "", /2 shown/u);
  assert.equal(at.querySelector("img"), null);
  gone.abort();
});

it("without a kernel to ask there is nothing that would ask it", () => {
  const { at } = shown();
  const labels = [...at.querySelectorAll("label")].map((label) => label.textContent);
  assert.deepEqual(labels, ["Smoothing", "Log x", "Log y", "Band", "Ignore outliers"]);
});

it("what is chosen is asked for", async () => {
  const { asked, ask } = asking();
  const { at } = shown(ask);
  const [metric, along, by] = at.querySelectorAll("select");
  const choose = (select: HTMLSelectElement | undefined, value: string) => {
    assert.ok(select);
    select.value = value;
    select.dispatchEvent(event("change"));
  };
  choose(metric, "rmse");
  choose(along, "relative");
  choose(by, "params.alpha");
  await pause(20);
  assert.deepEqual(
    asked.map(({ kind }) => kind),
    ["curves", "curves", "grouped_curves"],
  );
  assert.equal(asked[0]?.what["metric"], "rmse");
  assert.deepEqual([asked[1]?.what["x"], asked[1]?.what["within"]], ["relative", null]);
  assert.deepEqual(asked[2]?.what["by"], ["params.alpha"]);
});

it("keys zoom, and take it back", async () => {
  const { asked, ask } = asking();
  const { at } = shown(ask);
  const surface = find(at, ".nbtrack-chart-surface");
  assert.equal(surface.tabIndex, 0);
  surface.dispatchEvent(event("keydown", { key: "+" }));
  await pause(10);
  const [low = 0, high = 0] = (asked[0]?.what["within"] ?? []) as number[];
  assert.ok(low > 0 && high < 99 && low < high, `${low} ${high}`);
  surface.dispatchEvent(event("keydown", { key: "0" }));
  await pause(10);
  assert.equal(asked[1]?.what["within"], null);
  surface.dispatchEvent(event("keydown", { key: "ArrowLeft" }));
  assert.match(find(at, ".nbtrack-unseen").textContent ?? "", /nothing here|step/u);
});

it("beside the pointer stand the curves that are near, or else the best, each as its line is drawn", async () => {
  const levels = Array.from({ length: 10 }, (_, level) => level);
  const many = curvesOf(
    levels.map((level) => ({ name: `run ${level}`, xs: [0, 1, 2], means: [level, level, level] })),
  );
  const at = place();
  const colours = new Colours();
  showCurves(at, many, { colours }, new AbortController().signal);
  await pause(40);
  const surface = find(at, ".nbtrack-chart-surface");
  const said = () =>
    [...at.querySelectorAll(".nbtrack-chart-tip > div > span")].map((one) => one.textContent);
  surface.dispatchEvent(event("keydown", { key: "ArrowLeft" }));
  assert.ok(["run 4", "run 5"].includes(said()[0] ?? ""), "in the middle");
  assert.equal(said().at(-1), "and 2 more");
  const style = find(at, ".nbtrack-chart-tip .nbtrack-legend-line").style.borderTop;
  assert.match(style, /^3px solid /u);
});

it("an answer that comes late does not replace a newer one", async () => {
  const answers: ((document: typeof FEW) => void)[] = [];
  const ask = (() => new Promise((resolve) => answers.push(resolve))) as unknown as Ask;
  const { at, handle } = shown(ask);
  handle.refresh();
  handle.refresh();
  answers[1]?.(curvesOf([{ name: "newer", xs: [0, 1], means: [1, 2] }]));
  await pause(5);
  answers[0]?.(curvesOf([{ name: "older", xs: [0], means: [1] }]));
  await pause(5);
  assert.match(at.textContent ?? "", /newer/u);
  assert.doesNotMatch(at.textContent ?? "", /older/u);
});

it("no point of the metric is said", () => {
  const at = place();
  const none = curvesOf([{ name: "none", xs: [], means: [] }]);
  showCurves(at, none, { colours: new Colours() }, new AbortController().signal);
  assert.equal(find(at, ".nbtrack-empty").hidden, false);
});

it("a metric of one point is bars, the best first, and curves again when it has more", () => {
  const points = curvesOf([
    { name: "low", xs: [0], means: [0.2] },
    { name: "lost", xs: [0], means: [Number.NaN] },
    { name: "high", xs: [0], means: [0.9] },
    { name: "none", xs: [], means: [] },
  ]);
  const order = (direction: "down" | "up" | null) => {
    const state = new CurvesState({ ...points, direction }, { colours: new Colours() });
    state.lines = linesOf(points);
    assert.ok(isOnePoint(state.lines));
    return ranked(state).map(({ name }) => name);
  };
  assert.deepEqual(order("down"), ["low", "high", "lost"]);
  assert.deepEqual(order("up"), ["high", "low", "lost"]);
  assert.deepEqual(order(null), ["high", "low", "lost"]);
  assert.ok(!isOnePoint(linesOf(FEW)));

  const at = place();
  const shownCurves = showCurves(at, points, { colours: new Colours() }, new AbortController().signal);
  assert.equal(at.querySelector(".nbtrack-legend"), null);
  shownCurves.update(FEW);
  assert.ok(at.querySelector(".nbtrack-legend"));
});

it("who lacks the metric stands last, and cannot be hidden", () => {
  const at = place();
  const some = curvesOf([
    { name: "none", xs: [], means: [] },
    { name: "some", xs: [0, 1], means: [1, 2] },
  ]);
  showCurves(at, some, { colours: new Colours() }, new AbortController().signal);
  const items = [...at.querySelectorAll<HTMLButtonElement>(".nbtrack-legend li button")];
  assert.deepEqual(
    items.map((item) => [item.querySelector("span")?.textContent, item.disabled]),
    [
      ["some", false],
      ["none", true],
    ],
  );
});

it("a range has the ends that were typed, also where all lies beyond them", () => {
  assert.deepEqual(withEnds([0, 10], undefined), [0, 10]);
  assert.deepEqual(withEnds([0, 10], [null, 4]), [0, 4]);
  assert.deepEqual(withEnds([0, 10], [2, 4]), [2, 4]);
  assert.deepEqual(withEnds([0, 10], [20, null]), [20, 30]);
  assert.deepEqual(withEnds([5, 5], [null, 1]), [0, 1]);
});

it("the ends of the axes are typed, and kept by metric and by what the curves run along", () => {
  const { asked, ask } = asking();
  const { at, handle } = shown(ask);
  const box = (label: string) => find<HTMLInputElement>(at, `[aria-label="${label}"]`);
  const type = (label: string, text: string) => {
    box(label).value = text;
    box(label).dispatchEvent(event("change"));
  };
  type("Greatest of y", "1.5");
  type("Least of y", "\u22122");
  assert.deepEqual(handle.chosen.ends.y.get("loss"), [-2, 1.5]);
  assert.equal(find(at, ".nbtrack-axis > summary").textContent, "Axis: set");
  for (const [text, said] of [
    ["1.5", "The first is not below the second"],
    ["<b>", "A number, or nothing"],
    ["1e999", "A number, or nothing"],
  ] as const) {
    type("Least of y", text);
    assert.match(find(at, ".nbtrack-axis-ends").textContent ?? "", new RegExp(said, "u"));
  }
  assert.deepEqual(handle.chosen.ends.y.get("loss"), [-2, 1.5], "what cannot be is not taken");
  type("Least of x", "10");
  assert.deepEqual(asked.at(-1)?.what["within"], [10, Number.MAX_VALUE]);
  const state = new CurvesState(FEW, { colours: new Colours(), chosen: handle.chosen });
  state.lines = linesOf(FEW);
  const { x, y } = layOut(state, { width: 600, height: 300 });
  assert.deepEqual(
    [x.domain, y.domain],
    [
      [10, 99],
      [-2, 1.5],
    ],
  );
  buttonOf(at, "Automatic").click();
  assert.equal(box("Least of x").value, "");
  assert.equal(within(handle.chosen), null);
  assert.equal(find(at, ".nbtrack-axis > summary").textContent, "Axis");
});

it("curves run along another metric, in the order of the steps, but not those of groups", () => {
  const { asked, ask } = asking();
  const at = place();
  const { signal } = new AbortController();
  const options = { ask, metrics: ["loss", HOSTILE], alongs: ["loss", HOSTILE], fields: ["params.alpha"] };
  const { chosen } = showCurves(at, FEW, { colours: new Colours(), ...options }, signal);
  const along = () => find<HTMLSelectElement>(at, ".nbtrack-along select");
  assert.deepEqual(
    [...along().options].map(({ value }) => value),
    ["step", "relative", "time", `metrics.${HOSTILE}`],
  );
  along().value = `metrics.${HOSTILE}`;
  along().dispatchEvent(event("change"));
  assert.equal(asked.at(-1)?.what["x"], `metrics.${HOSTILE}`);
  const by = [...at.querySelectorAll("select")].find(({ options: [first] }) => first?.value === "");
  assert.ok(by);
  by.value = "params.alpha";
  by.dispatchEvent(event("change"));
  assert.deepEqual(
    [asked.at(-1)?.kind, asked.at(-1)?.what["x"], chosen.x],
    ["grouped_curves", "step", "step"],
  );
  assert.equal(along().options.length, 3);
  assert.equal(at.querySelector("img"), null);
});

it("along another metric the chart reaches as far as the points do, and not to the last", () => {
  const turning = curvesOf([{ name: "one", xs: [3, -1, 9, 4], means: [1, 2, 3, 4] }]);
  const chosen = { ...freshChosen("loss"), x: "metrics.rmse" as const };
  const state = new CurvesState(turning, { colours: new Colours(), chosen });
  state.lines = linesOf(turning);
  assert.deepEqual(layOut(state, { width: 600, height: 300 }).x.domain, [-1, 9]);
  state.chosen.logX = true;
  assert.equal(state.spacing, "even");
  assert.ok(layOut(state, { width: 600, height: 300 }).x.domain[0] > 2.9);
});
