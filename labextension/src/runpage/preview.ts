import { element } from "../widget/dom.ts";
import { source } from "./code.ts";
import { shownSize } from "./figures.ts";
import type { Preview } from "./messages.ts";
import { line } from "./seen.ts";
import { table } from "./table.ts";

/** Pictures that are pixels; an SVG is a program. */
const PIXELS = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** Return what is in an artifact: pixels as a picture, all else as text. */
export function previewed(preview: Preview): HTMLElement {
  switch (preview.kind) {
    case "image":
      return picture(preview.type, preview.data, preview.name);
    case "text":
    case "json":
      return source(preview.text, `Content of ${line(preview.name, 80)}`);
    case "table":
      return grid(preview);
    default:
      return element(
        "p",
        { class: "nbtrack-run-quiet" },
        `${line(preview.why)} (${shownSize(preview.size)}).`,
      );
  }
}

export function picture(type: string, data: string, name: string): HTMLElement {
  if (!PIXELS.includes(type) || !/^[\d+/=A-Za-z]*$/u.test(data)) {
    return element("p", { class: "nbtrack-run-quiet" }, "This is no picture.");
  }
  return element("img", {
    src: `data:${type};base64,${data}`,
    alt: line(name),
    class: "nbtrack-run-picture",
  });
}

function grid({
  columns,
  rows,
  more,
  columns_left: left,
  name,
}: Extract<Preview, { kind: "table" }>): HTMLElement {
  // A column of numbers stands to the right.
  const right = columns.map((_, place) =>
    rows.every((row) => row[place] === undefined || row[place] === "" || Number.isFinite(Number(row[place]))),
  );
  const heads = columns.map((text, place) => ({ text, right: right[place] ?? false }));
  const cells = rows.map((row) => row.map((text, place) => ({ text, right: right[place] ?? false })));
  const told = [more ? `the first ${rows.length} rows` : `${rows.length} rows`];
  if (left > 0) {
    told.push(`the first ${columns.length} of ${columns.length + left} columns`);
  }
  const foot = element("div", { class: "nbtrack-run-quiet" }, told.join(", "));
  return element("div", {}, table(`Content of ${line(name, 80)}`, heads, cells), foot);
}

/** Return the kernel's answer if it is a preview. */
export function asPreview(result: Record<string, unknown> | undefined): Preview | undefined {
  const kinds = ["image", "text", "json", "table", "none"];
  return result !== undefined && kinds.includes(String(result["kind"]))
    ? (result as unknown as Preview)
    : undefined;
}
