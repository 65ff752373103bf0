import assert from "node:assert/strict";
import { it } from "node:test";
import { type Sorted, showGroups } from "../src/compare/groups.ts";
import { difference, valueText } from "../src/compare/table.ts";
import { showCompare } from "../src/compare/view.ts";
import type { Comparison, GroupsDocument, Row, Value } from "../src/kernel/documents.ts";
import { Colours } from "../src/plot/colours.ts";
import { buttonOf, event, find, HOSTILE, place } from "./views.ts";

function row(name: string, cells: Value[], more: Partial<Row> = {}): Row {
  return { name, kind: "value", cells, differs: true, best: [], direction: null, ...more };
}

const SAME = Array.from({ length: 10 }, (_, line) => ({
  kind: "same" as const,
  left: [line + 1, `line ${line}`] as [number, string],
  right: [line + 1, `line ${line}`] as [number, string],
}));

const COMPARISON: Comparison = {
  runs: [HOSTILE, "two"].map((name, place_) => ({ id: String(place_).repeat(32), name, status: "FINISHED" })),
  sections: [
    {
      name: "Params",
      rows: [row(HOSTILE, [HOSTILE, null]), row("alpha", [0.5, 0.5], { differs: false })],
    },
    {
      name: "Metrics",
      rows: [row("rmse", [0.123_456_789, ["nan"]], { best: [0], direction: "down" })],
    },
    {
      name: "Tags",
      rows: [row("team", ["red", "red"], { differs: false })],
    },
  ],
  code: [
    {
      left: "0".repeat(32),
      right: "1".repeat(32),
      lines: [
        ...SAME,
        { kind: "changed", left: [11, HOSTILE], right: [11, "b = 2"] },
        { kind: "added", left: null, right: [12, "c"] },
      ],
      cut: 0,
    },
  ],
  coded: [true, true],
};

function shown(document: Comparison = COMPARISON) {
  const at = place();
  const gone = new AbortController();
  const handle = showCompare(at, document, { colours: new Colours() }, gone.signal);
  const names = () =>
    [...at.querySelectorAll<HTMLElement>("tr[data-differs]")]
      .filter((one) => !one.hidden)
      .map((one) => one.firstElementChild?.textContent);
  return { at, handle, names };
}

it("values are shown as they are, with few digits and the whole beside it", () => {
  assert.deepEqual(
    ([0.123_456_789, [String(2n ** 64n)], ["nan"], null, []] as Value[]).map((value) => valueText(value)),
    ["0.12346", "18,446,744,073,709,551,616", "nan", "–", "None"],
  );
  assert.equal(valueText("x".repeat(1000)).length, 301);
  const { at } = shown();
  assert.equal(find(at, "td.nbtrack-best").title, "0.123456789");
});

it("what differs is marked, and alone where that is wanted", () => {
  const { at, names } = shown();
  assert.equal(names().length, 4);
  const box = find<HTMLInputElement>(at, "label > input");
  box.checked = true;
  box.dispatchEvent(event("change"));
  assert.deepEqual(names(), [HOSTILE, "rmse ↓lower is better"]);
  assert.equal(at.querySelectorAll<HTMLElement>("tbody[hidden]").length, 1, "no section stands empty");
});

it("what differs from the first run is tinted, or from another that is chosen", () => {
  const document = {
    ...COMPARISON,
    runs: ["a", "b", "c"].map((name) => ({ id: name.repeat(32), name, status: "FINISHED" })),
    sections: [
      { name: "Params", rows: [row("lr", [0.1, 0.1, 0.2]), row("depth", [1, 1, 1], { differs: false })] },
    ],
  };
  const { at } = shown(document);
  const tinted = () => [...at.querySelectorAll("td.nbtrack-differs")].map((cell) => cell.textContent);
  assert.deepEqual(tinted(), ["0.2+0.1 (+100 %)"]);
  assert.equal(find(at, "thead .nbtrack-base").textContent, "aaaaaaaaabaseline");
  find(at, '[aria-label="Compare with c"]').click();
  assert.deepEqual(tinted(), ["0.1−0.1 (−50 %)", "0.1−0.1 (−50 %)"]);
  assert.equal(find(at, "thead .nbtrack-base").textContent, "cccccccccbaseline");
});

