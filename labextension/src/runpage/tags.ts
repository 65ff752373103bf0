import { element } from "../ui/dom.ts";
import { leftOut, oneLine, visible } from "../ui/text.ts";
import { button, editor, edits, focusIn, styled } from "./controls.ts";
import type { Changes, Tag } from "./messages.ts";
import { offered } from "./offered.ts";
import { ask, followPart, type Page } from "./page.ts";
import { table } from "./table.ts";

/** The run's tags: a click on one changes its value, the cross takes it away. Tools' own tags stand apart. */
export function tags(page: Page): HTMLElement {
  const list = element("ul", { class: "nbtrack-run-chips", "aria-label": "Tags" });
  const add = element("li");
  const system = element("div");
  const draw = (found: Tag[], left: number) => {
    const more = element("li", { class: "nbtrack-run-quiet" }, leftOut(left, "tags"));
    list.replaceChildren(...found.map((tag) => chip(page, tag)), more, add);
  };
  const close = () => {
    add.replaceChildren(edits(styled("quietly", button("Add a tag", open, page.signal))));
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
  const changes: Changes = { tags: tagged };
  return (await ask(page, { kind: "edit", changes }, "Saving the tag")) !== undefined;
}

/** One tag as an own property, whatever it is called. */
function named(name: string, value: string | null): Record<string, string | null> {
  return Object.fromEntries([[name, value]]);
}

function chip(page: Page, { name, value }: Tag): HTMLElement {
  const place = element("li", { class: "nbtrack-run-chip" });
  const told = oneLine(name, 60);
  const text = `${told}: ${oneLine(value.text, 80)}`;
  const close = () => {
    place.replaceChildren(change, remove);
    change.focus();
  };
  const open = () => {
    const made = editor(
      {
        text: value.text,
        label: `Value of the tag ${told}`,
        save: (typed) => changed(page, named(name, typed)),
        closed: close,
      },
      page.signal,
    );
    place.replaceChildren(element("span", {}, `${told}: `), made);
    focusIn(made);
  };
  const change = styled("quietly", button(text, open, page.signal));
  change.title = visible(`${name}: ${value.text}${leftOut(value.left)}`.slice(0, 2000));
  // What was cut would be lost by saving what is here.
  change.disabled = value.left > 0 || page.model.get("read_only");
  const remove = styled(
    "quietly",
    button("×", () => changed(page, named(name, null)), page.signal, `Remove the tag ${told}`),
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
  const known = offered(page, "tags");
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
