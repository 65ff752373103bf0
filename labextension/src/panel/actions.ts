import { element } from "../ui/dom.ts";
import { exportButton } from "./exporting.ts";
import { MOST_PINNED } from "./layout.ts";
import { NoteLine } from "./noteline.ts";
import { problemOf } from "./problems.ts";
import type { Table } from "./table.ts";
import { tagButton } from "./tagging.ts";
import { shownCount } from "./text.ts";

/** The line below the table: how many runs are chosen, and what can be done with them. */
export function actions(table: Table): HTMLElement {
  const count = element("span", { role: "status" });
  const shown = link("Keep only those shown");
  const clear = link("Choose none");
  const change = element("button", { type: "button", class: "nbtrack-panel-button" });
  const pin = element("button", { type: "button", class: "nbtrack-panel-button" });
  const note = new NoteLine(table.signal);
  const { unseen } = table;
  const tag = tagButton(table, note);

  const draw = () => {
    const chosen = table.selection.ids.size;
    const away = unseen.count;
    const text = chosenText(table, away);
    // Screen readers read a live region out whenever its text is set, even to the same text.
    if (count.textContent !== text) {
      count.textContent = text;
    }
    shown.hidden = away === 0 || away === chosen;
    clear.hidden = chosen === 0;
    change.hidden = chosen === 0 || table.model.get("_read_only");
    tag.hidden = change.hidden;
    drawPin(table, pin);
    change.textContent = table.query.deleted ? "Restore" : "Delete";
  };
  change.addEventListener("click", () => {
    const kind = table.query.deleted ? "restore" : "delete";
    void act({ table, note, change }, kind, [...table.selection.ids], false);
  });
  pin.addEventListener("click", () => table.layout.pinRuns(table.selection.ids, !allPinned(table)));
  shown.addEventListener("click", () => unseen.letGo());
  clear.addEventListener("click", () => {
    table.selection.ids = new Set();
    table.chosen();
  });
  unseen.onChanged(draw);
  table.on(["chosen", "query", "heads"], draw);
  draw();
  const send = exportButton(table, (text) => note.say(text));
  const attributes = { class: "nbtrack-panel-actions" };
  return element("div", attributes, count, shown, clear, pin, tag, change, send, note.element);
}

function allPinned({ selection, layout }: Table): boolean {
  return [...selection.ids].every((id) => layout.runs.has(id));
}

function drawPin(table: Table, pin: HTMLButtonElement): void {
  const { selection, layout } = table;
  const unpins = allPinned(table);
  pin.hidden = selection.ids.size === 0;
  pin.textContent = unpins ? "Unpin" : "Pin";
  pin.disabled = !unpins && new Set([...selection.ids, ...layout.runs]).size > MOST_PINNED;
  pin.title = pin.disabled
    ? `No more than ${MOST_PINNED} runs can be pinned`
    : "Pinned runs stand first in the table whatever its order, as long as the filter finds them";
}

function link(text: string): HTMLButtonElement {
  return element("button", { type: "button", class: "nbtrack-panel-link" }, text);
}

interface Acting {
  table: Table;
  note: NoteLine;
  change: HTMLButtonElement;
}

/** Delete runs or restore them, and offer to undo it. */
async function act(
  acting: Acting,
  kind: "delete" | "restore",
  ids: string[],
  undoing: boolean,
): Promise<void> {
  const { table, note, change } = acting;
  change.disabled = true;
  note.say(kind === "delete" ? "Deleting…" : "Restoring…");
  try {
    await table.requests.ask(kind, { ids });
    const done = `${shownCount(ids.length, "run", "runs")} ${kind === "delete" ? "deleted" : "restored"}.`;
    const undo = () => void act(acting, kind === "delete" ? "restore" : "delete", ids, true);
    note.sayDone(done, undoing ? null : undo);
    table.selection.ids = new Set(undoing ? ids : []);
    table.chosen();
    table.refresh();
  } catch (error) {
    note.say(problemOf(error).message);
  } finally {
    change.disabled = false;
  }
}

/** Return how many runs are chosen, how many of them are not shown, and whether fewer are than were to be. */
function chosenText({ selection }: Table, away: number): string {
  const { ids, wanted } = selection;
  if (ids.size === 0) {
    return "No run chosen";
  }
  const all = shownCount(Math.max(wanted, ids.size), "run", "runs");
  if (wanted > ids.size) {
    return `${ids.size.toLocaleString("en")} of ${all} chosen: more cannot be chosen at once`;
  }
  if (away === 0) {
    return `${all} chosen`;
  }
  return away === ids.size
    ? `${all} chosen, not in this table`
    : `${all} chosen, ${away.toLocaleString("en")} of them not in this table`;
}
