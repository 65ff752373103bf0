import type { FieldNote } from "../plot/controls.ts";
import { fieldLabel } from "../plot/fields.ts";
import { element } from "../ui/dom.ts";
import { fieldList } from "./columns.ts";
import { popover } from "./popover.ts";

interface Picking {
  label: string;
  names: readonly string[];
  /** What is said of a field beside its name. */
  told: (name: string) => FieldNote;
}

/** A button that opens a list of fields to choose some from; says which are chosen. */
export function fieldPicker(
  { label, names, told }: Picking,
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
      const toggle = (name: string, on: boolean) => {
        const others = chosen.filter((other) => other !== name);
        set(on ? [...others, name] : others);
        changed(chosen);
      };
      const every = [...new Set([...names, ...chosen])];
      const draw = () =>
        list.replaceChildren(
          ...fieldList(every, search.value, {
            isChosen: (name) => chosen.includes(name),
            choose: toggle,
            told,
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
