import assert from "node:assert/strict";
import { it } from "node:test";
import { showBox } from "../src/charts/box.ts";
import { type Brushes, filterOf, passes, rounded } from "../src/charts/brush.ts";
import { showImportance } from "../src/charts/importance.ts";
import { showParallel } from "../src/charts/parallel.ts";
import { showScatter } from "../src/charts/scatter.ts";
import { levelLine, surfaceOf } from "../src/charts/surface.ts";
import type {
  Ask,
  BoxDocument,
  Column,
  FieldsDocument,
  ImportanceDocument,
} from "../src/kernel/documents.ts";
import { Colours, ramp, rgb, slotColour } from "../src/plot/colours.ts";
import { fieldFigures } from "../src/plot/fields.ts";
import { linear, logarithmic, moments, scaleOf } from "../src/plot/scales.ts";
import { SvgPen } from "../src/plot/svg.ts";
import { csvText, fileName } from "../src/ui/export.ts";
import { lengthText, momentText, numberText, tickText } from "../src/ui/text.ts";
import { pause } from "./pause.ts";
import { buttonOf, event, FIELDS, find, HOSTILE, place } from "./views.ts";

const [ALPHA, SOLVER, RMSE] = FIELDS.columns;

it("numbers have sensible digits", () => {
  assert.deepEqual(
    [0.123_456_789, 12_345, 1e-7, 0, 1e12, Number.NaN, Number.NEGATIVE_INFINITY].map((one) =>
      numberText(one),
    ),
    ["0.12346", "12,345", "1e-7", "0", "1e12", "nan", "-inf"],
  );
  assert.equal(numberText(null), "–");
  assert.deepEqual(
    [lengthText(0.05), lengthText(12.34), lengthText(200), lengthText(7500), lengthText(90_000)],
    ["50 ms", "12.3 s", "3 min 20 s", "2 h 5 min", "1 d 1 h"],
  );
  assert.match(momentText(1_700_000_000.4), /^2023-11-1\d \d\d:\d\d:\d\d$/u);
  assert.deepEqual(
    [tickText(0.25, 0.05), tickText(20_000, 5000), tickText(1.5e6, 5e5), tickText(1e-6, 1e-6)],
    ["0.25", "20k", "1.5M", "1e-6"],
  );
});

it("a scale goes there and back, with round ticks", () => {
  const scale = linear([0, 9.7], [100, 500]);
  assert.ok(Math.abs(scale.value(scale.place(3.3)) - 3.3) < 1e-9);
  assert.deepEqual(
    scale.ticks.map(({ text }) => text),
    ["0", "2", "4", "6", "8"],
  );
  const log = logarithmic([1e-4, 1], [0, 100]);
  assert.deepEqual(
    log.ticks.map(({ value }) => value),
    [1e-4, 1e-3, 1e-2, 1e-1, 1],
  );
  assert.equal(log.place(0.01), 50);
  assert.ok(Number.isNaN(log.place(-1)));
  assert.ok(logarithmic([2, 5], [0, 100]).ticks.length > 2);
  for (const span of [0.02, 3, 100, 5000, 90_000, 1e7]) {
    const { ticks } = moments([1.7e9, 1.7e9 + span], [0, 600]);
    assert.ok(ticks.length >= 2 && ticks.length < 12, `${span} s: ${ticks.length}`);
    assert.equal(new Set(ticks.map(({ text }) => text)).size, ticks.length, `${span} s`);
  }
});

it("ticks are told exactly, whole numbers as such", () => {
  const texts = (low: number, high: number, whole = false) =>
    linear([low, high], [0, 100], 6, whole).ticks.map(({ text }) => text);
  assert.deepEqual(texts(-0.8, 0.5), ["-0.75", "-0.50", "-0.25", "0", "0.25", "0.50"]);
  assert.deepEqual(texts(1, 2), ["1.0", "1.2", "1.4", "1.6", "1.8", "2.0"]);
  assert.deepEqual(texts(1, 2, true), ["1", "2"]);
  assert.deepEqual(texts(0, 15, true), ["0", "5", "10", "15"]);
  assert.deepEqual(texts(3, 3, true), ["2", "3", "4"]);
  assert.deepEqual(texts(0, 15_000), ["0", "2.5k", "5.0k", "7.5k", "10.0k", "12.5k", "15.0k"]);
});

it("a chart's numbers are kept as CSV", () => {
  const rows = [
    ['say "x", y', 1.5],
    [HOSTILE, null],
    ["lost", Number.NaN],
  ];
  const text = csvText({ heads: ["run", "a,b"], rows });
  assert.equal(text, `run,"a,b"\r\n"say ""x"", y",1.5\r\n${HOSTILE},\r\nlost,\r\n`);
  assert.deepEqual(fieldFigures(FIELDS).heads.slice(0, 3), ["run_id", "run", FIELDS.columns[0]?.field]);
});

