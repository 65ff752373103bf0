import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const MOST_LINES = 400;
/** Pairs of modules that may import each other, each with the reason. */
const PAIRS: readonly (readonly [one: string, other: string, why: string])[] = [];
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/gu;

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
  .sort();
const text = (file: string) => readFileSync(join(SRC, file), "utf8");

/** Return what a module imports of ours; an import of a type alone counts too. */
function importsOf(file: string): string[] {
  const found = [...text(file).matchAll(IMPORT)].map(([, path = ""]) => join(dirname(file), path));
  return found.filter((path) => path.endsWith(".ts"));
}

const modules = files.filter((file) => file.endsWith(".ts"));
const graph = new Map(modules.map((file) => [file, importsOf(file)]));

function isAllowed(circle: readonly string[]): boolean {
  return circle.length === 2 && PAIRS.some((pair) => circle.every((file) => pair.slice(0, 2).includes(file)));
}

/** Return a circle of imports that is not allowed, from a module back to it. */
function circleFrom(file: string, path: readonly string[], done: Set<string>): readonly string[] | null {
  if (path.includes(file)) {
    const circle = path.slice(path.indexOf(file));
    return isAllowed(circle) ? null : [...circle, file];
  }
  if (done.has(file)) {
    return null;
  }
  for (const next of graph.get(file) ?? []) {
    const circle = circleFrom(next, [...path, file], done);
    if (circle !== null) {
      return circle;
    }
  }
  done.add(file);
  return null;
}

it("every import names a file", () => {
  assert.ok(modules.length > 50);
  for (const [file, imports] of graph) {
    const lost = imports.filter((path) => !modules.includes(path));
    assert.deepEqual(lost, [], `${file} imports what is not there`);
  }
});

it("no module imports itself through others", () => {
  const done = new Set<string>();
  for (const file of modules) {
    const circle = circleFrom(file, [], done);
    assert.equal(circle, null, `${circle?.join(" -> ")}: move what they share into a module of its own`);
  }
});

it("each pair that may import each other does", () => {
  for (const [one, other] of PAIRS) {
    assert.ok(
      graph.get(one)?.includes(other),
      `${one} no longer imports ${other}: take the pair off the list`,
    );
    assert.ok(
      graph.get(other)?.includes(one),
      `${other} no longer imports ${one}: take the pair off the list`,
    );
  }
});

// Biome checks that no function has more than 50 lines: `noExcessiveLinesPerFunction` in biome.json.
it(`no file has more than ${MOST_LINES} lines`, () => {
  const long = files
    .filter((file) => /\.(?:ts|css)$/u.test(file))
    .map((file) => [file, text(file).trimEnd().split("\n").length] as const)
    .filter(([, lines]) => lines > MOST_LINES);
  assert.deepEqual(long, [], "make parts of it that can be named");
});
