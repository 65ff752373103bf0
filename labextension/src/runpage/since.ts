import type { CodeDiff, CodeLine, Row, RunHead, SinceDocument, Value } from "../kernel/documents.ts";
import { problemOf } from "../kernel/replies.ts";
import { exactText, isNumber, numberOf } from "../kernel/values.ts";
import { element } from "../ui/dom.ts";
import { counted, leftOut, oneLine, shownFigure, visible } from "../ui/text.ts";
import { button, styled } from "./controls.ts";
import { ask, followPart, type Page } from "./page.ts";
import { section } from "./section.ts";

type Against = "before" | "best";

/** How many rows of a part are shown. The comparison of the two runs has all. */
const MAX_ROWS = 12;
/** Changed lines of code up to which the code is open at first. */
const MAX_OPEN_LINES = 12;
/** Lines that are the same, shown around one that is not. */
const CONTEXT = 1;

/** What the run changed since the run before of its cell, or against the best of them, and the way to those. */
export function since(page: Page): HTMLElement {
  const { block, body, count, whenOpen } = section("What changed", page.signal);
  block.hidden = true;
  let against: Against = "before";
  let turn = 0;
  let asked = false;
  const draw = async () => {
    asked = (block as HTMLDetailsElement).open;
    if (!asked) {
      return;
    }
    turn += 1;
    const mine = turn;
    try {
      const found = await page.client.ask("since", { against });
      if (mine === turn && !page.signal.aborted) {
        body.replaceChildren(...parts(page, found, against, choose));
        count(about(found), found.before !== null || found.after !== null);
      }
    } catch (error) {
      const { message } = problemOf(error);
      if (mine === turn && !page.signal.aborted) {
        body.replaceChildren(element("p", { class: "nbtrack-run-quiet" }, visible(message)));
      }
    }
  };
  const choose = (chosen: Against) => {
    against = chosen;
    void draw();
  };
  followPart(
    page,
    ({ id, status, ended, params, data, code }) => [id, status, ended, params, data, code?.cell],
    () => void draw(),
  );
  // A page with the section closed asks for nothing.
  whenOpen(() => {
    if (!asked) {
      void draw();
    }
  });
  return block;
}

function about({ before, cell }: SinceDocument): string {
  return before === null ? `the first run of this ${cell ? "cell" : "experiment"}` : "";
}

function parts(
  page: Page,
  found: SinceDocument,
  against: Against,
  choose: (against: Against) => void,
): HTMLElement[] {
  return [bar(page, found, against, choose), ...changes(found)];
}

/** What the run is compared with, and the runs beside it. */
function bar(
  page: Page,
  { before, after, best, metric }: SinceDocument,
  against: Against,
  choose: (against: Against) => void,
): HTMLElement {
  const pick = (which: Against, run: RunHead | null, text: string) => {
    const made = button(text, () => choose(which), page.signal);
    made.setAttribute("aria-pressed", String(which === against));
    made.hidden = run === null;
    made.title = run === null ? "" : visible(`${run.name} ${run.id.slice(0, 8)}`);
    return made;
  };
  const choices = element(
    "div",
    { class: "nbtrack-run-choices", role: "group", "aria-label": "Compared with" },
    pick("before", before, `Since ${oneLine(before?.name ?? "", 40)}`),
    pick("best", best, `Against the best ${oneLine(metric ?? "", 40)}: ${oneLine(best?.name ?? "", 40)}`),
  );
  const go = (run: RunHead | null, text: string, label: string) => {
    const open = () => run && ask(page, "open", { run: run.id }, "Opening the run");
    const made = styled(
      "quietly",
      button(text, open, page.signal, run === null ? label : `${label}: ${oneLine(run.name, 80)}`),
    );
    made.disabled = run === null;
    return made;
  };
  const beside = element(
    "div",
    { class: "nbtrack-run-line nbtrack-run-beside" },
    go(before, "‹ Previous run", "The run before of this cell"),
    go(after, "Next run ›", "The run after of this cell"),
  );
  return element("div", { class: "nbtrack-run-line" }, choices, beside);
}

function changes({ other, sections, code }: SinceDocument): HTMLElement[] {
  if (other === null) {
    return [];
  }
  if (sections.length === 0 && code === null) {
    const text = `Nothing differs from ${oneLine(other.name, 80)}: the same settings, results, data, packages and code.`;
    return [element("p", { class: "nbtrack-run-quiet" }, text)];
  }
  const lists = sections.map(({ name, rows }) => list(name, rows));
  const shown = element("div", { class: "nbtrack-run-changes" }, ...lists);
  return [...(lists.length > 0 ? [shown] : []), ...(code === null ? [] : [codeOf(code)])];
}

function list(name: string, rows: readonly Row[]): HTMLElement {
  const known = [...rows].sort((one, two) => Number(two.direction !== null) - Number(one.direction !== null));
  const shown = known.slice(0, MAX_ROWS).map((row) => (name === "Metrics" ? result(row) : change(name, row)));
  const more = element(
    "div",
    { class: "nbtrack-run-quiet" },
    leftOut(rows.length - shown.length, "that differ"),
  );
  const title = element("div", { class: "nbtrack-run-quiet" }, name);
  return element(
    "div",
    {},
    title,
    element("table", { "aria-label": `${name} that differ` }, element("tbody", {}, ...shown)),
    more,
  );
}

