import type { FieldNote } from "../plot/controls.ts";
import { element, freshId } from "../ui/dom.ts";
import { SHADINGS } from "./layout.ts";
import { popover } from "./popover.ts";
import { problemOf } from "./problems.ts";
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
      const reset = element("button", { type: "button", class: "nbtrack-panel-link" }, "Reset");
      reset.title = "Show the columns that tell most of these runs";
      const head = element("div", { class: "nbtrack-panel-save" }, search, reset);
      place.append(head, list, shadingChoice(table));
      void table.requests.ask("names", {}).then(
        ({ columns }) => {
          // A summary such as metrics.loss.min is no name, but may be shown.
          const every = [...columns, ...table.columns.filter((name) => !columns.includes(name))];
          const draw = () =>
            list.replaceChildren(
              ...fieldList(every, search.value, {
                isChosen: (name) => table.columns.includes(name),
                choose: (name, on) => {
                  const others = table.columns.filter((other) => other !== name);
                  table.setColumns(on ? [...others, name] : others);
                },
              }),
            );
          search.addEventListener("input", draw);
          reset.addEventListener("click", () => {
            const told = table.requests.ask("telling", table.query);
            told.then((found) => {
              table.setColumns(found.columns);
              draw();
            }, problemOf);
          });
          draw();
        },
        (error: Error) => list.replaceChildren(error.message),
      );
    },
    table.signal,
  );
  return root;
}

interface Listing {
  isChosen: (name: string) => boolean;
  choose: (name: string, on: boolean) => void;
  /** What is said of a field beside its name. */
  told?: (name: string) => FieldNote;
}

/** Return the names in which a text is, by their kind, each with a box that chooses it. */
export function fieldList(
  names: readonly string[],
  typed: string,
  { isChosen, choose, told }: Listing,
): HTMLElement[] {
  const wanted = typed.trim().toLowerCase();
  const found = names.filter((name) => name.toLowerCase().includes(wanted));
  const made: HTMLElement[] = [];
  for (const [prefix, title] of GROUPS) {
    const own = found.filter((name) => groupOf(name) === prefix);
    if (own.length > 0) {
      const label =
        own.length > MOST
          ? `${title}: ${MOST} of ${own.length.toLocaleString("en")}, search for others`
          : title;
      const items = own.slice(0, MOST).map((name) => {
        const box = element("input", { type: "checkbox" });
        box.checked = isChosen(name);
        box.addEventListener("change", () => choose(name, box.checked));
        const text = element("span", {}, name.slice(prefix.length));
        const { note = "", apart = null } = told?.(name) ?? {};
        const more = apart === null ? note : "only in other runs";
        const remark = more === "" ? [] : [element("small", { class: "nbtrack-panel-quiet" }, more)];
        return element("label", { class: "nbtrack-panel-choice", title: name }, box, text, ...remark);
      });
      made.push(element("fieldset", {}, element("legend", {}, label), ...items));
    }
  }
  return made.length > 0 ? made : [element("div", { class: "nbtrack-panel-quiet" }, "Nothing of that name.")];
}

function groupOf(name: string): string {
  return GROUPS.find(([prefix]) => prefix !== "" && name.startsWith(prefix))?.[0] ?? "";
}

/** How the numbers of all columns are shaded; one column's own choice is in the menu of its head. */
function shadingChoice({ layout }: Table): HTMLElement {
  const name = freshId();
  const choices = SHADINGS.map(([how, title]) => {
    const button = element("input", { type: "radio", name });
    button.checked = layout.allShading === how;
    button.addEventListener("change", () => layout.shadeAll(how));
    return element("label", { class: "nbtrack-panel-choice" }, button, element("span", {}, title));
  });
  return element(
    "fieldset",
    { class: "nbtrack-panel-shadings" },
    element("legend", {}, "Numbers of all columns"),
    ...choices,
  );
}
