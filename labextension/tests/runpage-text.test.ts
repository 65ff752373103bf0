// biome-ignore-all lint/security/noSecrets: what attacks look like secrets do too
import assert from "node:assert/strict";
import { it } from "node:test";
import { markdown, safeAddress } from "../src/runpage/markdown.ts";
import { traced } from "../src/runpage/sparkline.ts";
import { ago, oneLine, shownDuration, shownFigure, shownParam, shownSize, visible } from "../src/ui/text.ts";
import { keydown } from "./runpage.ts";

// A page to make elements in.

assert.ok(keydown);

function drawn(text: string): HTMLElement {
  const place = document.createElement("div");
  place.append(...markdown(text));
  return place;
}

it("numbers have the digits that count", () => {
  const shown = [0.123_456_789, 2, 1_234_567.891, 123.456_789, 1e-7, -1.5e300, 0, 0.1 + 0.2, 1e21].map(
    shownFigure,
  );
  const wanted = ["0.12346", "2", "1234568", "123.46", "1e-7", "-1.5e+300", "0", "0.3", "1e+21"];
  assert.deepEqual(shown, wanted);
  assert.equal(shownFigure(["nan"]), "nan");
  assert.equal(shownFigure(["-inf"]), "-inf");
  assert.equal(shownParam("float", "0.123456789"), "0.12346");
  assert.equal(shownParam("int", "1208925819614629174706176"), "1208925819614629174706176");
  assert.equal(shownParam("float", "nan"), "nan");
  assert.equal(shownParam("str", "0.123456789"), "0.123456789");
});

it("sizes, durations and times are for people", () => {
  assert.deepEqual([12, 1500, 999_999, 2.5e9].map(shownSize), ["12 B", "1.5 kB", "1.0 MB", "2.5 GB"]);
  assert.deepEqual([0, 0.012, 1.5, 64, 7260, 300_000].map(shownDuration), [
    "<1 ms",
    "12 ms",
    "1.5 s",
    "1 min 4 s",
    "2 h 1 min",
    "3 d 11 h",
  ]);
  assert.deepEqual(
    [0, 30, 60, 7200, 86_400, 1e8].map((passed) => ago(1e9, 1e9 + passed)),
    ["just now", "30 seconds ago", "1 minute ago", "2 hours ago", "yesterday", "3 years ago"],
  );
});

it("what hides in a text is seen", () => {
  assert.equal(visible("gnp.\u202Etxt\u200B\u0000\u2066"), "gnp.⟨U+202E⟩txt⟨U+200B⟩⟨U+0000⟩⟨U+2066⟩");
  assert.equal(visible("a\tb\nc 👩‍💻 עברית"), "a\tb\nc 👩‍💻 עברית");
  assert.equal(oneLine("a\nb\tc"), "a b c");
  assert.equal(oneLine("x".repeat(1000), 10), `${"x".repeat(10)}…`);
});

it("Markdown is what people write", () => {
  const place = drawn(
    "# Why\n\n**bold** _it_ ~~no~~ `x < 1` a &amp; b \\*\n\n1. one\n2. two\n\n- [x] done\n\n> said\n\n| a | b |\n|--|--:|\n| 1 | 2 |\n\n```py\nx = 1\n```\n\n---\nhttps://example.org",
  );
  assert.equal(place.querySelector("h4")?.textContent, "Why");
  assert.equal(place.querySelector("strong")?.textContent, "bold");
  assert.equal(place.querySelector("p")?.textContent, "bold it no x < 1 a & b *");
  assert.deepEqual(
    [...place.querySelectorAll("ol li")].map((one) => one.textContent),
    ["one", "two"],
  );
  assert.match(place.querySelector("ul")?.textContent ?? "", /☑ +done/u);
  assert.equal(place.querySelector("blockquote")?.textContent, "said");
  assert.equal(place.querySelector("td.nbtrack-run-right")?.textContent, "2");
  assert.equal(place.querySelector("pre")?.textContent, "x = 1");
  assert.ok(place.querySelector("hr"));
  assert.equal(place.querySelector("a")?.getAttribute("href"), "https://example.org/");
});

