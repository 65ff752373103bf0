import { nameOf } from "../curves/lines.ts";
import type { Comparison, Row, RunHead, Section, Value } from "../kernel/documents.ts";
import { exactText, isNothing, isNumber, numberOf } from "../kernel/values.ts";
import { element } from "../ui/dom.ts";
import { momentText, numberText, shownDuration } from "../ui/text.ts";

/** Which runs are columns, by their places among those compared. */
interface Columns {
  places: readonly number[];
  /** The baseline: what differs from it is marked, and beside numbers stands how far they are from its. -1 for none. */
  base: number;
  /** How many runs are compared. */
  runs: number;
}

/** Return the first runs side by side, the baseline before all others: a column a run, a row a name.
 *
 * `rebase` makes another run the baseline.
 */
export function comparisonTable(
  { runs, sections }: Comparison,
  { base, most }: { base: number; most: number },
  rebase: (id: string) => void,
): HTMLElement {
  const others = [...runs.keys()].filter((place) => place !== base);
  const places = [...(base < 0 ? [] : [base]), ...others].slice(0, most);
  const columns = { places, base, runs: runs.length };
  const heads = places.map((place) => {
    const run = runs[place] as RunHead;
    const swatch = element("i", { class: "nbtrack-swatch", "data-run": run.id });
    const name = element("span", {}, nameOf(run));
    const short = element("small", {}, run.id.slice(0, 8));
    const title = `${run.name}\n${run.id}\n${run.status}`;
    const head = element("th", { scope: "col", title, class: place === base && "nbtrack-base" });
    head.append(swatch, name, short);
    if (place === base) {
      head.append(element("small", { class: "nbtrack-baseline" }, "baseline"));
    } else if (base >= 0) {
      const label = `Compare with ${nameOf(run)}`;
      const press = element(
        "button",
        { type: "button", class: "nbtrack-rebase", title: label, "aria-label": label },
        "baseline",
      );
      press.addEventListener("click", () => rebase(run.id));
      head.append(press);
    }
    return head;
  });
  const corner = element("td", {}, element("span", { class: "nbtrack-unseen" }, "Name"));
  const head = element("thead", {}, element("tr", {}, corner, ...heads));
  const bodies = sections.map((section) => sectionBody(section, columns));
  return element("table", { class: "nbtrack-compare-table" }, head, ...bodies);
}

function sectionBody({ name, rows }: Section, columns: Columns): HTMLElement {
  const different = rows.filter(({ differs }) => differs).length;
  const count =
    different === 0 ? "" : `${different.toLocaleString("en")} of ${rows.length.toLocaleString("en")} differ`;
  const title = element("span", {}, name, element("small", {}, count));
  const head = element("th", { scope: "rowgroup", colspan: String(columns.places.length + 1) }, title);
  const first = element("tr", { class: "nbtrack-compare-section" }, head);
  const body = element("tbody", {}, first, ...rows.map((row) => valueRow(row, columns)));
  body.dataset["differs"] = String(different > 0);
  return body;
}

function valueRow(row: Row, { places, base, runs }: Columns): HTMLElement {
  const head = element("th", { scope: "row", title: row.name }, row.name, arrow(row));
  const cells = places.map((place) => {
    const made = valueCell(row.cells[place] ?? null, row, place);
    markDifference(made, row, place, base);
    return made;
  });
  const made = element("tr", {}, head, ...cells);
  made.dataset["differs"] = String(row.differs && runs > 1);
  return made;
}

function valueCell(value: Value, row: Row, place: number): HTMLElement {
  const numeric = isNumber(value) && row.kind !== "time";
  const made = element(
    "td",
    { title: exactText(value) ?? "the run has none", class: numeric ? "nbtrack-number" : false },
    valueText(value, row.kind),
  );
  if (row.best.includes(place)) {
    made.classList.add("nbtrack-best");
    made.append(element("span", { class: "nbtrack-unseen" }, " (best)"));
  }
  if (isNothing(value)) {
    made.classList.add("nbtrack-lacking");
  }
  return made;
}