it("an axis is moved by the arrow keys, with its brush", () => {
  const at = place();
  const orders: string[][] = [];
  const options = { colours: new Colours(), onOrder: (fields: string[]) => orders.push(fields) };
  showParallel(at, FIELDS, options, new AbortController().signal);
  const [first] = at.querySelectorAll<HTMLElement>(".nbtrack-axis-handle");
  const [one, two, three] = FIELDS.columns.map(({ field }) => field);
  first?.dispatchEvent(event("keydown", { key: "ArrowRight" }));
  first?.dispatchEvent(event("keydown", { key: "ArrowRight" }));
  first?.dispatchEvent(event("keydown", { key: "ArrowRight" }));
  assert.deepEqual(orders, [
    [two, one, three],
    [two, three, one],
  ]);
});

it("a value alone, or none, has a place too", () => {
  for (const domain of [
    [3, 3],
    [0, 0],
    [-1e-300, 1e-300],
  ] as const) {
    const scale = linear(domain, [0, 100]);
    assert.ok(Number.isFinite(scale.place(domain[0])));
    assert.ok(scale.ticks.length > 0 && scale.ticks.length < 20);
  }
  assert.ok(
    Number.isFinite(scaleOf({ ...(ALPHA as NonNullable<typeof ALPHA>), values: [] }, [0, 100]).place(1)),
  );
});

it("brushes are a filter", () => {
  const brushes: Brushes = new Map();
  assert.equal(filterOf(FIELDS, brushes), "");
  brushes.set(2, [0.4, Number.POSITIVE_INFINITY]);
  brushes.set(0, [0.001, 0.2]);
  brushes.set(1, [0, 0]);
  const filter = `params.alpha BETWEEN 0.001 AND 0.2 AND params.\`my solver\` = "it's" AND metrics.rmse >= 0.4`;
  assert.equal(filterOf(FIELDS, brushes), filter);
  assert.deepEqual(
    [0, 1, 2].map((run) => passes(FIELDS.columns, brushes, run)),
    [true, false, false],
  );
  brushes.set(1, [0, 1]);
  assert.ok(filterOf(FIELDS, brushes).includes(`IN ("it's", '${HOSTILE}')`));
  const times = { ...FIELDS, columns: [{ ...ALPHA, kind: "time", filter: "start_time" }] } as FieldsDocument;
  assert.equal(
    filterOf(times, new Map([[0, [1.7e9, 1.8e9]]])),
    "start_time BETWEEN 1700000000000 AND 1800000000000",
  );
});

it("what a filter cannot say is left out of it", () => {
  const odd = {
    ...FIELDS,
    columns: [
      { ...ALPHA, filter: null },
      { ...SOLVER, quoted: [null, "'x'"] },
    ],
  } as FieldsDocument;
  assert.equal(
    filterOf(
      odd,
      new Map([
        [0, [0, 1]],
        [1, [0, 1]],
      ]),
    ),
    "",
  );
});

it("the ends of a brush are short to write", () => {
  assert.ok(ALPHA !== undefined && SOLVER !== undefined && RMSE !== undefined);
  assert.deepEqual(rounded(ALPHA, [0.001_234_567, 0.123_456], [0.001, 1]), [0.001_23, 0.123]);
  assert.deepEqual(rounded(RMSE, [0.512_345_67, 0.9], [0.5, 1]), [0.5123, 0.9]);
  assert.deepEqual(rounded(SOLVER, [0.4, 1.4], [-0.5, 1.5]), [1, 1]);
  assert.deepEqual(rounded({ ...RMSE, whole: true }, [1.2, 5.7], [0, 9]), [2, 5]);
});

it("a run keeps its colour in all views, and neighbours differ", () => {
  const colours = new Colours();
  const first = colours.of("a", false);
  assert.notEqual(colours.of("b", false), first);
  assert.equal(colours.of("a", false), first);
  const ids = Array.from({ length: 24 }, (_, number) => `run ${number}`);
  const looks = ids.map((id) => `${colours.of(id, true)} ${colours.dash(id).join(" ")}`);
  assert.equal(new Set(looks).size, 24);
});

it("every colour stands out from its page", () => {
  const light = (colour: string) => {
    const parts = colour.startsWith("#")
      ? [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16))
      : (colour.match(/\d+/gu)?.map(Number) ?? []);
    const [red = 0, green = 0, blue = 0] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one: string, other: string) => {
    const [bright = 0, dark = 0] = [light(one), light(other)].sort((left, right) => right - left);
    return (bright + 0.05) / (dark + 0.05);
  };
  for (const [dark, paper] of [
    [false, "#ffffff"],
    [true, "#111111"],
  ] as const) {
    for (let step = 0; step < 8; step += 1) {
      assert.ok(contrast(slotColour(step, dark), paper) >= 3, `${slotColour(step, dark)} on ${paper}`);
      assert.ok(contrast(ramp(step / 7, dark), paper) >= 3, `${ramp(step / 7, dark)} on ${paper}`);
    }
  }
});

