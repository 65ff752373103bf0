import { problemOf } from "../kernel/replies.ts";
import type { FieldNote } from "../plot/controls.ts";
import { fieldLabel } from "../plot/fields.ts";
import { element, freshId } from "../ui/dom.ts";
import { popover } from "./controls.ts";
import { SHADINGS } from "./layout.ts";
import type { PanelState } from "./state.ts";

/** How many names of a kind are listed. The user finds others by searching. */
const MAX_LISTED = 300;

const GROUPS: [prefix: string, title: string][] = [
  ["metrics.", "Metrics"],
  ["params.", "Params"],
  ["", "Run"],
  ["tags.", "Tags"],
  ["data.", "Data"],
];

/** The button that chooses the columns of the table. */
export function columnsButton(state: PanelState): { root: HTMLElement; button: HTMLButtonElement } {
  const { root, button } = popover(
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
      place.append(head, list, shadingChoice(state));
      void state.requests.ask("names", {}).then(
        ({ columns }) => {
          // A shown column may be a summary such as metrics.loss.min, which is not among the names.
          const every = [...columns, ...state.columns.filter((name) => !columns.includes(name))];
          const draw = () =>
            list.replaceChildren(
              ...fieldList(every, search.value, {
                isChosen: (name) => state.columns.includes(name),
                choose: (names, on) => {
                  const others = state.columns.filter((other) => !names.includes(other));
                  // The name stays: without a column there would be no rows to choose.
                  const kept = others.length === 0 ? ["name"] : others;
                  state.setColumns(on ? [...state.columns, ...names] : kept);
                },
              }),
            );
          search.addEventListener("input", draw);
          reset.addEventListener("click", () => {
            const telling = state.requests.ask("telling", state.query);
            telling.then((found) => {
              state.setColumns(found.columns);
              draw();
            }, problemOf);
          });
          draw();
        },
        (error: Error) => list.replaceChildren(error.message),
      );
    },
    state.signal,
  );
  return { root, button };
}

interface FieldListOptions {
  isChosen: (name: string) => boolean;
  choose: (names: readonly string[], on: boolean) => void;
  /** The note beside the name of a field. */
  noteOf?: (name: string) => FieldNote;
}

/** Return the names that contain a text, grouped by kind, each with a checkbox. */
function fieldList(
  names: readonly string[],
  typed: string,
  { isChosen, choose, noteOf }: FieldListOptions,
): HTMLElement[] {
  const wanted = typed.trim().toLowerCase();
  const found = names.filter((name) => name.toLowerCase().includes(wanted));
  const made: HTMLElement[] = [];
  for (const [prefix, title] of GROUPS) {
    const own = found.filter((name) => groupOf(name) === prefix);
    if (own.length > 0) {
      const label =
        own.length > MAX_LISTED
          ? `${title}: ${MAX_LISTED} of ${own.length.toLocaleString("en")}, search for others`
          : title;
      const chosen = element("span", {});
      const boxes = new Map<string, HTMLInputElement>();
      const update = () => {
        const count = own.filter(isChosen).length;
        chosen.textContent = ` ${count.toLocaleString("en")} of ${own.length.toLocaleString("en")} `;
        for (const [name, box] of boxes) {
          box.checked = isChosen(name);
        }
      };
      const items = own.slice(0, MAX_LISTED).map((name) => {
        const box = element("input", { type: "checkbox" });
        boxes.set(name, box);
        box.addEventListener("change", () => {
          choose([name], box.checked);
          update();
        });
        const text = element("span", {}, name.slice(prefix.length));
        const { note = "", apart = null } = noteOf?.(name) ?? {};
        const more = apart === null ? note : "only in other runs";
        const remark = more === "" ? [] : [element("small", { class: "nbtrack-panel-quiet" }, more)];
        return element("label", { class: "nbtrack-panel-choice", title: name }, box, text, ...remark);
      });
      update();
      const buttons = allOrNone(title, (on) => {
        choose(own, on);
        update();
      });
      const several = element("span", { class: "nbtrack-panel-ofgroup" }, chosen, ...buttons);
      const legend = element("legend", {}, label, ...(own.length > 1 ? [several] : []));
      made.push(element("fieldset", {}, legend, ...items));
    }
  }
  return made.length > 0 ? made : [element("div", { class: "nbtrack-panel-quiet" }, "Nothing of that name.")];
}

/** The buttons that choose all fields of a group, or none: those that the search has found. */
function allOrNone(title: string, choose: (on: boolean) => void): HTMLElement[] {
  return (["all", "none"] as const).map((text) => {
    const attributes = { class: "nbtrack-panel-link", "aria-label": `${title}: ${text}` };
    const button = element("button", { type: "button", ...attributes }, text);
    button.addEventListener("click", () => choose(text === "all"));
    return button;
  });
}

function groupOf(name: string): string {
  return GROUPS.find(([prefix]) => prefix !== "" && name.startsWith(prefix))?.[0] ?? "";
}

/** The choice how numbers of all columns are shaded. The menu of a head sets it for one column. */
function shadingChoice({ layout }: PanelState): HTMLElement {
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

interface PickerOptions {
  label: string;
  names: readonly string[];
  /** The note beside the name of a field. */
  noteOf: (name: string) => FieldNote;
}

/** A button that says which fields are chosen, and opens a list to choose others. */
export function fieldPicker(
  { label, names, noteOf }: PickerOptions,
  signal: AbortSignal,
  changed: (chosen: string[]) => void,
): { root: HTMLElement; set: (chosen: readonly string[]) => void } {
  let chosen: string[] = [];
  const { root, button } = popover(
    label,
    label,
    (place) => {
      const search = element("input", {
        type: "search",
        class: "nbtrack-panel-input",
        placeholder: "Search",
        "aria-label": "Search fields",
      });
      const list = element("div", { class: "nbtrack-panel-list" });
      const choose = (some: readonly string[], on: boolean) => {
        const others = chosen.filter((other) => !some.includes(other));
        set(on ? [...chosen, ...some.filter((one) => !chosen.includes(one))] : others);
        changed(chosen);
      };
      const every = [...new Set([...names, ...chosen])];
      const draw = () =>
        list.replaceChildren(
          ...fieldList(every, search.value, {
            isChosen: (name) => chosen.includes(name),
            choose,
            noteOf,
          }),
        );
      search.addEventListener("input", draw);
      draw();
      place.append(search, list);
    },
    signal,
  );
  const set = (next: readonly string[]) => {
    chosen = [...next];
    const text = chosen.length === 0 ? "none" : chosen.map(fieldLabel).join(", ");
    button.textContent = `${label}: ${text}`;
    button.title = chosen.join("\n");
  };
  set([]);
  return { root, set };
}
