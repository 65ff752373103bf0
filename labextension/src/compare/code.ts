import { nameOf } from "../curves/lines.ts";
import type { CodeDiff, CodeLine, Comparison } from "../kernel/documents.ts";
import { button, choice } from "../plot/controls.ts";
import { element } from "../ui/dom.ts";

const CONTEXT_LINES = 3;
const SIGNS = { same: " ", added: "+", removed: "−", changed: "~" };

/** Return the code of the first run beside that of another run, which the user can choose. */
export function codeDiff({ runs, code, coded }: Comparison): HTMLElement {
  const section = element("section", { class: "nbtrack-code", "aria-label": "Code" });
  const names = new Map(runs.map((run) => [run.id, nameOf(run)]));
  const [first] = code;
  if (first === undefined) {
    const why =
      coded.filter(Boolean).length > 1 ? "the first run has none" : "fewer than two of the runs have some";
    section.append(element("h3", {}, "Code"), element("p", {}, `No code to compare: ${why}.`));
    return section;
  }
  const place = element("div");
  const draw = (diff: CodeDiff) => place.replaceChildren(...diffOf(diff, names));
  const choices = code.map(({ right }) => ({
    value: right,
    text: `${names.get(right)} ${right.slice(0, 8)}`,
  }));
  const pick = choice(
    `${names.get(first.left)} ${first.left.slice(0, 8)} beside`,
    choices,
    first.right,
    (id) => {
      draw(code.find(({ right }) => right === id) ?? first);
    },
  );
  section.append(element("div", { class: "nbtrack-controls" }, element("h3", {}, "Code"), pick), place);
  draw(first);
  return section;
}

function diffOf(diff: CodeDiff, names: ReadonlyMap<string, string>): HTMLElement[] {
  const different = diff.lines.filter(({ kind }) => kind !== "same").length;
  if (different === 0) {
    return [element("p", {}, `The same code, ${diff.lines.length.toLocaleString("en")} lines.`)];
  }
  const heads = [diff.left, diff.right].map((id) =>
    element("th", { colspan: "2", scope: "colgroup" }, names.get(id) ?? id),
  );
  const body = element("tbody");
  for (const part of parts(diff.lines)) {
    body.append(...(part.folded ? [folded(part.lines)] : part.lines.map(lineRow)));
  }
  const widths = ["nbtrack-code-number", "", "nbtrack-code-number", ""];
  const columns = widths.map((name) => element("col", { class: name === "" ? false : name }));
  const table = element(
    "table",
    {},
    element("colgroup", {}, ...columns),
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );
  const cut = diff.cut > 0 ? [element("p", {}, `${diff.cut} more lines are too many to compare.`)] : [];
  const scroll = element("div", { class: "nbtrack-code-lines", tabindex: "0", role: "region" }, table);
  scroll.setAttribute("aria-label", `Code, ${different} lines differ`);
  return [scroll, ...cut];
}

interface Part {
  folded: boolean;
  lines: CodeLine[];
}

/** Fold long parts that are the same, but for some lines around each difference. */
function parts(lines: readonly CodeLine[]): Part[] {
  const near = new Set<number>();
  for (const [place, { kind }] of lines.entries()) {
    if (kind !== "same") {
      for (let other = place - CONTEXT_LINES; other <= place + CONTEXT_LINES; other += 1) {
        near.add(other);
      }
    }
  }
  const found: Part[] = [];
  for (const [place, line] of lines.entries()) {
    const isFolded = !near.has(place);
    const last = found.at(-1);
    if (last !== undefined && last.folded === isFolded) {
      last.lines.push(line);
    } else {
      found.push({ folded: isFolded, lines: [line] });
    }
  }
  return found.map((part) => (part.lines.length === 1 ? { ...part, folded: false } : part));
}

function folded(lines: readonly CodeLine[]): HTMLElement {
  const row = element("tr", { class: "nbtrack-code-folded" });
  const open = button(`${lines.length.toLocaleString("en")} lines the same`, () =>
    row.replaceWith(...lines.map(lineRow)),
  );
  row.append(element("td", { colspan: "4" }, open));
  return row;
}

function lineRow({ kind, left, right }: CodeLine): HTMLElement {
  const row = element("tr", {}, ...side(left, kind, "removed"), ...side(right, kind, "added"));
  row.dataset["kind"] = kind;
  return row;
}

function side(line: CodeLine["left"], kind: CodeLine["kind"], alone: CodeLine["kind"]): HTMLElement[] {
  if (line === null) {
    return [element("td", { class: "nbtrack-code-number" }), element("td", { class: "nbtrack-code-none" })];
  }
  const sign = kind === "changed" ? SIGNS[alone] : SIGNS[kind];
  const text = element("td", {}, element("span", { class: "nbtrack-code-sign" }, sign), line[1]);
  text.dataset["side"] = kind === "same" ? "same" : alone;
  return [element("td", { class: "nbtrack-code-number" }, String(line[0])), text];
}