/** Mark what differs from the baseline, with how far it is from that. */
function markDifference(made: HTMLElement, row: Row, place: number, base: number): void {
  const [value = null, other = null] = [row.cells[place], row.cells[base]];
  if (base < 0 || place === base) {
    made.classList.toggle("nbtrack-base", place === base);
    return;
  }
  made.classList.toggle("nbtrack-differs", row.differs && !isSame(value, other));
  const far = difference(value, other, row);
  if (far !== null && far.text !== SAME) {
    made.append(differenceMark(far));
  }
}

/** The arrow that says which direction is better, if it is known. */
function arrow({ direction }: Row): HTMLElement | string {
  if (direction === null) {
    return "";
  }
  const better = direction === "down" ? "lower is better" : "higher is better";
  const sign = element("span", { "aria-hidden": "true", title: better }, direction === "down" ? " ↓" : " ↑");
  return element("small", {}, sign, element("span", { class: "nbtrack-unseen" }, better));
}

function isSame(one: Value, other: Value): boolean {
  return exactText(one) === exactText(other) && isNumber(one) === isNumber(other);
}

/** How a number is told that is the same as the baseline's. */
const SAME = "±0";
const MAX_LENGTH = 300;

/** Return a value as it is shown. The tooltip has the exact text. */
export function valueText(value: Value, kind: Row["kind"] = "value"): string {
  const exact = exactText(value);
  if (exact === null) {
    return "–";
  }
  if (typeof value === "number" && kind !== "value") {
    return kind === "time" ? momentText(value) : shownDuration(value);
  }
  if (isNumber(value)) {
    return exactNumberText(exact);
  }
  return exact.length > MAX_LENGTH ? `${exact.slice(0, MAX_LENGTH)}…` : exact;
}

/** Return an integer with all its digits, a float with a few. */
function exactNumberText(text: string): string {
  return /^-?\d{1,40}$/u.test(text) ? text.replaceAll(/\B(?=(?:\d{3})+$)/gu, ",") : floatText(text);
}

function floatText(text: string): string {
  return Number.isFinite(Number(text)) ? numberText(Number(text)) : text;
}

/** The difference of a number to the baseline, and whether it is better. */
interface Difference {
  text: string;
  verdict: "better" | "worse" | null;
}

/** Return the difference of two numbers of a row, or null where either is missing or a text. */
export function difference(
  value: Value,
  base: Value,
  { kind, direction }: Pick<Row, "kind" | "direction">,
): Difference | null {
  const [one, other] = [numberOf(value), numberOf(base)];
  if (kind === "time" || !Number.isFinite(one) || !Number.isFinite(other)) {
    return null;
  }
  const by = one - other;
  if (by === 0 || !Number.isFinite(by)) {
    return by === 0 ? { text: SAME, verdict: null } : null;
  }
  const seconds = kind === "duration" ? " s" : "";
  const share = other === 0 ? "" : ` (${signed((by / Math.abs(other)) * 100, 3)} %)`;
  const isBetter = direction === "down" ? by < 0 : by > 0;
  const word = isBetter ? "better" : "worse";
  return { text: `${signed(by, 4)}${seconds}${share}`, verdict: direction === null ? null : word };
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? "−" : "+"}${numberText(Math.abs(value), digits)}`;
}

/** Return the element of a difference, which stands beside its number. */
function differenceMark({ text, verdict }: Difference): HTMLElement {
  const mark = element("small", { class: "nbtrack-difference" }, text);
  if (verdict !== null) {
    mark.dataset["verdict"] = verdict;
    mark.title = `${verdict} than the baseline`;
    mark.append(element("span", { class: "nbtrack-unseen" }, ` (${verdict})`));
  }
  return mark;
}
