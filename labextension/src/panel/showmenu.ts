import { element } from "../ui/dom.ts";
import { popover } from "./controls.ts";
import type { PanelState } from "./state.ts";

interface Switch {
  title: string;
  /** A word for it, which the button has where it is on. */
  word: string;
  about: string;
  isOn: () => boolean;
  set: (on: boolean) => void;
}

/** The button with the switches of what the table shows. It says which of them are on. */
export function showMenu(state: PanelState): HTMLElement {
  const switches: Switch[] = [
    {
      title: "Only what differs",
      word: "differing",
      about: "Hide columns in which all runs have the same",
      isOn: () => state.stats.onlyDiffering,
      set: (on) => state.stats.setOnlyDiffering(on),
    },
    {
      title: "Nested",
      word: "nested",
      about: "Show children below their parents",
      isOn: () => state.unfolded !== null,
      set: (on) => state.unfold(on ? new Set() : null),
    },
    {
      title: "Deleted",
      word: "deleted",
      about: "Show the deleted runs instead",
      isOn: () => state.wantedQuery.deleted,
      set: (on) => state.setQuery({ deleted: on }),
    },
  ];
  const fill = (place: HTMLElement, close: () => void) => {
    place.setAttribute("role", "menu");
    place.append(
      ...switches.map(({ title, about, isOn, set }) => {
        const attributes = { class: "nbtrack-panel-item", role: "menuitemcheckbox", title: about };
        const item = element("button", { type: "button", ...attributes }, title);
        item.setAttribute("aria-checked", String(isOn()));
        item.addEventListener("click", () => {
          close();
          set(!isOn());
          draw();
          button.focus();
        });
        return item;
      }),
    );
  };
  const { root, button } = popover("Show", "Show", fill, state.signal);
  const draw = () => {
    const words = switches.filter(({ isOn }) => isOn()).map(({ word }) => word);
    button.textContent = words.length === 0 ? "Show" : `Show: ${words.join(", ")}`;
    button.classList.toggle("nbtrack-panel-on", words.length > 0);
  };
  state.on(["query", "anew", "heads"], draw);
  draw();
  return root;
}
