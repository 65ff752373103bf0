import type { GroupsDocument, Spread } from "../charts/documents.ts";
import { fieldLabel } from "../charts/fields.ts";
import { shown } from "../charts/numbers.ts";
import { view } from "../charts/view.ts";
import { element } from "../widget/dom.ts";
import { cellText } from "./cells.ts";

/** Show groups of runs with the mean, spread and count of each metric; the best mean is marked. */
export function showGroups(place: HTMLElement, document: GroupsDocument): void {
  const { by, metrics, groups } = document;
  const heads = [...by, "runs", ...metrics].map((text, column) =>
    element(
      "th",
      { scope: "col", title: text, class: column < by.length ? false : "nbtrack-number" },
      fieldLabel(text),
    ),
  );
  const best = metrics.map((_, column) => bestMean(document, column));
  const rows = groups.map((group, row) => {
    const key = group.key.map((cell) =>
      element("th", { scope: "row", title: cell?.text ?? "" }, cellText(cell)),
    );
    const spreads = group.spreads.map((spread, metric) => spreadCell(spread, best[metric] === row));
    const count = element("td", { class: "nbtrack-number" }, String(group.runs.length));
    return element("tr", {}, ...key, count, ...spreads);
  });
  const head = element("thead", {}, element("tr", {}, ...heads));
  const table = element("table", { class: "nbtrack-compare-table" }, head, element("tbody", {}, ...rows));
  const scroll = element("div", { class: "nbtrack-compare-scroll", tabindex: "0" }, table);
  place.replaceChildren(view("compare", "Groups of runs", scroll));
}

function spreadCell({ mean, std, min, max, count }: Spread, best: boolean): HTMLElement {
  const exact = `mean ${mean}, standard deviation ${std}, from ${min} to ${max}, of ${count}`;
  const around = std === null ? "" : ` ± ${shown(std, 2)}`;
  const cell = element("td", { class: "nbtrack-number", title: exact }, `${shown(mean, 4)}${around}`);
  cell.append(element("small", {}, count === 0 ? "" : ` n=${count}`));
  cell.classList.toggle("nbtrack-best", best);
  return cell;
}

function bestMean({ groups, directions }: GroupsDocument, metric: number): number {
  const direction = directions[metric] ?? null;
  const means = groups.map(({ spreads }) => spreads[metric]?.mean ?? null);
  const known = means.filter((mean) => mean !== null);
  if (direction === null || new Set(known).size < 2) {
    return -1;
  }
  return means.indexOf(direction === "down" ? Math.min(...known) : Math.max(...known));
}
