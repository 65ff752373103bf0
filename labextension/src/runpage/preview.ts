import { element } from "../ui/dom.ts";
import { oneLine, shownSize } from "../ui/text.ts";
import { source } from "./code.ts";
import { markdown } from "./markdown.ts";
import type { Preview, Text } from "./messages.ts";
import { drawing, picture } from "./picture.ts";
import { table } from "./table.ts";

/** Return what is in an artifact: pictures as pictures, Markdown as elements of ours, all else as text. */
export function previewed(preview: Preview): HTMLElement {
  switch (preview.kind) {
    case "image":
      return picture(preview.type, preview.data, preview.name);
    case "text":
    case "json":
      return source(preview.text, `Content of ${oneLine(preview.name, 80)}`);
    case "table":
      return grid(preview);
    case "svg":
      return twofold("Picture", drawing(preview.text.text, preview.name), preview);
    case "markdown":
      return twofold("Read", written(preview.text.text), preview);
    default:
      return element(
        "p",
        { class: "nbtrack-run-quiet" },
        `${oneLine(preview.why)} (${shownSize(preview.size)}).`,
      );
  }
}

function written(text: string): HTMLElement {
  return element("div", { class: "nbtrack-run-note nbtrack-run-document", tabindex: "0" }, ...markdown(text));
}

/** What a file shows, and what stands in it, one click away. */
function twofold(
  title: string,
  drawn: HTMLElement,
  { text, name }: { text: Text; name: string },
): HTMLElement {
  const code = source(text, `Content of ${oneLine(name, 80)}`);
  const faces: [string, HTMLElement][] = [
    [title, drawn],
    ["Source", code],
  ];
  const buttons = faces.map(([label, face]) => {
    const made = element("button", { type: "button", class: "nbtrack-run-button" }, label);
    made.addEventListener("click", () => show(face));
    return made;
  });
  const show = (wanted: HTMLElement) => {
    for (const [at, [, face]] of faces.entries()) {
      face.hidden = face !== wanted;
      buttons[at]?.setAttribute("aria-pressed", String(face === wanted));
    }
  };
  // What is no picture after all can still be read.
  drawn.addEventListener("error", () => show(code));
  show(drawn);
  return element(
    "div",
    { class: "nbtrack-run-stack" },
    element("div", { class: "nbtrack-run-line" }, ...buttons),
    drawn,
    code,
  );
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
  return element("div", {}, table(`Content of ${oneLine(name, 80)}`, heads, cells), foot);
}

/** Return the kernel's answer if it is a preview. */
export function asPreview(result: Record<string, unknown> | undefined): Preview | undefined {
  const kinds = ["image", "text", "json", "svg", "markdown", "table", "none"];
  return result !== undefined && kinds.includes(String(result["kind"]))
    ? (result as unknown as Preview)
    : undefined;
}
