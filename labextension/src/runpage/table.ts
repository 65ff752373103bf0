import { element } from "../ui/dom.ts";
import { oneLine, visible } from "../ui/text.ts";

/** A cell: its text, its tooltip, and whether it is aligned to the right. */
interface Cell {
  text: string;
  title?: string;
  right?: boolean;
}

/** A text of at most this many characters stays on one line. */
const MAX_UNBROKEN = 24;
/** How many characters of a text are shown. The tooltip has more. */
const MAX_LENGTH = 160;

/** A table of more rows has a search box. */
export const MAX_WITHOUT_SEARCH = 12;

/** A table of texts, with a box to search it where it is long. */
export function table(
  label: string,
  heads: readonly Cell[],
  rows: readonly (readonly Cell[])[],
): HTMLElement {
  const body = element("tbody");
  for (const row of rows) {
    const [first, ...rest] = row;
    const made = element("tr");
    if (first !== undefined) {
      made.append(cell("th", first, { scope: "row" }));
    }
    made.append(...rest.map((one) => cell("td", one)));
    body.append(made);
  }
  const head = element(
    "thead",
    {},
    element("tr", {}, ...heads.map((one) => cell("th", one, { scope: "col" }))),
  );
  const made = element("table", { "aria-label": label }, head, body);
  const framed = element(
    "div",
    { class: "nbtrack-run-scroll", tabindex: "0", role: "group", "aria-label": label },
    made,
  );
  if (rows.length <= MAX_WITHOUT_SEARCH) {
    return framed;
  }
  return element("div", {}, search(label, body), framed);
}

/** A box that hides the rows without what is typed in it. */
export function search(label: string, body: HTMLElement): HTMLElement {
  const input = element("input", {
    class: "nbtrack-run-input nbtrack-run-search",
    type: "search",
    placeholder: `Search ${label.toLowerCase()}`,
    "aria-label": `Search ${label.toLowerCase()}`,
  });
  input.addEventListener("input", () => filter(body, input.value));
  return input;
}

export function filter(body: HTMLElement, typed: string): void {
  const wanted = typed.trim().toLowerCase();
  for (const row of body.children) {
    (row as HTMLElement).hidden = !(row.textContent ?? "").toLowerCase().includes(wanted);
  }
}

function cell(
  tag: "td" | "th",
  { text, title = "", right = false }: Cell,
  attributes: Record<string, string> = {},
): HTMLElement {
  const made = element(tag, attributes, oneLine(text, MAX_LENGTH));
  made.classList.toggle("nbtrack-run-right", right);
  made.classList.toggle("nbtrack-run-unbroken", text.length <= MAX_UNBROKEN);
  const full = title === "" && text.length > 40 ? text : title;
  if (full !== "") {
    made.title = visible(full.slice(0, 2000));
  }
  return made;
}
