import { element } from "../ui/dom.ts";
import { leftOut, oneLine } from "../ui/text.ts";
import type { Data } from "./messages.ts";
import { followPart, type Page } from "./page.ts";
import { section } from "./section.ts";
import { table } from "./table.ts";

/** What the run read: its shape, its types and its fingerprint, by which a change is seen. */
export function data(page: Page): HTMLElement {
  const { block, body, count } = section("Data", page.signal);
  followPart(
    page,
    ({ data: found, data_left: left }) => ({ found, left }),
    ({ found, left }) => {
      const more = element("div", { class: "nbtrack-run-quiet" }, leftOut(left, "tables"));
      body.replaceChildren(...found.map(one), more);
      count(String(found.length + left), found.length > 0);
    },
  );
  return block;
}

function one({ name, kind, shape, columns, columns_left: left, fingerprint, sampled }: Data): HTMLElement {
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
  // An array has one type for all, under no name.
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
    element("summary", {}, `${columns.length + left} columns`),
    table(`Columns of ${oneLine(name, 40)}`, heads, rows),
    element("div", { class: "nbtrack-run-quiet" }, leftOut(left, "columns")),
  );
  return element("div", {}, head, details);
}
