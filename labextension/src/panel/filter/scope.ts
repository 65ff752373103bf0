import { element } from "../../ui/dom.ts";
import { popover } from "../controls.ts";
import { maskQuoted, withCondition } from "../query.ts";
import type { PanelState } from "../state.ts";
import type { FilterBox } from "./box.ts";

const TIME_RANGES: readonly [span: string | null, title: string][] = [
  ["1h", "Last hour"],
  ["1d", "Last day"],
  ["7d", "Last 7 days"],
  ["30d", "Last 30 days"],
  [null, "Any time"],
];

/** The condition that the menu writes: alone, or joined to another one by AND. */
const CONDITION = /start_time >= now\(\) - (\d+[a-zA-Z])/u;
const CONDITION_ALONE = new RegExp(`^\\s*${CONDITION.source}(?=\\s*$|\\s+order\\s+by\\b|\\s+limit\\b)`, "iu");
const CONDITION_JOINED = new RegExp(
  `\\s+AND ${CONDITION.source}(?=\\s*$|\\s+order\\s+by\\b|\\s+limit\\b)`,
  "iu",
);

/** Return the time range that the menu wrote into a filter, or null. */
export function rangeOf(filter: string): string | null {
  return (CONDITION_ALONE.exec(filter) ?? CONDITION_JOINED.exec(filter))?.[1] ?? null;
}

/** Return a filter with another time range, which replaces the one that the menu wrote. */
export function withRange(filter: string, span: string | null): string {
  const condition = span === null ? null : `start_time >= now() - ${span}`;
  if (rangeOf(filter) === null) {
    return condition === null ? filter : withCondition(filter, condition);
  }
  if (condition !== null) {
    return filter.replace(CONDITION_ALONE.test(filter) ? CONDITION_ALONE : CONDITION_JOINED, (text) =>
      text.replace(CONDITION, condition),
    );
  }
  return CONDITION_ALONE.test(filter)
    ? filter.replace(CONDITION_ALONE, "").trim()
    : withoutParentheses(filter.replace(CONDITION_JOINED, ""));
}

/** Remove a pair of parentheses around all of the condition. */
function withoutParentheses(filter: string): string {
  const plain = maskQuoted(filter);
  const closing = plain.startsWith("(") ? closingOf(plain) : -1;
  const whole = closing > 0 && /^\s*(?:$|order\s+by\b|limit\b)/iu.test(plain.slice(closing + 1));
  return whole ? filter.slice(1, closing) + filter.slice(closing + 1) : filter;
}

/** Return the position at which the first parenthesis is closed, or -1. */
function closingOf(text: string): number {
  let depth = 0;
  return (
    [...text.matchAll(/[()]/gu)].find(({ 0: character }) => {
      depth += character === "(" ? 1 : -1;
      return depth === 0;
    })?.index ?? -1
  );
}

/** The button that shows only runs that started recently. */
export function timeButton(state: PanelState, box: FilterBox): HTMLElement {
  const { root, button } = popover(
    "",
    "Time",
    (place, close) => {
      const now = rangeOf(box.input.value);
      place.append(
        ...TIME_RANGES.map(([span, title]) => {
          const checked = String(span === now);
          const attributes = { class: "nbtrack-panel-item", role: "menuitemradio", "aria-checked": checked };
          const item = element("button", { type: "button", ...attributes }, title);
          item.addEventListener("click", () => {
            close();
            box.use(withRange(box.input.value, span));
            button.focus();
          });
          return item;
        }),
      );
    },
    state.signal,
  );
  const draw = () => {
    const span = rangeOf(state.query.filter);
    button.textContent = TIME_RANGES.find(([one]) => one === span)?.[1] ?? `Last ${span}`;
  };
  state.on(["query"], draw);
  draw();
  return root;
}

/** The button that chooses experiments. */
export function experimentsButton(state: PanelState): HTMLElement {
  const { root, button } = popover(
    "",
    "Experiments",
    (place) => {
      const list = element("div", { class: "nbtrack-panel-list" }, "…");
      place.append(list);
      void state.requests.ask("names", {}).then(
        ({ experiments }) =>
          list.replaceChildren(allButton(state), ...experiments.map((one) => experimentChoice(state, one))),
        (error: Error) => list.replaceChildren(error.message),
      );
    },
    state.signal,
  );
  const draw = () => {
    const { experiments } = state.query;
    button.textContent = scopeText(experiments);
    button.title = experiments?.join("\n") ?? "";
  };
  state.on(["query"], draw);
  draw();
  return root;
}

function scopeText(experiments: readonly string[] | null): string {
  if (experiments === null) {
    return "All experiments";
  }
  return experiments.length === 1
    ? (experiments[0] ?? "")
    : `${experiments.length.toLocaleString("en")} experiments`;
}

function allButton(state: PanelState): HTMLElement {
  const button = element("button", { type: "button", class: "nbtrack-panel-link" }, "All experiments");
  button.addEventListener("click", () => {
    for (const box of button.parentElement?.querySelectorAll("input") ?? []) {
      box.checked = false;
    }
    state.setQuery({ experiments: null });
  });
  return element("div", {}, button);
}

function experimentChoice(state: PanelState, { name, runs }: { name: string; runs: number }): HTMLElement {
  const box = element("input", { type: "checkbox" });
  box.checked = state.query.experiments?.includes(name) ?? false;
  box.addEventListener("change", () => {
    const others = (state.wantedQuery.experiments ?? []).filter((other) => other !== name);
    const chosen = box.checked ? [...others, name] : others;
    state.setQuery({ experiments: chosen.length > 0 ? chosen : null });
  });
  const count = element("span", { class: "nbtrack-panel-quiet" }, ` ${runs.toLocaleString("en")}`);
  return element("label", { class: "nbtrack-panel-choice" }, box, element("span", {}, name, count));
}
