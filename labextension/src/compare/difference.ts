import type { Cell, Direction } from "../kernel/documents.ts";
import { element } from "../ui/dom.ts";
import { numberText } from "../ui/text.ts";

/** How far a number is from the baseline's, and whether that is better. */
export interface Difference {
  text: string;
  verdict: "better" | "worse" | null;
}

/** Return how a number differs from the baseline's; null where either is none, or text. */
export function difference(cell: Cell | null, base: Cell | null, direction: Direction): Difference | null {
  if (cell === null || base === null || cell.kind !== base.kind) {
    return null;
  }
  const [one, other] = [Number(cell.text), Number(base.text)];
  if (!["number", "duration"].includes(cell.kind) || !Number.isFinite(one) || !Number.isFinite(other)) {
    return null;
  }
  const by = one - other;
  if (by === 0 || !Number.isFinite(by)) {
    return by === 0 ? { text: "±0", verdict: null } : null;
  }
  const seconds = cell.kind === "duration" ? " s" : "";
  const share = other === 0 ? "" : ` (${signed((by / Math.abs(other)) * 100, 3)} %)`;
  const isBetter = direction === "down" ? by < 0 : by > 0;
  const told = isBetter ? "better" : "worse";
  return { text: `${signed(by, 4)}${seconds}${share}`, verdict: direction === null ? null : told };
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? "−" : "+"}${numberText(Math.abs(value), digits)}`;
}

/** Return a difference as it stands beside its number. */
export function differenceMark({ text, verdict }: Difference): HTMLElement {
  const mark = element("small", { class: "nbtrack-difference" }, text);
  if (verdict !== null) {
    mark.dataset["verdict"] = verdict;
    mark.title = `${verdict} than the baseline`;
    mark.append(element("span", { class: "nbtrack-unseen" }, ` (${verdict})`));
  }
  return mark;
}
