import { popover, type StatusLine } from "./controls.ts";
import { later } from "./later.ts";
import type { PanelState } from "./state.ts";

/** The button that edits the tags of the chosen runs, and renames a single run. */
export function tagButton(state: PanelState, note: StatusLine): HTMLElement {
  const name = "Tags of the chosen runs";
  const fill = (place: HTMLElement, close: () => void) =>
    later(state, place, (views) => views.drawTagging({ state, note }, place, close));
  return popover("Tag", name, fill, state.signal).root;
}