it("of hundreds of runs the first are drawn, and more where the user scrolls to", () => {
  const runs = Array.from({ length: 200 }, (_, run) => ({
    id: String(run).padStart(32, "0"),
    name: `run ${run}`,
    status: "FINISHED",
  }));
  const rows = [
    row(
      "lr",
      runs.map((_, run) => run),
    ),
  ];
  const { at } = shown({ ...COMPARISON, runs, sections: [{ name: "Params", rows }] });
  const heads = () => at.querySelectorAll(".nbtrack-compare-table thead th").length;
  assert.equal(heads(), 40);
  find(at, ".nbtrack-compare-scroll").dispatchEvent(event("scroll"));
  assert.equal(heads(), 80);
  find(at, '[aria-label="Compare with run 70"]').click();
  assert.match(find(at, "thead th").textContent ?? "", /^run 70.*baseline$/u, "the baseline stands first");
});

it("a name is found, and nothing found is said", () => {
  const { at, names } = shown();
  const [, search] = at.querySelectorAll("input");
  assert.ok(search);
  search.value = "ALP";
  search.dispatchEvent(event("input"));
  assert.deepEqual(names(), ["alpha"]);
  search.value = "nonsense";
  search.dispatchEvent(event("input"));
  assert.deepEqual(names(), []);
  assert.equal(find(at, ".nbtrack-empty").hidden, false);
});

it("all of it is text", () => {
  const { at } = shown();
  assert.equal(at.querySelector("img"), null);
  assert.ok(at.textContent?.includes(HOSTILE));
});

it("long stretches of the same code are folded, and open", () => {
  const { at } = shown();
  const code = find(at, ".nbtrack-code");
  assert.equal(code.querySelectorAll("tr[data-kind=same]").length, 3);
  buttonOf(code, "7 lines the same").click();
  assert.equal(code.querySelectorAll("tr[data-kind=same]").length, 10);
  assert.equal(find(code, "[data-side=removed]").textContent, `−${HOSTILE}`);
  assert.equal(find(code, "tr[data-kind=added] [data-side=added]").textContent, "+c");
});

it("code that nobody has, or that is the same, is said", () => {
  assert.match(
    shown({ ...COMPARISON, code: [], coded: [true, false] }).at.textContent ?? "",
    /No code to compare/u,
  );
  const same = COMPARISON.code.map((diff) => ({ ...diff, lines: SAME }));
  assert.match(shown({ ...COMPARISON, code: same }).at.textContent ?? "", /The same code, 10 lines/u);
});

it("a newer comparison keeps what was chosen", () => {
  const { at, handle, names } = shown();
  const box = find<HTMLInputElement>(at, "label > input");
  box.checked = true;
  box.dispatchEvent(event("change"));
  handle.update(COMPARISON);
  assert.equal(names().length, 2);
});

const spread = (mean: number, count: number) => ({ mean, std: 0.1, min: 0, max: 1, count });
const GROUPS: GroupsDocument = {
  by: ["params.alpha"],
  metrics: ["rmse"],
  directions: ["down"],
  left_out: 1234,
  groups: [
    {
      label: "alpha=1",
      key: [1],
      runs: ["a", "b", "e"],
      spreads: [spread(0.5, 2)],
      filter: "params.alpha = 1",
    },
    {
      label: "alpha=2",
      key: [null],
      runs: ["c"],
      spreads: [{ mean: null, std: null, min: null, max: null, count: 0 }],
      filter: null,
    },
    { label: "alpha=3", key: [3], runs: ["d"], spreads: [spread(0.25, 1)], filter: null },
  ],
};

