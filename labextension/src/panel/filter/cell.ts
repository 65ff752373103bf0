import type { Value } from "../../kernel/documents.ts";
import { exactText, isNothing, isNumber } from "../../kernel/values.ts";
import { momentText } from "../../ui/text.ts";
import type { Head } from "../messages.ts";

/** Texts of more characters may have been cut. */
const MAX_TEXT = 499;
const TIMES = new Set(["start_time", "end_time"]);

/** Return the conditions on a cell's value, as the filter language writes them. The first is what most people mean. */
export function cellConditions(value: Value, head: Head): string[] {
  const { field } = head;
  if (value === null) {
    return [`${field} IS NULL`, `${field} IS NOT NULL`];
  }
  if (isNothing(value)) {
    return [`${field} = 'None'`, `${field} != 'None'`];
  }
  if (typeof value === "number" && head.kind === "attributes" && TIMES.has(head.label)) {
    const day = `'${momentText(value).slice(0, 10)}'`;
    return ["=", ">=", "<="].map((operator) => `${field} ${operator} ${day}`);
  }
  if (isNumber(value)) {
    const text = exactText(value as [string] | number);
    return text === "nan"
      ? [`${field} IS NAN`, `${field} IS NOT NAN`]
      : operatorsFor(head).map((operator) => `${field} ${operator} ${text}`);
  }
  if (typeof value === "boolean") {
    return [`${field} = ${value}`, `${field} != ${value}`];
  }
  const text = quoted(String(value));
  return text === null ? [] : [`${field} = ${text}`, `${field} != ${text}`];
}

/** Return the operators for a number: of a result as good ones come first, of a length of time shorter ones. */
function operatorsFor({ kind, label, better }: Head): string[] {
  if (kind === "attributes" && label === "duration") {
    return ["<=", ">="];
  }
  const several = ["=", "!=", "<=", ">="];
  if (better === null) {
    return several;
  }
  const first = better === "down" ? "<=" : ">=";
  return [first, ...several.filter((one) => one !== first)];
}

/** Return a text as a filter writes it, or null where it cannot. Literals side by side are one. */
function quoted(text: string): string | null {
  if (text.length > MAX_TEXT || /[\\\p{Cc}]/u.test(text)) {
    return null;
  }
  if (!text.includes("'")) {
    return `'${text}'`;
  }
  if (!text.includes('"')) {
    return `"${text}"`;
  }
  const parts = text.split(/(')/u).filter((part) => part !== "");
  return parts.map((part) => (part === "'" ? `"'"` : `'${part}'`)).join(" ");
}
