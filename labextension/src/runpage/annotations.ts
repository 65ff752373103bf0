import { element } from "../ui/dom.ts";
import { leftOut, oneLine, visible } from "../ui/text.ts";
import { button, editor, edits, focusIn, knownNames, styled } from "./controls.ts";
import { markdown } from "./markdown.ts";
import type { Tag } from "./messages.ts";
import { ask, followPart, type Page } from "./page.ts";
import { table } from "./table.ts";

const MAX_LINES = 16;

/** The note on the run, in Markdown. A note that is being edited stays when the store changes meanwhile. */
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
    (await ask(page, "edit", { changes: { note: text } }, "Saving the note")) !== undefined;
  const open = () => {
    const { text } = page.model.get("page").note;
    const lines = Math.min(MAX_LINES, Math.max(4, text.split("\n").length + 1));
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
      change.classList.toggle("nbtrack-run-new", text === "");
      change.classList.toggle("nbtrack-run-pencil", text !== "");
      // A text that was cut cannot be edited: saving it would lose the rest.
      change.hidden = left > 0;
    },
  );
  return place;
}

/** The run's tags. A click on a tag edits its value, the cross removes it. Tags that tools set stand apart. */
export function tags(page: Page): HTMLElement {
  const list = element("ul", { class: "nbtrack-run-chips", "aria-label": "Tags" });
  const add = element("li");
  const system = element("div");
  const draw = (found: Tag[], left: number) => {
    const more = element("li", { class: "nbtrack-run-quiet" }, leftOut(left, "tags"));
    list.replaceChildren(...found.map((tag) => chip(page, tag)), more, add);
  };
  const close = () => {
    add.replaceChildren(edits(styled("new", styled("quietly", button("Add a tag", open, page.signal)))));
  };
  const open = () => {
    add.replaceChildren(adder(page, close));
    focusIn(add);
  };
  close();
  followPart(
    page,
    ({ tags: found, tags_left: left }) => ({ found, left }),
    ({ found, left }) => draw(found, left),
  );
  followPart(
    page,
    ({ system_tags: found }) => found,
    (found) => {
      const rows = found.map(({ name, value }) => [
        { text: name },
        { text: `${value.text}${leftOut(value.left)}`, right: true },
      ]);
      const title = element("summary", {}, `System tags: ${found.length}`);
      const shown = element("details", { class: "nbtrack-run-quiet" }, title, table("System tags", [], rows));
      system.replaceChildren(...(found.length === 0 ? [] : [shown]));
    },
  );
  return element("section", { "aria-label": "Tags" }, list, system);
}

async function changed(page: Page, tagged: Record<string, string | null>): Promise<boolean> {
  const changes = { tags: tagged };
  return (await ask(page, "edit", { changes }, "Saving the tag")) !== undefined;
}

/** Return one tag as an object. Also a tag called `__proto__` becomes a property of its own. */
function named(name: string, value: string | null): Record<string, string | null> {
  return Object.fromEntries([[name, value]]);
}

function chip(page: Page, { name, value }: Tag): HTMLElement {
  const place = element("li", { class: "nbtrack-run-chip" });
  const label = oneLine(name, 60);
  const text = `${label}: ${oneLine(value.text, 80)}`;
  const close = () => {
    place.replaceChildren(change, remove);
    change.focus();
  };
  const open = () => {
    const made = editor(
      {
        text: value.text,
        label: `Value of the tag ${label}`,
        save: (typed) => changed(page, named(name, typed)),
        closed: close,
      },
      page.signal,
    );
    place.replaceChildren(element("span", {}, `${label}: `), made);
    focusIn(made);
  };
  const change = styled("quietly", button(text, open, page.signal));
  change.title = visible(`${name}: ${value.text}${leftOut(value.left)}`.slice(0, 2000));
  // A text that was cut cannot be edited: saving it would lose the rest.
  change.disabled = value.left > 0 || page.model.get("read_only");
  const remove = styled(
    "quietly",
    button("×", () => changed(page, named(name, null)), page.signal, `Remove the tag ${label}`),
  );
  place.append(change, edits(remove));
  return place;
}

/** Two boxes for a new tag. */
function adder(page: Page, closed: () => void): HTMLElement {
  const box = (label: string) =>
    element("input", {
      class: "nbtrack-run-input nbtrack-run-short",
      type: "text",
      "aria-label": label,
      placeholder: label.toLowerCase(),
      autocomplete: "off",
    });
  const known = knownNames(page, "tags");
  const name = box("Name of the tag");
  name.setAttribute("list", known.id);
  const value = box("Value of the tag");
  name.placeholder = "name";
  value.placeholder = "value";
  let saving = false;
  const submit = async () => {
    if (saving || name.value.trim() === "") {
      name.focus();
      return;
    }
    saving = true;
    const saved = await changed(page, named(name.value.trim(), value.value));
    saving = false;
    if (saved) {
      closed();
    }
  };
  const made = element(
    "div",
    { class: "nbtrack-run-line" },
    name,
    known,
    value,
    styled("primary", button("Add", submit, page.signal)),
    button("Cancel", closed, page.signal),
  );
  made.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") {
        closed();
      } else if (event.key === "Enter" && event.target instanceof HTMLInputElement && !event.isComposing) {
        event.preventDefault();
        void submit();
      } else {
        return;
      }
      event.stopPropagation();
    },
    { signal: page.signal },
  );
  return made;
}
