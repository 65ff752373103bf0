// biome-ignore-all lint/security/noSecrets: selectors look like secrets
import assert from "node:assert/strict";
import { it } from "node:test";
import { showCompare } from "../src/compare/view.ts";
import type { ArtifactsDocument, Ask, Comparison, PicturesDocument } from "../src/kernel/documents.ts";
import { Colours } from "../src/plot/colours.ts";
import { pause } from "./pause.ts";
import { event, find, HOSTILE, place } from "./views.ts";

const RUNS = [HOSTILE, "two", "three"].map((name, number) => ({
  id: String(number).repeat(32),
  name,
  status: "FINISHED",
}));
const COMPARISON: Comparison = { runs: RUNS, sections: [], code: [], coded: [false, false, false] };
const LISTED: ArtifactsDocument = {
  runs: RUNS,
  rows: [
    { name: "matrix.png", sizes: [1200, 1300, null], picture: true },
    { name: `plots/${HOSTILE}.svg`, sizes: [10, null, null], picture: true },
    { name: "report\u202e.md", sizes: [null, null, 5], picture: false },
  ],
  left_out: 7,
  faults: [],
};
const PIXELS = { kind: "image", type: "image/png", data: "AAAA", why: "" } as const;

function shown() {
  const asked: [string, object][] = [];
  const ask = (kind: string, what: object) => {
    asked.push([kind, what]);
    const name = "name" in what ? String(what.name) : "";
    const second = name.endsWith(".svg")
      ? { kind: "svg", type: "image/svg+xml", data: `<svg onload="alert(1)"></svg>`, why: "" }
      : { kind: "image", type: "text/html", data: "<script>", why: "" };
    const pictures = { name, runs: RUNS, pictures: [PIXELS, second, null] } as PicturesDocument;
    return Promise.resolve(kind === "artifacts" ? LISTED : pictures);
  };
  const at = place();
  const { signal } = new AbortController();
  const handle = showCompare(at, COMPARISON, { colours: new Colours(), ask: ask as unknown as Ask }, signal);
  const section = find<HTMLDetailsElement>(at, ".nbtrack-compare-artifacts");
  return { asked, handle, section };
}

const soon = () => pause(20);

it("artifacts are read when their section is opened, and again when the comparison has changed", async () => {
  const { asked, handle, section } = shown();
  await soon();
  assert.deepEqual(asked, []);
  section.open = true;
  await soon();
  assert.deepEqual(asked, [
    ["artifacts", {}],
    ["pictures", { name: "matrix.png" }],
  ]);
  const rows = [...section.querySelectorAll("tbody tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  assert.deepEqual(rows, [
    ["matrix.png", "1.2 kB", "1.3 kB", "–"],
    [`plots/${HOSTILE}.svg`, "10 B", "–", "–"],
    ["report⟨U+202E⟩.md", "–", "–", "5 B"],
  ]);
  assert.match(section.textContent ?? "", /7 more names/u);
  handle.update({ ...COMPARISON, coded: [true, false, false] });
  await soon();
  assert.equal(asked.length, 3, "what has not changed is not fetched again");
});

it("tables of one name stand side by side, as text", async () => {
  const at = place();
  const gone = new AbortController();
  const table = {
    kind: "table",
    type: "",
    data: "",
    why: "",
    columns: ["label", "n"],
    rows: [[HOSTILE, "7"]],
  };
  const text = { ...table, kind: "text", data: HOSTILE, columns: [], rows: [] };
  const ask = (kind: string) =>
    Promise.resolve(
      kind === "artifacts" ? LISTED : { name: "m.csv", runs: RUNS, pictures: [table, text, null] },
    );
  showCompare(at, COMPARISON, { colours: new Colours(), ask: ask as unknown as Ask }, gone.signal);
  find<HTMLDetailsElement>(at, ".nbtrack-compare-artifacts").open = true;
  await soon();
  assert.equal(find(at, ".nbtrack-compare-file tbody").textContent, `${HOSTILE}7`);
  assert.equal(find(at, ".nbtrack-compare-pictures pre").textContent, HOSTILE);
  assert.equal(at.querySelector("img"), null);
  gone.abort();
});

it("pictures of one name stand side by side, and what is none is none", async () => {
  const { section } = shown();
  section.open = true;
  await soon();
  const place_ = find(section, ".nbtrack-compare-pictures");
  const sources = () => [...place_.querySelectorAll("img")].map((image) => image.getAttribute("src"));
  assert.deepEqual(sources(), ["data:image/png;base64,AAAA"]);
  assert.match(place_.textContent ?? "", /This is no picture/u);
  assert.match(place_.textContent ?? "", /Without it: three/u);
  const select = find<HTMLSelectElement>(section, "select");
  assert.deepEqual(
    [...select.options].map(({ text }) => text),
    ["matrix.png (2 of 3 runs)", `plots/${HOSTILE}.svg (1 of 3 runs)`],
  );
  select.value = LISTED.rows[1]?.name ?? "";
  select.dispatchEvent(event("change"));
  await soon();
  assert.match(sources()[1] ?? "", /^data:image\/svg\+xml;charset=utf-8,%3Csvg/u);
  assert.equal(section.querySelector("svg, script"), null);
});
