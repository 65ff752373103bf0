import type { View } from "../model.ts";
import type { PanelState } from "../state.ts";
import type { Tagging } from "./tagging.ts";

/** The views beside the table. */
export type ViewName = Exclude<View, "table">;

/** The element of each view. */
export type ViewPlaces = Readonly<Record<ViewName, HTMLElement>>;

/** Shows the views of a panel, each in its place, until the panel is removed. */
export type ShowViews = (state: PanelState, places: ViewPlaces) => void;

/** The script that draws the views. */
export interface Views {
  show: ShowViews;
  /** Show what the keys of the panel do. */
  drawKeys: (place: HTMLElement) => void;
  /** Show what edits the tags of the chosen runs, and renames a single run. */
  drawTagging: (tagging: Tagging, place: HTMLElement, close: () => void) => void;
}
