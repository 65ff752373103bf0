import type { Cell } from "../kernel/documents.ts";
import { momentText, numberText, shownDuration } from "../ui/text.ts";

const LONGEST = 300;

/** Return a value as it is shown; its exact text is for the title. */
export function cellText(cell: Cell | null): string {
  if (cell === null) {
    return "–";
  }
  switch (cell.kind) {
    case "number":
      return exactNumberText(cell.text);
    case "time":
      return momentText(Number(cell.text));
    case "duration":
      return shownDuration(Number(cell.text));
    default:
      return cell.text.length > LONGEST ? `${cell.text.slice(0, LONGEST)}…` : cell.text;
  }
}

/** An integer stays whole, however long; a float gets a few digits. */
function exactNumberText(text: string): string {
  return /^-?\d{1,40}$/u.test(text) ? text.replaceAll(/\B(?=(?:\d{3})+$)/gu, ",") : floatText(text);
}

function floatText(text: string): string {
  return Number.isFinite(Number(text)) ? numberText(Number(text)) : text;
}
