import { element } from "../ui/dom.ts";

/** What stands in the cell of a run's name. */
export interface Named {
  text: string;
  /** The run's colours on a light and on a dark page, how its line is drawn, and whether it is taken out of the charts;
   * null of one that is not chosen. */
  colour: { light: string; dark: string; line: string; hidden: boolean } | null;
  /** Of a tree: how deep it stands, how many children it has, and whether they are shown. */
  family: { depth: number; children: number; unfolded: boolean } | null;
  /** Whether the run is pinned above all others. */
  pinned: boolean;
}

/** Return the parts of a name's cell. The keyboard goes to rows: there Enter, P, H, and the arrows in a tree, do as
 * these do. */
export function nameParts({ text, colour, family, pinned }: Named): HTMLElement[] {
  const name = element("button", { type: "button", class: "nbtrack-panel-name", tabindex: "-1" }, text);
  const parts: HTMLElement[] = [name, pin(pinned)];
  if (family !== null) {
    parts.unshift(fold(family));
  }
  if (colour !== null) {
    const dot = element("button", {
      type: "button",
      tabindex: "-1",
      class: "nbtrack-panel-dot",
      title: colour.hidden ? "Show in the charts (H)" : "Hide in the charts (H)",
      "data-line": colour.line,
      "aria-label": "In the charts",
      "aria-pressed": String(!colour.hidden),
    });
    dot.style.setProperty("--nbtrack-light", colour.light);
    dot.style.setProperty("--nbtrack-dark", colour.dark);
    parts.unshift(dot);
  }
  return parts;
}

function pin(pinned: boolean): HTMLElement {
  const title = pinned ? "Unpin (P)" : "Pin to the top, whatever the order (P)";
  return element("button", {
    type: "button",
    tabindex: "-1",
    class: "nbtrack-panel-pin",
    title,
    "aria-label": pinned ? "Unpin" : "Pin",
    "aria-pressed": String(pinned),
  });
}

function fold({ depth, children, unfolded }: NonNullable<Named["family"]>): HTMLElement {
  const attributes = { class: "nbtrack-panel-fold", "aria-hidden": "true" };
  const made: HTMLElement =
    children > 0
      ? element("button", { type: "button", tabindex: "-1", ...attributes }, unfolded ? "▾" : "▸")
      : element("span", attributes);
  made.title =
    children > 0 ? `${children.toLocaleString("en")} ${children === 1 ? "child" : "children"}` : "";
  made.style.marginLeft = `${Math.min(depth, 8) * 16}px`;
  return made;
}
