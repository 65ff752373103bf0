import { element, freshId } from "../ui/dom.ts";
import { csvText, fileName, saveText } from "../ui/export.ts";
import type { Stage } from "./stage.ts";

export interface Choice {
  value: string;
  text: string;
  /** Stands below this heading, after those that have none. */
  apart?: string | null;
}

/** What is said of a field where it is chosen. */
export interface FieldNote {
  note: string;
  /** The heading of those that stand apart. */
  apart: string | null;
}

/** Return fields to choose one from, with what is said of each. */
export function fieldChoices(names: readonly string[], told?: (name: string) => FieldNote): Choice[] {
  return names.map((name) => {
    const { note = "", apart = null } = told?.(name) ?? {};
    return { value: name, text: note === "" ? name : `${name} (${note})`, apart };
  });
}

/** A labelled choice of one. */
export function choice(
  label: string,
  choices: readonly Choice[],
  chosen: string,
  changed: (value: string) => void,
): HTMLElement {
  const id = freshId();
  // What is shown is among the choices, whoever chose it.
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
  // A long choice is cut where it stands.
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

/** A labelled yes or no. */
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

/** A chart's numbers: what each column is called, and the rows. */
export interface Figures {
  heads: readonly string[];
  rows: readonly (readonly (string | number | null | undefined)[])[];
}

/** The buttons that keep a chart as a file. */
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

/** A chart's numbers as a table, for who reads rather than sees. */
export function dataTable(heads: readonly string[], rows: () => readonly (readonly string[])[]): HTMLElement {
  const table = element("table");
  const details = element(
    "details",
    { class: "nbtrack-data" },
    element("summary", {}, "Data as a table"),
    table,
  );
  details.addEventListener("toggle", () => {
    // Made when it is asked for: a thousand rows cost more than the chart.
    const body = details.open
      ? rows().map((row) => element("tr", {}, ...row.map((text) => element("td", {}, text))))
      : [];
    const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
    table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
  });
  return details;
}

/** Sentences to be minded before a chart is believed. */
export function cautions(texts: readonly string[]): HTMLElement {
  const items = texts.map((text) => element("li", {}, text));
  return element("ul", { class: "nbtrack-cautions", hidden: texts.length === 0 }, ...items);
}
