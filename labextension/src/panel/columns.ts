import { element } from "../widget/dom.ts";
import { popover } from "./popover.ts";
import type { Table } from "./table.ts";

/** More names than that are found by searching. */
const MOST = 300;

const GROUPS: [prefix: string, title: string][] = [
  ["metrics.", "Metrics"],
  ["params.", "Params"],
  ["", "Run"],
  ["tags.", "Tags"],
  ["data.", "Data"],
];

/** The button with which columns are chosen. */
export function columnsButton(table: Table): HTMLElement {
  const { root } = popover(
    "Columns",
    "Columns",
    (place) => {
      const search = element("input", {
        type: "search",
        class: "nbtrack-panel-input",
        placeholder: "Search columns",
        "aria-label": "Search columns",
      });
      const list = element("div", { class: "nbtrack-panel-list" }, "…");
      place.append(search, list);
      void table.requests.ask("names", {}).then(
        ({ columns }) => {
          const draw = () => list.replaceChildren(...groups(table, columns, search.value));
          search.addEventListener("input", draw);
          draw();
        },
        (error: Error) => list.replaceChildren(error.message),
      );
    },
    table.signal,
  );
  return root;
}

function groups(table: Table, every: readonly string[], typed: string): HTMLElement[] {
  const wanted = typed.trim().toLowerCase();
  // A summary such as metrics.loss.min is no name, but may be shown.
  const names = [...every, ...table.columns.filter((name) => !every.includes(name))];
  const found = names.filter((name) => name.toLowerCase().includes(wanted));
  const made: HTMLElement[] = [];
  for (const [prefix, title] of GROUPS) {
    const own = found.filter((name) => groupOf(name) === prefix);
    if (own.length > 0) {
      const label = own.length > MOST ? `${title}: ${MOST} of ${own.length}, search for others` : title;
      const items = own.slice(0, MOST).map((name) => choice(table, name, name.slice(prefix.length)));
      made.push(element("fieldset", {}, element("legend", {}, label), ...items));
    }
  }
  return made.length > 0 ? made : [element("div", { class: "nbtrack-panel-quiet" }, "Nothing of that name.")];
}

function groupOf(name: string): string {
  return GROUPS.find(([prefix]) => prefix !== "" && name.startsWith(prefix))?.[0] ?? "";
}

function choice(table: Table, name: string, label: string): HTMLElement {
  const box = element("input", { type: "checkbox" });
  box.checked = table.columns.includes(name);
  box.addEventListener("change", () => {
    const others = table.columns.filter((other) => other !== name);
    table.setColumns(box.checked ? [...others, name] : others);
  });
  return element("label", { class: "nbtrack-panel-choice", title: name }, box, element("span", {}, label));
}
