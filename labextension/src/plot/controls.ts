import { element, freshId } from "../ui/dom.ts";
import { csvText, fileName, saveText } from "../ui/export.ts";
import type { Stage } from "./stage.ts";

export interface Choice {
  value: string;
  text: string;
  /** The heading above the choice. Choices without one come first. */
  apart?: string | null;
}

/** The note on a field in a list of fields. */
export interface FieldNote {
  note: string;
  /** The heading under which the field stands apart, or null. */
  apart: string | null;
}

/** Return fields as choices with their notes. */
export function fieldChoices(names: readonly string[], noteOf?: (name: string) => FieldNote): Choice[] {
  return names.map((name) => {
    const { note = "", apart = null } = noteOf?.(name) ?? {};
    return { value: name, text: note === "" ? name : `${name} (${note})`, apart };
  });
}

/** A select box with a label. */
export function choice(
  label: string,
  choices: readonly Choice[],
  chosen: string,
  changed: (value: string) => void,
): HTMLElement {
  const id = freshId();
  // The chosen value is listed even where it is not among the choices.
  const known = choices.some(({ value }) => value === chosen);
  const all = known ? choices : [...choices, { value: chosen, text: chosen }];
  const option = ({ value, text }: Choice) => element("option", { value, selected: value === chosen }, text);
  const select = element("select", { id }, ...all.filter(({ apart }) => !apart).map(option));
  for (const heading of new Set(all.map(({ apart }) => apart ?? ""))) {
    if (heading !== "") {
      const own = all.filter(({ apart }) => apart === heading).map(option);
      select.append(element("optgroup", { label: heading }, ...own));
    }
  }
  // The box cuts a long choice, and the tooltip has all of it.
  const tell = () => {
    select.title = all.find(({ value }) => value === select.value)?.text ?? "";
  };
  tell();
  select.addEventListener("change", () => {
    tell();
    changed(select.value);
  });
  return element("span", { class: "nbtrack-control" }, element("label", { for: id }, label), select);
}

/** A checkbox with a label. */
export function check(label: string, on: boolean, changed: (on: boolean) => void): HTMLElement {
  const box = element("input", { type: "checkbox", checked: on });
  box.addEventListener("change", () => changed(box.checked));
  return element("label", { class: "nbtrack-control" }, box, label);
}

export function button(text: string, pressed: () => void, title = ""): HTMLButtonElement {
  const made = element("button", { type: "button", ...(title === "" ? {} : { title }) }, text);
  made.addEventListener("click", pressed);
  return made;
}

/** The numbers of a chart: the names of the columns, and the rows. */
export interface Figures {
  heads: readonly string[];
  rows: readonly (readonly (string | number | null | undefined)[])[];
}

/** The buttons that save a chart as a file. */
export function saveButtons(
  stage: Pick<Stage, "savePng" | "saveSvg">,
  name: () => string,
  figures?: () => Figures,
): HTMLElement {
  const csv = () => {
    if (figures !== undefined) {
      saveText(csvText(figures()), `${fileName(name())}.csv`, "text/csv");
    }
  };
  const kept = figures === undefined ? [] : [button("CSV", csv, "Save the chart's numbers as CSV")];
  return element(
    "span",
    { class: "nbtrack-control nbtrack-keep", role: "group", "aria-label": "Save the chart" },
    button("PNG", () => void stage.savePng(fileName(name())), "Save the chart as PNG"),
    button("SVG", () => stage.saveSvg(fileName(name())), "Save the chart as SVG"),
    ...kept,
  );
}

/** The numbers of a chart as a table, for screen readers and for reading. */
export function dataTable(heads: readonly string[], rows: () => readonly (readonly string[])[]): HTMLElement {
  const table = element("table");
  const details = element(
    "details",
    { class: "nbtrack-data" },
    element("summary", {}, "Data as a table"),
    table,
  );
  details.addEventListener("toggle", () => {
    // The rows are made only when the table is opened: a thousand rows take longer than the chart.
    const body = details.open
      ? rows().map((row) => element("tr", {}, ...row.map((text) => element("td", {}, text))))
      : [];
    const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
    table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
  });
  return details;
}

/** The warnings about a chart. */
export function cautions(texts: readonly string[]): HTMLElement {
  const items = texts.map((text) => element("li", {}, text));
  return element("ul", { class: "nbtrack-cautions", hidden: texts.length === 0 }, ...items);
}
