import { problemOf } from "../../kernel/replies.ts";
import { element, freshId } from "../../ui/dom.ts";
import type { PanelResults } from "../../wire.ts";
import type { StatusLine } from "../controls.ts";
import type { TagUse } from "../messages.ts";
import type { PanelState } from "../state.ts";
import { shownCount } from "../text.ts";

/** What a change of tags needs: the panel, and the line that reports it. */
export interface Tagging {
  state: PanelState;
  note: StatusLine;
}

/** Show what edits the tags of the chosen runs, and renames a single run. */
export function drawTagging(tagging: Tagging, place: HTMLElement, close: () => void): void {
  const { state } = tagging;
  const ids = [...state.selection.ids];
  const list = element("div", { class: "nbtrack-panel-list" }, "…");
  const fields = tagFields(state);
  const look = () => void drawTags({ ...tagging, ids, list, fields, again: look });
  fields.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [name, value] = [fields.name.value.trim(), fields.value.value];
    if (name !== "") {
      void tag(tagging, ids, name, value).then(look);
    }
  });
  const about = element(
    "div",
    { class: "nbtrack-panel-quiet" },
    `Tags of ${ids.length === 1 ? "the chosen run" : `the ${ids.length.toLocaleString("en")} chosen runs`}`,
  );
  place.replaceChildren(
    about,
    fields.form,
    list,
    ...(ids.length === 1 ? [renaming(tagging, ids, close)] : []),
  );
  look();
}

interface TagFields {
  form: HTMLElement;
  name: HTMLInputElement;
  value: HTMLInputElement;
}

function tagFields({ requests }: PanelState): TagFields {
  const known = element("datalist", { id: freshId() });
  const name = input("Tag", { list: known.id, maxlength: "200" });
  const value = input("Value", {});
  const set = element("button", { type: "submit", class: "nbtrack-panel-button" }, "Set");
  requests.ask("names", {}).then(({ columns }) => {
    const names = columns.filter((column) => column.startsWith("tags.")).map((column) => column.slice(5));
    const own = names.filter((one) => !/^(?:nbtrack|mlflow)\./u.test(one));
    known.append(...own.map((one) => element("option", { value: one })));
  }, problemOf);
  const attributes = { class: "nbtrack-panel-save nbtrack-panel-tagging" };
  return { form: element("form", attributes, name, value, set, known), name, value };
}

function input(label: string, more: Record<string, string>): HTMLInputElement {
  const named = { type: "text", placeholder: label, "aria-label": label, autocomplete: "off" };
  return element("input", { class: "nbtrack-panel-input", ...named, ...more });
}

interface Listing extends Tagging {
  ids: string[];
  list: HTMLElement;
  fields: TagFields;
  again: () => void;
}

/** List the tags of the runs. A click on a tag copies it into the form. */
async function drawTags(listing: Listing): Promise<void> {
  const { state, ids, list } = listing;
  try {
    const { runs, tags } = await state.requests.ask("tags", { ids });
    const none = element("div", { class: "nbtrack-panel-quiet" }, "No tags yet.");
    list.replaceChildren(...(tags.length > 0 ? tags.map((one) => entry(listing, one, runs)) : [none]));
  } catch (error) {
    list.replaceChildren(problemOf(error).message);
  }
}

function entry({ state, note, ids, fields, again }: Listing, use: TagUse, runs: number): HTMLElement {
  const { name, count, value } = use;
  const take = element("button", { type: "button", class: "nbtrack-panel-item", title: value ?? name });
  take.append(element("strong", {}, name), ` ${value ?? "several values"}`);
  if (count < runs) {
    const some = ` ${count.toLocaleString("en")} of ${runs.toLocaleString("en")}`;
    take.append(element("span", { class: "nbtrack-panel-quiet" }, some));
  }
  take.addEventListener("click", () => {
    fields.name.value = name;
    fields.value.value = value ?? "";
    fields.value.focus();
  });
  const gone = element("button", { type: "button", class: "nbtrack-panel-link" }, "✕");
  gone.setAttribute("aria-label", `Remove ${name}`);
  gone.addEventListener("click", () => {
    fields.name.focus();
    void tag({ state, note }, ids, name, null).then(again);
  });
  return element("div", { class: "nbtrack-panel-entry" }, take, gone);
}

/** Set or remove a tag, report how many runs changed, and offer to undo it. */
async function tag(tagging: Tagging, ids: string[], name: string, value: string | null): Promise<void> {
  const { state, note } = tagging;
  try {
    const { count, before } = await state.requests.ask("tag", { ids, name, value });
    if (count === 0) {
      note.say(value === null ? `None of them has ${name}.` : `They have ${name} like this already.`);
      return;
    }
    const what = value === null ? `without ${name}` : `tagged ${name}`;
    note.sayDone(`${shownCount(count, "run", "runs")} ${what}.`, () => void undo(tagging, name, before));
    state.refresh();
  } catch (error) {
    note.say(problemOf(error).message);
  }
}

async function undo(
  { state, note }: Tagging,
  name: string,
  before: PanelResults["tag"]["before"],
): Promise<void> {
  try {
    const again = before.map(({ value, ids }) => state.requests.ask("tag", { ids, name, value }));
    await Promise.all(again);
    note.say(`${name} is as it was.`);
    state.refresh();
  } catch (error) {
    note.say(problemOf(error).message);
  }
}

function renaming({ state, note }: Tagging, ids: string[], close: () => void): HTMLElement {
  const name = input("New name", { maxlength: "200" });
  const button = element("button", { type: "submit", class: "nbtrack-panel-button" }, "Rename");
  const form = element("form", { class: "nbtrack-panel-save nbtrack-panel-renaming" }, name, button);
  const rename = async (wanted: string, undoing: boolean): Promise<void> => {
    try {
      const { before } = await state.requests.ask("rename", { ids, name: wanted });
      note.sayDone(`Renamed to ${wanted}.`, undoing ? null : () => void rename(before, true));
      state.refresh();
    } catch (error) {
      note.say(problemOf(error).message);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = name.value.trim();
    if (wanted !== "") {
      close();
      void rename(wanted, false);
    }
  });
  return form;
}
