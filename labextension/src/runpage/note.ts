import { element } from "../ui/dom.ts";
import { leftOut } from "../ui/text.ts";
import { button, editor, edits, focusIn, styled } from "./controls.ts";
import { markdown } from "./markdown.ts";
import { ask, followPart, type Page } from "./page.ts";

const MOST_LINES = 16;

/** What a person says of the run, in Markdown. What is being written stays, whatever the store says meanwhile. */
export function note(page: Page): HTMLElement {
  const shown = element("div", { class: "nbtrack-run-note" });
  const change = edits(
    styled(
      "quietly",
      button("", () => open(), page.signal),
    ),
  );
  const place = element("section", { class: "nbtrack-run-noteplace", "aria-label": "Note" });
  const close = () => {
    place.replaceChildren(shown, change);
    change.focus();
  };
  const save = async (text: string) =>
    (await ask(page, { kind: "edit", changes: { note: text } }, "Saving the note")) !== undefined;
  const open = () => {
    const { text } = page.model.get("page").note;
    const lines = Math.min(MOST_LINES, Math.max(4, text.split("\n").length + 1));
    const made = editor({ text, label: "Note", lines, save, closed: close }, page.signal);
    place.replaceChildren(made);
    focusIn(made);
  };
  place.append(shown, change);
  followPart(
    page,
    (run) => run.note,
    ({ text, left }) => {
      shown.replaceChildren(...markdown(text));
      shown.append(element("div", { class: "nbtrack-run-quiet" }, leftOut(left)));
      shown.hidden = text === "";
      change.textContent = text === "" ? "Add a note" : "Edit note";
      // What was cut would be lost by saving what is here.
      change.hidden = left > 0;
    },
  );
  return place;
}