it("beside numbers stands how far they are from the baseline's", () => {
  const row_ = (direction: Row["direction"]) => ({ kind: "value", direction }) as const;
  assert.deepEqual(difference(0.9, 0.8, row_("up")), { text: "+0.1 (+12.5 %)", verdict: "better" });
  assert.deepEqual(difference(0.9, -0.6, row_("down")), { text: "+1.5 (+250 %)", verdict: "worse" });
  assert.deepEqual(difference(3, 0, row_(null)), { text: "+3", verdict: null });
  assert.deepEqual(difference(2, 2, row_("up")), { text: "±0", verdict: null });
  assert.equal(difference(["nan"], 2, row_("up")), null);
  assert.equal(difference(2, null, row_("up")), null);
  assert.equal(difference("2", "1", row_("up")), null);
  assert.equal(difference(2, 1, { kind: "time", direction: null }), null);
  assert.equal(difference(2, 1, { kind: "duration", direction: null })?.text, "+1 s (+100 %)");
});

it("groups have mean, spread and count, and the best is marked", () => {
  const at = place();
  const picked: string[] = [];
  showGroups(at, GROUPS, {
    sorted: null,
    onSort: () => undefined,
    onPick: ({ label }, more) => picked.push(`${label} ${more}`),
  });
  assert.deepEqual(
    [...at.querySelectorAll("td.nbtrack-best")].map((cell) => cell.textContent),
    ["0.25 ± 0.1 (best)"],
  );
  assert.deepEqual(
    [...at.querySelectorAll("tbody tr:nth-child(2) td")].map((cell) => cell.textContent),
    ["1", "–"],
  );
  assert.match(find(at, "td:nth-child(3)").title, /^mean 0.5 ± 0.1\nfrom 0 to 1\n2 of 3 runs$/u);
  assert.equal(find(at, "td:nth-child(3) small").textContent, " n=2", "one run of the group lacks it");
  find(at, "tbody button").click();
  find(at, "tbody tr:nth-child(2) td").dispatchEvent(event("click", { ctrlKey: true }));
  assert.deepEqual(picked, ["alpha=1 false", "alpha=2 true"]);
});

it("groups are ordered by any column, those without a value last", () => {
  const at = place();
  const heard: Sorted[] = [];
  const keys = () => [...at.querySelectorAll("tbody th")].map((cell) => cell.textContent);
  const heads = () => [...at.querySelectorAll<HTMLElement>("thead button")];
  showGroups(at, GROUPS, { sorted: null, onSort: (sorted) => heard.push(sorted), onPick: () => undefined });
  assert.deepEqual(keys(), ["1", "–", "3"]);
  assert.match(find(at, ".nbtrack-cautions").textContent ?? "", /^1,234 more groups/u);
  heads()[2]?.click();
  assert.deepEqual(keys(), ["3", "1", "–"], "the least is best");
  heads()[2]?.click();
  assert.deepEqual(keys(), ["1", "3", "–"]);
  assert.equal(find(at, "[aria-sort=descending]").textContent, "rmse");
  heads()[1]?.click();
  assert.deepEqual(keys(), ["1", "–", "3"], "most runs first");
  assert.deepEqual(heard.at(-1), { column: 1, down: true });
  showGroups(at, GROUPS, {
    sorted: { column: 0, down: true },
    onSort: () => undefined,
    onPick: () => undefined,
  });
  assert.deepEqual(keys(), ["3", "1", "–"], "as it was before");
});

it("runs that are not grouped are one group", () => {
  const at = place();
  const group = { label: "all runs", key: [], runs: ["a"], spreads: [], filter: null };
  const document = { by: [], metrics: [], directions: [], groups: [group], left_out: 0 };
  showGroups(at, document, { sorted: null, onSort: () => undefined, onPick: () => undefined });
  assert.equal(find(at, "tbody button").textContent, "all runs");
});