function head(name: string): HTMLElement {
  const made = element("th", { scope: "row" }, oneLine(name, 80));
  made.title = visible(name);
  return made;
}

/** A setting, a table or a package: what it was, and what it is now. */
function change(part: string, { name, cells }: Row): HTMLElement {
  const [was = null, is = null] = cells;
  const label = name.replace(/^packages\./u, "");
  const texts: [string, string] =
    part === "Data" ? dataTexts(was, is) : [textOf(was) || "not set", textOf(is) || "not set"];
  const before = element("span", { class: "nbtrack-run-was" }, texts[0]);
  const now = element("span", { class: "nbtrack-run-now" }, texts[1]);
  const made = element("td", {}, before, " → ", now);
  made.title = visible(`${exactText(was) ?? "none"} → ${exactText(is) ?? "none"}`.slice(0, 2000));
  return element("tr", {}, head(label), made);
}

/** Of data that kept its shape the fingerprint tells that its content changed. */
function dataTexts(was: Value, is: Value): [string, string] {
  const print = / [0-9a-f]{6,}$/u;
  const [before, now] = [textOf(was), textOf(is)];
  const plain = [before.replace(print, ""), now.replace(print, "")] as const;
  if (before === "" || now === "") {
    return [plain[0] || "not read", plain[1] || "not read"];
  }
  return plain[0] === plain[1] ? [plain[0], "other content"] : [plain[0], plain[1]];
}

function textOf(value: Value): string {
  return isNumber(value) ? shownFigure(value) : oneLine(exactText(value) ?? "", 80);
}

/** A metric: its value, how far it moved, and whether that is better. */
function result({ name, cells, direction }: Row): HTMLElement {
  const [was = null, is = null] = cells;
  const value = element("td", { class: "nbtrack-run-right nbtrack-run-unbroken" }, textOf(is) || "–");
  const from = element(
    "span",
    { class: "nbtrack-run-quiet" },
    was === null ? " new" : ` from ${textOf(was)}`,
  );
  const moved = element("td");
  moved.append(...movement(numberOf(is) - numberOf(was), direction), from);
  const made = element("tr", {}, head(name), value, moved);
  made.title = visible(`${exactText(was) ?? "none"} → ${exactText(is) ?? "none"}`);
  return made;
}

/** How far a metric moved; nothing where that is no number. */
function movement(by: number, direction: Row["direction"]): HTMLElement[] {
  if (!Number.isFinite(by)) {
    return [];
  }
  const far = `${by < 0 ? "▼" : "▲"} ${shownFigure(Number(Math.abs(by).toPrecision(2)))}`;
  const mark = element("span", { class: "nbtrack-run-moved" }, far);
  if (direction !== null && by !== 0) {
    const better = by < 0 === (direction === "down");
    mark.dataset["better"] = String(better);
    mark.append(better ? " better" : " worse");
  }
  return [mark];
}

/** The lines of code that differ, one below the other, each with a line around it. */
function codeOf({ lines, cut }: CodeDiff): HTMLElement {
  const differing = lines.filter(({ kind }) => kind !== "same").length;
  const near = (place: number) =>
    lines.slice(Math.max(0, place - CONTEXT), place + CONTEXT + 1).some(({ kind }) => kind !== "same");
  const made = element("code", {});
  const pieces = runsOf(lines.map((line, place) => ({ line, near: near(place) })));
  for (const piece of pieces.filter(([first]) => first?.near)) {
    if (made.childNodes.length > 0) {
      made.append(element("span", { class: "nbtrack-run-diff", "data-side": "skip" }, "⋯"));
    }
    made.append(...sides(piece.map(({ line }) => line)));
  }
  const frame = element(
    "pre",
    { class: "nbtrack-run-mono", tabindex: "0", role: "group", "aria-label": "Code that differs" },
    made,
  );
  const title = element(
    "summary",
    {},
    `Code: ${counted(differing, "line")} differ${differing === 1 ? "s" : ""}`,
  );
  const details = element(
    "details",
    {},
    title,
    frame,
    element("div", { class: "nbtrack-run-quiet" }, leftOut(cut, "lines")),
  );
  details.open = differing <= MAX_OPEN_LINES;
  return details;
}

/** Split a list where `near` changes. */
function runsOf<Item extends { near: boolean }>(items: readonly Item[]): Item[][] {
  const found: Item[][] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (last !== undefined && last[0]?.near === item.near) {
      last.push(item);
    } else {
      found.push([item]);
    }
  }
  return found;
}

/** Lines as a unified difference has them: of neighbours that changed first all old ones, then all new ones. */
function sides(lines: readonly CodeLine[]): HTMLElement[] {
  const made: HTMLElement[] = [];
  let added: HTMLElement[] = [];
  const line = (side: string, sign: string, text: string) =>
    element("span", { class: "nbtrack-run-diff", "data-side": side }, `${sign} ${visible(text)}`);
  for (const { kind, left, right } of lines) {
    if (kind === "same") {
      made.push(...added, line("same", " ", right?.[1] ?? ""));
      added = [];
    } else {
      made.push(...(left === null ? [] : [line("removed", "−", left[1])]));
      added.push(...(right === null ? [] : [line("added", "+", right[1])]));
    }
  }
  return [...made, ...added];
}
