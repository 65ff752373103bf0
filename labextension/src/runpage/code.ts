import { insertable } from "../lab/insertcell.ts";
import { element } from "../ui/dom.ts";
import { leftOut, visible } from "../ui/text.ts";
import { button, copyButton } from "./controls.ts";
import type { Code, Text } from "./messages.ts";
import { ask, followPart, type Page } from "./page.ts";
import { section } from "./section.ts";

/** The cell, the earlier cells that it depends on, and whether one of those has changed since. */
export function code(page: Page): HTMLElement {
  const { block, body, count } = section("Code", page.signal, true, true);
  let held: Code | null = null;
  const script = async () => {
    if (held?.script.left === 0) {
      return held.script.text;
    }
    const result = await ask(page, { kind: "script" }, "Fetching the code");
    return typeof result?.["script"] === "string" ? result["script"] : undefined;
  };
  const insert = insertable((put) =>
    button(
      "Insert as cell",
      async () => put(await cellOf(held, script)),
      page.signal,
      "Put the tracked cell into a new cell below",
    ),
  );
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
  );
  const stale = element(
    "div",
    { class: "nbtrack-run-stale", role: "note", hidden: true },
    "Stale: a cell that this one depends on has been changed since the run.",
  );
  const shown = element("div", { class: "nbtrack-run-stack" });
  body.append(buttons, stale, shown);
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
  // A cell that was cut is not copied as if it were whole.
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

/** A text for machines; `end` of what counts is at its end. */
export function source({ text, left }: Text, label: string, end = false): HTMLElement {
  const attributes = { class: "nbtrack-run-mono", tabindex: "0", role: "group", "aria-label": label };
  const made = element("pre", attributes, element("code", {}, visible(text)));
  if (left > 0) {
    const note = element("span", { class: "nbtrack-run-quiet nbtrack-run-cut" }, `${leftOut(left)}`);
    made[end ? "prepend" : "append"](note);
  }
  return made;
}
