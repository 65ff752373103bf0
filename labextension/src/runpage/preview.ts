import { element } from "../ui/dom.ts";
import { oneLine, shownSize } from "../ui/text.ts";
import { source } from "./cell.ts";
import { markdown } from "./markdown.ts";
import type { Preview, Text } from "./messages.ts";
import { table } from "./table.ts";

/** Return the content of an artifact: a picture as a picture, Markdown as elements, all else as text. */
export function previewOf(preview: Preview): HTMLElement {
  switch (preview.kind) {
    case "image":
      return bitmap(preview.type, preview.data, preview.name);
    case "text":
    case "json":
      return source(preview.text, `Content of ${oneLine(preview.name, 80)}`);
    case "table":
      return tablePreview(preview);
    case "svg":
      return withSource("Picture", svgImage(preview.text.text, preview.name), preview);
    case "markdown":
      return withSource("Read", rendered(preview.text.text), preview);
    default:
      return element(
        "p",
        { class: "nbtrack-run-quiet" },
        `${oneLine(preview.why)} (${shownSize(preview.size)}).`,
      );
  }
}

function rendered(text: string): HTMLElement {
  return element("div", { class: "nbtrack-run-note nbtrack-run-document", tabindex: "0" }, ...markdown(text));
}

/** Return a file as it looks, with buttons that switch to its source and back. */
function withSource(
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
  // A broken picture can still be read as text.
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

function tablePreview({
  columns,
  rows,
  more,
  columns_left: left,
  name,
}: Extract<Preview, { kind: "table" }>): HTMLElement {
  // A column of numbers is aligned to the right.
  const right = columns.map((_, place) =>
    rows.every((row) => row[place] === undefined || row[place] === "" || Number.isFinite(Number(row[place]))),
  );
  const heads = columns.map((text, place) => ({ text, right: right[place] ?? false }));
  const cells = rows.map((row) => row.map((text, place) => ({ text, right: right[place] ?? false })));
  const parts = [more ? `the first ${rows.length} rows` : `${rows.length} rows`];
  if (left > 0) {
    parts.push(`the first ${columns.length} of ${columns.length + left} columns`);
  }
  const foot = element("div", { class: "nbtrack-run-quiet" }, parts.join(", "));
  return element("div", {}, table(`Content of ${oneLine(name, 80)}`, heads, cells), foot);
}

/** The formats of bitmaps. */
const BITMAP_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** Return a bitmap as an image. Data of another format never reaches the browser, which would guess at it. */
export function bitmap(type: string, data: string, name: string): HTMLElement {
  if (!BITMAP_TYPES.includes(type) || !/^[\d+/=A-Za-z]*$/u.test(data)) {
    return element("p", { class: "nbtrack-run-quiet" }, "This is no picture.");
  }
  return element("img", {
    src: `data:${type};base64,${data}`,
    alt: oneLine(name),
    class: "nbtrack-run-picture",
  });
}

/**
 * An SVG as an image. There a browser runs no script of it and loads nothing for it. A data URL, as one that points to
 * this page's own origin would run its scripts where it is opened by itself.
 */
export function svgImage(text: string, name: string): HTMLElement {
  return element("img", {
    src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`,
    alt: oneLine(name),
    class: "nbtrack-run-picture",
  });
}
