import { source } from "./code.ts";
import type { RunDocument, Text } from "./messages.ts";
import { followPart, type Page } from "./page.ts";
import { type Section, section } from "./section.ts";

/** So many pixels above the end still count as the end. */
const NEAR = 8;

/** The end of what the cell printed. */
export function output(page: Page): HTMLElement {
  const parts = section("Output", page.signal, false, true);
  return ending(page, parts, "The end of the output", (run) => run.output);
}

/** The error that ended the run. */
export function traceback(page: Page): HTMLElement {
  const parts = section("Traceback", page.signal, true, true);
  return ending(page, parts, "The error that ended the run", (run) => run.traceback);
}

function ending(
  page: Page,
  { block, body, count, whenOpen }: Section,
  label: string,
  part: (run: RunDocument) => Text | null,
): HTMLElement {
  const toEnd = () => {
    const shown = body.firstElementChild;
    if (shown !== null) {
      shown.scrollTop = shown.scrollHeight;
    }
  };
  followPart(page, part, (text) => {
    const before = body.firstElementChild;
    // Who has scrolled up is reading.
    const reading = before !== null && before.scrollHeight - before.scrollTop - before.clientHeight > NEAR;
    const at = before?.scrollTop ?? 0;
    body.replaceChildren(...(text === null ? [] : [source(text, label, true)]));
    count("", text !== null);
    if (reading && body.firstElementChild !== null) {
      body.firstElementChild.scrollTop = at;
    } else {
      toEnd();
    }
  });
  // What is closed has no height to scroll.
  whenOpen(toEnd);
  return block;
}
