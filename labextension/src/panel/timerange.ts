import { element } from "../ui/dom.ts";
import type { FilterBox } from "./filter.ts";
import { masked, narrowed } from "./narrowed.ts";
import { popover } from "./popover.ts";
import type { Table } from "./table.ts";

const RANGES: readonly [span: string | null, title: string][] = [
  ["1h", "Last hour"],
  ["1d", "Last day"],
  ["7d", "Last 7 days"],
  ["30d", "Last 30 days"],
  [null, "Any time"],
];

/** What is written for a range; a condition that was joined to another one by it goes with its AND and parentheses. */
const WRITTEN = /start_time >= now\(\) - (\d+[a-zA-Z])/u;
const ALONE = new RegExp(`^\\s*${WRITTEN.source}(?=\\s*$|\\s+order\\s+by\\b|\\s+limit\\b)`, "iu");
const JOINED = new RegExp(`\\s+AND ${WRITTEN.source}(?=\\s*$|\\s+order\\s+by\\b|\\s+limit\\b)`, "iu");

/** Return the range that a filter has of this menu's making, or null. */
export function rangeOf(filter: string): string | null {
  return (ALONE.exec(filter) ?? JOINED.exec(filter))?.[1] ?? null;
}

/** Return a filter with another range in place of the one that this menu wrote, if any. */
export function ranged(filter: string, span: string | null): string {
  const condition = span === null ? null : `start_time >= now() - ${span}`;
  if (rangeOf(filter) === null) {
    return condition === null ? filter : narrowed(filter, condition);
  }
  if (condition !== null) {
    return filter.replace(ALONE.test(filter) ? ALONE : JOINED, (text) => text.replace(WRITTEN, condition));
  }
  return ALONE.test(filter) ? filter.replace(ALONE, "").trim() : freed(filter.replace(JOINED, ""));
}

/** Take away the parentheses in which all before the order stands, where they are one pair. */
function freed(filter: string): string {
  const plain = masked(filter);
  const closing = plain.startsWith("(") ? closingOf(plain) : -1;
  const whole = closing > 0 && /^\s*(?:$|order\s+by\b|limit\b)/iu.test(plain.slice(closing + 1));
  return whole ? filter.slice(1, closing) + filter.slice(closing + 1) : filter;
}

/** Return where the first parenthesis of a text is closed, or -1. */
function closingOf(text: string): number {
  let depth = 0;
  return (
    [...text.matchAll(/[()]/gu)].find(({ 0: character }) => {
      depth += character === "(" ? 1 : -1;
      return depth === 0;
    })?.index ?? -1
  );
}

/** The button with which runs are narrowed to those that began a short while ago. */
export function timeButton(table: Table, box: FilterBox): HTMLElement {
  const { root, button } = popover(
    "",
    "Time",
    (place, close) => {
      const now = rangeOf(box.input.value);
      place.append(
        ...RANGES.map(([span, title]) => {
          const checked = String(span === now);
          const attributes = { class: "nbtrack-panel-item", role: "menuitemradio", "aria-checked": checked };
          const item = element("button", { type: "button", ...attributes }, title);
          item.addEventListener("click", () => {
            close();
            box.use(ranged(box.input.value, span));
            button.focus();
          });
          return item;
        }),
      );
    },
    table.signal,
  );
  const draw = () => {
    const span = rangeOf(table.query.filter);
    button.textContent = RANGES.find(([one]) => one === span)?.[1] ?? `Last ${span}`;
  };
  table.on(["query"], draw);
  draw();
  return root;
}
