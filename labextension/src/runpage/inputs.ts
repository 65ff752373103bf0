import { element } from "../ui/dom.ts";
import { counted, leftOut, oneLine, shownParam } from "../ui/text.ts";
import type { Data, Param } from "./messages.ts";
import { followPart, type Page } from "./page.ts";
import { section } from "./section.ts";
import { table } from "./table.ts";

const NUMBER_TYPES = ["int", "float"];

/** So many of the other params are shown without being asked for. */
const MAX_OTHERS = 4;

/** The settings of the run: first those that its code names. What was left at its default is folded. */
export function params(page: Page): HTMLElement {
  const { block, body, count } = section("Params", page.signal);
  followPart(
    page,
    ({ params: found, params_left: left }) => ({ found, left }),
    ({ found, left }) => {
      const written = found.filter((param) => param.written);
      const others = found.filter((param) => !param.written);
      const apart = written.length > 0 && others.length > MAX_OTHERS;
      const more = element("div", { class: "nbtrack-run-quiet" }, leftOut(left, "params"));
      body.replaceChildren(...(apart ? [paramTable(written), folded(others)] : [paramTable(found)]), more);
      count(String(found.length + left), found.length > 0);
    },
  );
  return block;
}

function folded(others: readonly Param[]): HTMLElement {
  const title = `${counted(others.length, "param")} that the code does not name`;
  return element("details", {}, element("summary", {}, title), paramTable(others, "Other params"));
}

function paramTable(found: readonly Param[], label = "Params"): HTMLElement {
  const heads = [{ text: "param" }, { text: "value", right: true }];
  const rows = found.map(({ name, type, value }) => [
    { text: name },
    {
      text: `${shownParam(type, value.text)}${leftOut(value.left)}`,
      title: `${value.text}${leftOut(value.left)} (${type})`,
      right: NUMBER_TYPES.includes(type) || value.text.length < 40,
    },
  ]);
  return table(label, heads, rows);
}

/** The data that the run read: shape, types, and a fingerprint that tells a changed table. */
export function data(page: Page): HTMLElement {
  const { block, body, count } = section("Data", page.signal);
  followPart(
    page,
    ({ data: found, data_left: left }) => ({ found, left }),
    ({ found, left }) => {
      const more = element("div", { class: "nbtrack-run-quiet" }, leftOut(left, "tables"));
      body.replaceChildren(...found.map(dataset), more);
      count(String(found.length + left), found.length > 0);
    },
  );
  return block;
}

function dataset({
  name,
  kind,
  shape,
  columns,
  columns_left: left,
  fingerprint,
  sampled,
}: Data): HTMLElement {
  const size = shape.map((part) => part.toLocaleString("en")).join(" × ");
  const print = element("code", {}, oneLine(fingerprint.slice(0, 12)));
  print.title = `Fingerprint of the content${sampled ? ", from a sample" : ""}: ${oneLine(fingerprint)}`;
  const head = element(
    "div",
    { class: "nbtrack-run-line" },
    element("strong", {}, oneLine(name)),
    element("span", {}, oneLine(kind)),
    element("span", {}, size),
    print,
    element("span", { class: "nbtrack-run-quiet" }, sampled ? "sampled" : ""),
  );
  // An array has one type for all its values, under an empty name.
  if (columns.length === 1 && columns[0]?.[0] === "") {
    head.append(element("span", { class: "nbtrack-run-quiet" }, oneLine(columns[0][1])));
    return head;
  }
  if (columns.length === 0) {
    return head;
  }
  const heads = [{ text: "column" }, { text: "type", right: true }];
  const rows = columns.map(([column, type]) => [{ text: column }, { text: type, right: true }]);
  const details = element(
    "details",
    {},
    element("summary", {}, counted(columns.length + left, "column")),
    table(`Columns of ${oneLine(name, 40)}`, heads, rows),
    element("div", { class: "nbtrack-run-quiet" }, leftOut(left, "columns")),
  );
  return element("div", {}, head, details);
}

/** Python, the machine, the state of the repository, and the packages. */
export function environment(page: Page): HTMLElement {
  const { block, body, count } = section("Environment", page.signal, false);
  followPart(
    page,
    ({ environment: found }) => found,
    (found) => {
      const { facts = [], packages = [], packages_left: left = 0 } = found ?? {};
      const rows = (pairs: readonly [string, string][]) =>
        pairs.map(([name, text]) => [{ text: name }, { text, right: true }]);
      body.replaceChildren(
        table("Environment", [], rows(facts)),
        element(
          "details",
          { hidden: packages.length === 0 },
          element("summary", {}, `${packages.length + left} packages`),
          table("Packages", [{ text: "package" }, { text: "version", right: true }], rows(packages)),
          element("div", { class: "nbtrack-run-quiet" }, leftOut(left, "packages")),
        ),
      );
      count(facts.find(([name]) => name === "Python")?.[1] ?? "", found !== null);
    },
  );
  return block;
}
