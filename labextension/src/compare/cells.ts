import type { Cell } from "../charts/documents.ts";
import { momentText, shown } from "../charts/numbers.ts";
import { shownDuration } from "../widget/duration.ts";

const LONGEST = 300;

/** Return a value as it is shown; its exact text is for the title. */
export function cellText(cell: Cell | null): string {
  if (cell === null) {
    return "–";
  }
  switch (cell.kind) {
    case "number":
      return numberText(cell.text);
    case "time":
      return momentText(Number(cell.text));
    case "duration":
      return shownDuration(Number(cell.text));
    default:
      return cell.text.length > LONGEST ? `${cell.text.slice(0, LONGEST)}…` : cell.text;
  }
}

/** An integer stays whole, however long; a float gets a few digits. */
function numberText(text: string): string {
  return /^-?\d{1,40}$/u.test(text) ? text.replaceAll(/\B(?=(?:\d{3})+$)/gu, ",") : floatText(text);
}

function floatText(text: string): string {
  return Number.isFinite(Number(text)) ? shown(Number(text)) : text;
}
