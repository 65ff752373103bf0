import type { Group, GroupsDocument, Spread, Value } from "../kernel/documents.ts";
import { exactText, numberOf } from "../kernel/values.ts";
import { cautions } from "../plot/controls.ts";
import { fieldLabel } from "../plot/fields.ts";
import { view } from "../plot/view.ts";
import { element } from "../ui/dom.ts";
import { numberText } from "../ui/text.ts";
import { valueText } from "./table.ts";

/** The order of the groups: by a field, the number of runs, or a metric. */
export interface Sorted {
  column: number;
  down: boolean;
}

interface GroupsOptions {
  /** The order. By default that of the kernel. */
  sorted?: Sorted | null;
  /** Called after the order has changed. */
  onSort?: (sorted: Sorted) => void;
  /** Called with the clicked group, and whether others stay chosen. */
  onPick?: (group: Group, more: boolean) => void;
}

/** Show groups of runs with the mean, spread and count of each metric. The best mean is marked. */
export function showGroups(place: HTMLElement, document: GroupsDocument, options: GroupsOptions = {}): void {
  const { by, metrics } = document;
  let { sorted = null } = options;
  const names = [...(by.length === 0 ? ["group"] : by), "runs", ...metrics];
  const fields = names.length - metrics.length - 1;
  const body = element("tbody", {});
  const heads = names.map((name, column) => {
    const sort = element("button", { type: "button", title: `${name}\nClick to sort` }, fieldLabel(name));
    sort.addEventListener("click", () => {
      // Counts, and metrics that are better high, begin with the greatest.
      const first = column === fields || document.directions[column - fields - 1] === "up";
      sorted = { column, down: sorted?.column === column ? !sorted.down : first };
      draw();
      options.onSort?.(sorted);
    });
    return element("th", { scope: "col", class: column < fields ? false : "nbtrack-number" }, sort);
  });
  const best = metrics.map((_, column) => bestMean(document, column));
  const rows = document.groups.map((_, row) => groupRow(document, row, best, options.onPick));
  const draw = () => {
    for (const [column, head] of heads.entries()) {
      const direction = sorted?.down === true ? "descending" : "ascending";
      head.setAttribute("aria-sort", sorted?.column === column ? direction : "none");
    }
    body.append(...ordered(document, fields, sorted).map((row) => rows[row] ?? ""));
  };
  draw();
  const head = element("thead", {}, element("tr", {}, ...heads));
  const table = element("table", { class: "nbtrack-compare-table nbtrack-groups-table" }, head, body);
  const label = { role: "region", "aria-label": "Groups", tabindex: "0" };
  const scroll = element("div", { class: "nbtrack-compare-scroll", ...label }, table);
  const left = `${document.left_out.toLocaleString("en")} more groups are too many to list; group by fewer fields`;
  const notes = cautions(document.left_out > 0 ? [left] : []);
  place.replaceChildren(view("compare", "Groups of runs", notes, scroll));
}

function groupRow(
  { groups, by }: GroupsDocument,
  row: number,
  best: readonly number[],
  onPick: GroupsOptions["onPick"],
): HTMLElement {
  const group = groups[row] as Group;
  const runs = `${group.runs.length.toLocaleString("en")} ${group.runs.length === 1 ? "run" : "runs"}`;
  const texts = by.length === 0 ? [group.label] : group.key.map((value) => valueText(value));
  const key = texts.map((text, column) => {
    const exact = exactText(group.key[column] ?? null) ?? text;
    const label = `${group.label}: choose ${runs}`;
    const pick = { type: "button", title: group.label, "aria-pressed": "false", "aria-label": label };
    const shownText = column === 0 ? element("button", pick, text) : text;
    return element("th", { scope: "row", title: exact }, shownText);
  });
  const spreads = group.spreads.map((spread, metric) =>
    spreadCell(spread, group.runs.length, best[metric] === row),
  );
  const count = element("td", { class: "nbtrack-number" }, group.runs.length.toLocaleString("en"));
  const made = element("tr", { "data-group": String(row) }, ...key, count, ...spreads);
  made.addEventListener("click", (event) =>
    onPick?.(group, event.ctrlKey || event.metaKey || event.shiftKey),
  );
  return made;
}

function spreadCell({ mean, std, min, max, count }: Spread, runs: number, best: boolean): HTMLElement {
  const spread = std === null ? "" : ` ± ${std}`;
  const exact =
    count === 0
      ? "no run has it"
      : `mean ${mean}${spread}\nfrom ${min} to ${max}\n${count.toLocaleString("en")} of ${runs.toLocaleString("en")} ${runs === 1 ? "run" : "runs"}`;
  const around = std === null ? "" : ` ± ${numberText(std, 2)}`;
  const cell = element("td", { class: "nbtrack-number", title: exact }, `${numberText(mean, 4)}${around}`);
  if (count > 0 && count < runs) {
    cell.append(element("small", {}, ` n=${count.toLocaleString("en")}`));
  }
  if (best) {
    cell.classList.add("nbtrack-best");
    cell.append(element("span", { class: "nbtrack-unseen" }, " (best)"));
  }
  return cell;
}

function bestMean({ groups, directions }: GroupsDocument, metric: number): number {
  const direction = directions[metric] ?? null;
  const means = groups.map(({ spreads }) => spreads[metric]?.mean ?? null);
  const known = means.filter((mean) => mean !== null);
  if (direction === null || new Set(known).size < 2) {
    return -1;
  }
  return means.indexOf(known.reduce((one, other) => ((direction === "down") === one < other ? one : other)));
}

/** Return the indexes of the groups in an order. Groups without a value come last. */
function ordered({ groups }: GroupsDocument, fields: number, sorted: Sorted | null): number[] {
  const places = groups.map((_, place) => place);
  if (sorted === null) {
    return places;
  }
  const { column, down } = sorted;
  const values = groups.map((group) => valueIn(group, column, fields));
  return places.sort(
    (one, other) => compare(values[one] ?? null, values[other] ?? null, down) || one - other,
  );
}

type Key = number | string | null;

function valueIn(group: Group, column: number, fields: number): Key {
  if (column === fields) {
    return group.runs.length;
  }
  return column > fields
    ? (group.spreads[column - fields - 1]?.mean ?? null)
    : keyOf(group.key[column] ?? null);
}

function keyOf(value: Value): Key {
  const number = numberOf(value);
  return Number.isNaN(number) ? exactText(value) : number;
}

/** Numbers stand before texts. */
function compare(one: Key, other: Key, down: boolean): number {
  if (one === null || other === null) {
    return Number(one === null) - Number(other === null);
  }
  const sign = down ? -1 : 1;
  if (typeof one === "number" && typeof other === "number") {
    return sign * (one - other);
  }
  if (typeof one === typeof other) {
    return sign * (String(one) < String(other) ? -1 : Number(one !== other));
  }
  return sign * (typeof one === "number" ? -1 : 1);
}
