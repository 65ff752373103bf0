import { problemOf } from "../kernel/replies.ts";
import { element } from "../ui/dom.ts";
import { StatusLine } from "./controls.ts";
import { exportButton } from "./export.ts";
import { MAX_PINNED } from "./layout.ts";
import type { PanelState } from "./state.ts";
import { tagButton } from "./tags.ts";
import { shownCount } from "./text.ts";

/** The line below the table: how many runs are chosen, and the actions on them. */
export function actions(state: PanelState): HTMLElement {
  const count = element("span", { role: "status" });
  const compare = element("button", { type: "button", class: "nbtrack-panel-button nbtrack-panel-primary" });
  compare.textContent = "Compare";
  const shown = link("Keep only those shown");
  const clear = link("Choose none");
  const change = element("button", { type: "button", class: "nbtrack-panel-button" });
  const pin = element("button", { type: "button", class: "nbtrack-panel-button" });
  const note = new StatusLine(state.signal);
  const { outside } = state;
  const tag = tagButton(state, note);

  const draw = () => {
    const chosen = state.selection.ids.size;
    const away = outside.count;
    const text = chosenText(state, away);
    // Screen readers read a live region out whenever its text is set, even to the same text.
    if (count.textContent !== text) {
      count.textContent = text;
    }
    compare.disabled = chosen < 2;
    compare.title = chosen < 2 ? "Choose two runs or more" : "See them side by side";
    shown.hidden = away === 0 || away === chosen;
    clear.hidden = chosen === 0;
    change.hidden = chosen === 0 || state.model.get("_read_only");
    tag.hidden = change.hidden;
    drawPin(state, pin);
    change.textContent = state.query.deleted ? "Restore" : "Delete";
  };
  change.addEventListener("click", () => {
    const kind = state.query.deleted ? "restore" : "delete";
    void act({ state, note, change }, kind, [...state.selection.ids], false);
  });
  compare.addEventListener("click", () => state.show("compare"));
  pin.addEventListener("click", () => state.layout.pinRuns(state.selection.ids, !allPinned(state)));
  shown.addEventListener("click", () => outside.deselect());
  clear.addEventListener("click", () => {
    state.selection.ids = new Set();
    state.selectionChanged();
  });
  outside.onChanged(draw);
  state.on(["chosen", "query", "heads"], draw);
  draw();
  const send = exportButton(state, (text) => note.say(text));
  const attributes = { class: "nbtrack-panel-actions" };
  return element("div", attributes, compare, count, shown, clear, pin, tag, change, send, note.element);
}

function allPinned({ selection, layout }: PanelState): boolean {
  return [...selection.ids].every((id) => layout.runs.has(id));
}

function drawPin(state: PanelState, pin: HTMLButtonElement): void {
  const { selection, layout } = state;
  const unpins = allPinned(state);
  pin.hidden = selection.ids.size === 0;
  pin.textContent = unpins ? "Unpin" : "Pin";
  pin.disabled = !unpins && new Set([...selection.ids, ...layout.runs]).size > MAX_PINNED;
  pin.title = pin.disabled
    ? `No more than ${MAX_PINNED} runs can be pinned`
    : "Pinned runs stand first in the table whatever its order, as long as the filter finds them";
}

function link(text: string): HTMLButtonElement {
  return element("button", { type: "button", class: "nbtrack-panel-link" }, text);
}

interface Acting {
  state: PanelState;
  note: StatusLine;
  change: HTMLButtonElement;
}

/** Delete runs or restore them, and offer to undo it. */
async function act(
  acting: Acting,
  kind: "delete" | "restore",
  ids: string[],
  undoing: boolean,
): Promise<void> {
  const { state, note, change } = acting;
  change.disabled = true;
  note.say(kind === "delete" ? "Deleting…" : "Restoring…");
  try {
    await state.requests.ask(kind, { ids });
    const done = `${shownCount(ids.length, "run", "runs")} ${kind === "delete" ? "deleted" : "restored"}.`;
    const undo = () => void act(acting, kind === "delete" ? "restore" : "delete", ids, true);
    note.sayDone(done, undoing ? null : undo);
    state.selection.ids = new Set(undoing ? ids : []);
    state.selectionChanged();
    state.refresh();
  } catch (error) {
    note.say(problemOf(error).message);
  } finally {
    change.disabled = false;
  }
}

/** Return in words how many runs are chosen, how many of them the table lacks, and whether a limit was hit. */
function chosenText({ selection }: PanelState, away: number): string {
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
