import { element } from "../widget/dom.ts";

/** What stands in the cell of a run's name. */
export interface Named {
  text: string;
  /** The run's colours on a light and on a dark page, and how its line is drawn; null of one that is not chosen. */
  colour: { light: string; dark: string; line: string } | null;
  /** Of a tree: how deep it stands, how many children it has, and whether they are shown. */
  family: { depth: number; children: number; unfolded: boolean } | null;
}

/** Return the parts of a name's cell. The keyboard goes to rows: there Enter, and the arrows in a tree, do as these do. */
export function nameParts({ text, colour, family }: Named): HTMLElement[] {
  const name = element("button", { type: "button", class: "nbtrack-panel-name", tabindex: "-1" }, text);
  const parts: HTMLElement[] = [name];
  if (family !== null) {
    parts.unshift(fold(family));
  }
  if (colour !== null) {
    const dot = element("span", {
      class: "nbtrack-panel-dot",
      "data-line": colour.line,
      "aria-hidden": "true",
    });
    dot.style.setProperty("--nbtrack-light", colour.light);
    dot.style.setProperty("--nbtrack-dark", colour.dark);
    parts.unshift(dot);
  }
  return parts;
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