it("an SVG holds texts as text", () => {
  const pen = new SvgPen({ width: 100, height: 50 }, "sans-serif", "#fff");
  pen.line([0, 1, 2, 3], [0, Number.NaN, 1, 2], { colour: "#000" });
  pen.text(`${HOSTILE}\u0000`, [1, 2], { colour: "#000" });
  pen.within([0, 0, 10, 10], () => pen.circle([1, 1], 2, "#f00"));
  assert.equal(pen.root.querySelector("img"), null);
  assert.equal(pen.root.querySelector("text")?.textContent, HOSTILE);
  assert.match(
    pen.root.querySelector("path")?.getAttribute("d") ?? "",
    /^M0 0m-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0M2 1L3 2$/u,
  );
  assert.ok(pen.root.querySelector("g > circle"));
});

it("colours of any space are plain", () => {
  assert.equal(rgb("color(srgb 0.5 1 0)"), "rgb(128, 255, 0)");
  assert.equal(rgb("rgba(1, 2, 3, 0.5)"), "rgb(1, 2, 3)");
  assert.equal(rgb(""), null);
});

it("a file has a name that every system takes", () => {
  assert.equal(fileName("val/loss <b>"), "val-loss-b");
  assert.equal(fileName("../..", ""), "chart");
});

it("every end of every axis can be reached by keyboard, and has a name", () => {
  const at = place();
  showParallel(at, FIELDS, { colours: new Colours() }, new AbortController().signal);
  const thumbs = [...at.querySelectorAll<HTMLElement>("[role=slider]")];
  assert.deepEqual(
    thumbs.map((thumb) => thumb.getAttribute("aria-label")),
    ["alpha", "my solver", "rmse"].flatMap((name) => [`Lowest ${name}`, `Highest ${name}`]),
  );
  assert.ok(thumbs.every((thumb) => thumb.tabIndex === 0));
  assert.equal(find(at, ".nbtrack-filter-line [role=status]").textContent, "3 runs");
});

it("a chart's numbers are a table, too", async () => {
  const at = place();
  showScatter(at, FIELDS, { colours: new Colours() }, new AbortController().signal);
  await drawn();
  const details = find<HTMLDetailsElement>(at, "details");
  details.open = true;
  details.dispatchEvent(event("toggle"));
  assert.deepEqual(
    [...at.querySelectorAll("tbody tr:first-child td")].map((cell) => cell.textContent),
    ["a", "0.001", "it's", "0.5"],
  );
  assert.equal(at.querySelector("img"), null);
});

it("runs without a value are counted", () => {
  const at = place();
  const columns = [SOLVER, RMSE] as FieldsDocument["columns"];
  showScatter(at, { ...FIELDS, columns }, { colours: new Colours() }, new AbortController().signal);
  assert.match(find(at, ".nbtrack-cautions").textContent ?? "", /1 of 3 runs lack/u);
});

it("a param of few values is ticked at these and nowhere else", () => {
  const hidden = { ...ALPHA, values: [32, 64, 32, null], log: false, whole: true } as Column;
  const texts = (column: Column) => scaleOf(column, [0, 300]).ticks.map(({ text }) => text);
  assert.deepEqual(texts(hidden), ["32", "64"]);
  assert.deepEqual(texts(ALPHA as Column), ["0.001", "0.1", "1"]);
  const many = { ...hidden, values: [1, 2, 3, 4, 5, 6, 7, 8, 9] };
  assert.ok(texts(many).length < 9);
  assert.ok(texts({ ...hidden, field: "metrics.rmse", whole: false }).length > 2, "round numbers");
});

it("a first importance is followed by the exact one", async () => {
  const row = { param: "lr", importance: 0.5, spread: 0.1, share: 1, correlation: 0.5, count: 5 };
  const first: ImportanceDocument = {
    metric: "rmse",
    runs: 5000,
    looked_at: 200,
    final: false,
    score: 0.8,
    params: [row],
    constant: [],
    cautions: [],
  };
  const asked: object[] = [];
  const ask = ((_: string, options: object) => {
    asked.push(options);
    return Promise.resolve({ ...first, looked_at: 5000, final: true });
  }) as Ask;
  const at = place();
  showImportance(at, first, { ask, metrics: ["rmse"] }, new AbortController().signal);
  assert.match(at.textContent ?? "", /rmse in 5,000 runs, by 200 of them drawn by chance/u);
  await drawn();
  assert.deepEqual(asked, [{ metric: "rmse" }]);
  assert.match(at.textContent ?? "", /rmse in 5,000 runs\. A forest/u);
});