const KNOWN = new Set(
  "A BLOCKQUOTE BR CODE DEL DIV EM H4 H5 H6 HR LI OL P PRE STRONG TABLE TBODY TD TH THEAD TR UL".split(" "),
);
const ATTACKS = [
  "<script>alert(1)</script>",
  '<img src=x onerror="alert(1)">',
  "<svg/onload=alert(1)>",
  "[a](javascript:alert(1))",
  "[a](JaVaScRiPt:alert(1))",
  "[a](&#106;avascript:alert(1))",
  "[a](java\u0000script:alert(1))",
  "[a]( javascript:alert(1))",
  "[a](data:text/html,<script>alert(1)</script>)",
  "[a](vbscript:alert(1))",
  "[a](file:///etc/passwd)",
  "[a](blob:https://a/b)",
  "[a](/api/shutdown)",
  "[a](//evil.example)",
  "![a](javascript:alert(1))",
  "![a](https://evil.example/track.png)",
  '[a](https://a.example "x\\" onmouseover=alert(1)")',
  '<https://a.example/"onmouseover=alert(1)>',
  "<javascript:alert(1)>",
  "[r]\n\n[r]: javascript:alert(1)",
  "`<script>alert(1)</script>`",
  '```"><script>alert(1)</script>\n<script>\n```',
  "| <script>alert(1)</script> |\n|--|\n| <img src=x onerror=alert(1)> |",
  '<a href="javascript:alert(1)">a</a>',
  "&lt;script&gt;alert(1)&lt;/script&gt;",
];

it("nothing that a note says is run or fetched", () => {
  for (const attack of [
    ...ATTACKS,
    ATTACKS.join("\n\n"),
    ATTACKS.join(" "),
    `> - ${ATTACKS.join("\n> - ")}`,
  ]) {
    const place = drawn(attack);
    for (const made of place.querySelectorAll("*")) {
      assert.ok(KNOWN.has(made.tagName), `${made.tagName} of ${attack}`);
      for (const { name, value } of made.attributes) {
        assert.ok(
          ["href", "target", "rel", "title", "class", "start"].includes(name),
          `${name} of ${attack}`,
        );
        assert.ok(name !== "href" || /^(?:https?:\/\/|mailto:)/u.test(value), value);
      }
    }
    for (const link of place.querySelectorAll("a")) {
      assert.equal(link.getAttribute("rel"), "noopener noreferrer");
    }
  }
});

it("an address that is safe is a full one of web or mail", () => {
  assert.equal(safeAddress("https://a.example/x y"), "https://a.example/x%20y");
  assert.equal(safeAddress("MAILTO:a@b.example"), "mailto:a@b.example");
  const unsafe = [
    "",
    "/x",
    "x",
    "javascript:1",
    "\u0001javascript:1",
    "java\nscript:1",
    "https://",
    "ftp://a",
    " https://a",
  ];
  assert.deepEqual(
    unsafe.filter((href) => safeAddress(href) !== undefined),
    [],
  );
});

it("a note that no reader could follow is shown as it is, and soon", () => {
  const began = performance.now();
  for (const knot of [
    ">",
    "[",
    "![",
    "*a ",
    "- ",
    "`",
    "<a ",
    "|",
    "(",
    "&#",
    "_",
    "~~",
    "[a](",
    "\n- ",
    "***",
  ]) {
    const place = drawn(knot.repeat(20_000 / knot.length - 1));
    assert.ok(place.childNodes.length > 0, knot);
  }
  assert.equal(drawn("<b>".repeat(10_000)).querySelector("b"), null);
  assert.ok(performance.now() - began < 20_000, `${performance.now() - began} ms`);
});

it("a history is a path, broken where nothing is", () => {
  assert.equal(traced({ steps: [0, 1, 2], values: [0, 1, 0.5] }).path, "M3 15L50 3L97 9");
  assert.equal(traced({ steps: [0, 1, 2, 3], values: [0, null, 1, null] }).path.match(/M/gu)?.length, 2);
  assert.equal(traced({ steps: [0, 1], values: [5, 5] }).path, "M3 9L97 9");
  assert.doesNotMatch(traced({ steps: [0, 1], values: [-1.7e308, 1.7e308] }).path, /NaN|Infinity/u);
  assert.deepEqual(traced({ steps: [], values: [] }), { path: "", end: [0, 0] });
  assert.equal(traced(null).path, "");
});
