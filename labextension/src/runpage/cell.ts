import { insertable } from "../lab/insertcell.ts";
import { element } from "../ui/dom.ts";
import { leftOut, oneLine, visible } from "../ui/text.ts";
import { button, copyButton } from "./controls.ts";
import type { Code, RunDocument, Text } from "./messages.ts";
import { packaging } from "./package.ts";
import { ask, followPart, type Page } from "./page.ts";
import { type Section, section } from "./section.ts";

/** The tracked cell, the earlier cells that it depends on, and whether one of those has changed since. */
export function code(page: Page): HTMLElement {
  const { block, body, count } = section("Code", page.signal, true, true);
  let held: Code | null = null;
  const script = async () => {
    if (held?.script.left === 0) {
      return held.script.text;
    }
    const result = await ask(page, "script", {}, "Fetching the code");
    return result?.script;
  };
  const insert = insertable((put) =>
    button(
      "Insert as cell",
      async () => put(await cellOf(held, script)),
      page.signal,
      "Put the tracked cell into a new cell below",
    ),
  );
  const made = packaging(page);
  const buttons = element(
    "div",
    { class: "nbtrack-run-line" },
    copyButton(
      "Copy cell",
      () => cellOf(held, script),
      page.signal,
      "Copy the tracked cell as it was written",
    ),
    copyButton("Copy script", script, page.signal, "Copy the cell with all that it depends on"),
    insert,
    made.open,
  );
  const stale = element(
    "div",
    { class: "nbtrack-run-stale", role: "note", hidden: true },
    "Stale: a cell that this one depends on has been changed since the run.",
  );
  const shown = element("div", { class: "nbtrack-run-stack" });
  body.append(buttons, made.place, stale, shown);
  followPart(
    page,
    ({ code: found }) => found,
    (found) => {
      held = found;
      stale.hidden = found?.stale !== true;
      shown.replaceChildren(...(found === null ? [] : cells(found)));
      count(found?.stale === true ? "stale" : "", found !== null);
    },
  );
  return block;
}

function cellOf(
  held: Code | null,
  script: () => Promise<string | undefined>,
): string | Promise<string | undefined> {
  // Only a whole cell may be copied: one that was cut is fetched.
  return held?.cell.left === 0 ? held.cell.text : script();
}

function cells({ cell, earlier, earlier_left: left }: Code): HTMLElement[] {
  const total = earlier.length + left;
  const shown = [source(cell, "The tracked cell")];
  if (total > 0) {
    const title = total === 1 ? "Depends on 1 earlier cell" : `Depends on ${total} earlier cells`;
    shown.push(
      element(
        "details",
        {},
        element("summary", {}, title),
        element(
          "div",
          { class: "nbtrack-run-stack" },
          ...earlier.map((one, place) => source(one, `Earlier cell ${place + 1}`)),
          element("div", { class: "nbtrack-run-quiet" }, leftOut(left, "cells")),
        ),
      ),
    );
  }
  return shown;
}

/** Code or output. `end` says that the end of a long text is here, and not its beginning. */
export function source({ text, left }: Text, label: string, end = false): HTMLElement {
  const attributes = { class: "nbtrack-run-mono", tabindex: "0", role: "group", "aria-label": label };
  const made = element("pre", attributes, element("code", {}, visible(text)));
  if (left > 0) {
    const note = element("span", { class: "nbtrack-run-quiet nbtrack-run-cut" }, `${leftOut(left)}`);
    made[end ? "prepend" : "append"](note);
  }
  return made;
}

/** Output that is scrolled to this many pixels from its end counts as being at its end. */
const END_TOLERANCE = 8;

/** The end of what the cell printed. */
export function output(page: Page): HTMLElement {
  const parts = section("Output", page.signal, false, true);
  return tail(page, parts, { label: "The end of the output", part: (run) => run.output });
}

/** The error that ended the run. */
export function traceback(page: Page): HTMLElement {
  const parts = section("Traceback", page.signal, true, true);
  return tail(page, parts, {
    label: "The error that ended the run",
    part: (run) => run.traceback,
    told: errorIn,
  });
}

/** Return the line of a traceback that says what went wrong. */
function errorIn({ text }: Text): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const named = lines.filter((line) => /^[\w.]+(?::|$)/u.test(line));
  // Where its class stands says the traceback.
  return oneLine((named.at(-1) ?? lines.at(-1) ?? "").replace(/^(?:\w+\.)+(?=\w+(?::|$))/u, ""));
}

/** The end of a text: what it is called, where it stands in the document, and what its heading says of it. */
interface Tail {
  label: string;
  part: (run: RunDocument) => Text | null;
  told?: (text: Text) => string;
}

function tail(
  page: Page,
  { block, body, count, whenOpen }: Section,
  { label, part, told = () => "" }: Tail,
): HTMLElement {
  const toEnd = () => {
    const shown = body.firstElementChild;
    if (shown !== null) {
      shown.scrollTop = shown.scrollHeight;
    }
  };
  followPart(page, part, (text) => {
    const before = body.firstElementChild;
    // A user who has scrolled up is reading.
    const reading =
      before !== null && before.scrollHeight - before.scrollTop - before.clientHeight > END_TOLERANCE;
    const at = before?.scrollTop ?? 0;
    body.replaceChildren(...(text === null ? [] : [source(text, label, true)]));
    count(text === null ? "" : told(text), text !== null);
    if (reading && body.firstElementChild !== null) {
      body.firstElementChild.scrollTop = at;
    } else {
      toEnd();
    }
  });
  // A closed section has no height, so it cannot be scrolled before it opens.
  whenOpen(toEnd);
  return block;
}