it("a choice asks the kernel, and its fault is said as text", async () => {
  const at = place();
  const asked: unknown[] = [];
  const ask = (kind: string, what: unknown) => {
    asked.push([kind, what]);
    return Promise.reject(new Error(HOSTILE));
  };
  const options = { colours: new Colours(), ask, fields: ["params.alpha", "metrics.rmse", "duration"] };
  showScatter(at, FIELDS, options, new AbortController().signal);
  const select = find<HTMLSelectElement>(at, "select");
  select.value = "duration";
  select.dispatchEvent(event("change"));
  await drawn();
  const wanted = { x: "duration", y: "params.my solver", colour: "metrics.rmse" };
  assert.deepEqual(asked, [["scatter", wanted]]);
  assert.equal(find(at, ".nbtrack-wrong").textContent, HOSTILE);
});

it("boxes and bars say what they show", async () => {
  const at = place();
  const box: BoxDocument = {
    field: "metrics.rmse",
    by: "params.solver",
    names: { "1": HOSTILE },
    boxes: [
      {
        label: HOSTILE,
        runs: ["1"],
        values: [1],
        low: 1,
        q1: 1,
        median: 1,
        q3: 1,
        high: 1,
        mean: 1,
        outliers: [],
      },
    ],
    cautions: ["few <b>runs</b>"],
  };
  showBox(at, box, {}, new AbortController().signal);
  await drawn();
  assert.equal(find(at, "li").textContent, "few <b>runs</b>");
  const importance: ImportanceDocument = {
    metric: HOSTILE,
    runs: 30,
    looked_at: 30,
    final: true,
    score: 0.81,
    params: [
      { param: "alpha", importance: 0.5, spread: 0.1, share: 1, correlation: -0.4, count: 30 },
      { param: HOSTILE, importance: null, spread: null, share: null, correlation: null, count: 30 },
    ],
    constant: [],
    cautions: [],
  };
  showImportance(at, importance, {}, new AbortController().signal);
  await drawn();
  assert.match(at.textContent ?? "", /explains 81 % of it/u);
  assert.equal(
    find(at, "[role=img]").getAttribute("aria-label"),
    `Importance of params for ${HOSTILE}: alpha 100 %, ${HOSTILE} –`,
  );
  assert.ok(buttonOf(at, "PNG"));
  assert.equal(at.querySelector("img, b"), null);
});

async function drawn(): Promise<void> {
  await pause(40);
}

it("between runs the nearer one counts more, and a level goes between them", () => {
  const plot = { left: 10, top: 20, width: 100, height: 40 };
  const spots = [
    { x: 10, y: 40, height: 0 },
    { x: 110, y: 40, height: 1 },
  ];
  const surface = surfaceOf(spots, plot);
  assert.equal(surface.heights.length, surface.across * surface.down);
  const middle = Math.floor(surface.down / 2) * surface.across;
  assert.ok((surface.heights[middle] ?? 1) < 0.01, "at a run its own value");
  assert.ok((surface.heights[middle + surface.across - 1] ?? 0) > 0.99);
  const { xs, ys } = levelLine(surface, 0.5);
  const known = xs.filter((x) => !Number.isNaN(x));
  assert.ok(known.length > 4);
  assert.ok(known.every((x) => Math.abs(x - 50) < surface.step));
  assert.equal(xs.length, ys.length);
  assert.deepEqual(levelLine(surface, 2).xs, []);
});

it("a contour takes a metric as its height, and says where it cannot", async () => {
  const asked: object[] = [];
  const ask = ((_: string, options: object) => {
    asked.push(options);
    return Promise.resolve(FIELDS);
  }) as Ask;
  const at = place();
  const gone = new AbortController();
  const fields = ["params.alpha", "params.my solver", "metrics.rmse"];
  const [x, y] = FIELDS.columns;
  const two = { ...FIELDS, columns: [x, y] } as typeof FIELDS;
  showScatter(at, two, { colours: new Colours(), ask, fields }, gone.signal);
  const box = find<HTMLInputElement>(at, "label > input");
  box.checked = true;
  box.dispatchEvent(event("change"));
  assert.deepEqual(asked, [{ x: "params.alpha", y: "params.my solver", colour: "metrics.rmse" }]);
  await pause(20);
  assert.equal([...at.querySelectorAll("select")].at(-1)?.value, "metrics.rmse");
  assert.match(find(at, ".nbtrack-cautions").textContent ?? "", /four or more runs/u);
  gone.abort();
});
