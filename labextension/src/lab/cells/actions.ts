import { type Host, jupyterHost } from "../../kernel/host.ts";
import { folderOf } from "../folder.ts";
import type { Badge } from "./badge.ts";
import { codeOf, type Earlier, type Found, filterOf, findRuns, storeFolder } from "./earlier.ts";
import type { Mark } from "./mark.ts";
import { type Entry, openMenu } from "./menu.ts";
import { type CellModel, type CellsPanel, FIXED, inputOf, mayEdit, placeOf } from "./notebook.ts";
import { say } from "./said.ts";

/** Shows runs in the side bar: `lab/runs.ts`. */
type ShowRuns = (wanted: { folder: string; run?: string; filter?: string }) => void;

/** A cell, and what is known of its run. */
interface Place {
  panel: CellsPanel;
  cell: CellModel;
  badge: Badge;
}

/** Open what can be done with a badge. */
export function openActions(place: Place, showRuns: ShowRuns): void {
  const { panel, badge } = place;
  const { mark } = badge.shown;
  if (mark === null) {
    openMenu([{ label: "The run can be opened when the cell has shown something" }], badge.root);
    return;
  }
  const { run, lineage, store, model, name } = mark;
  const folder = storeFolder(folderOf(panel.context.path), store);
  const entries: Entry[] = [
    { label: `Open ${name}`, act: () => showRuns({ folder, run }) },
    {
      label: "Compare the Runs of This Cell",
      ...(lineage !== null && { act: () => showRuns({ folder, filter: filterOf(lineage) }) }),
    },
    {
      label: "Restore the Code of an Earlier Run…",
      ...(lineage !== null && { act: () => void restore(place, mark, folder) }),
    },
    { label: "Serve Its Model", ...(model && { act: () => serve(place, mark) }) },
  ];
  openMenu(entries, badge.root);
}

/** Put a cell below that serves the model; whoever runs it starts the server. */
function serve({ panel, cell }: Place, { run }: Mark): void {
  const at = placeOf(panel, cell) + 1;
  const { content } = panel;
  if (at > 0 && content.model?.readOnly === false) {
    content.model.sharedModel.insertCell(at, { cell_type: "code", source: `%serve ${run.slice(0, 8)}` });
    content.activeCellIndex = at;
  }
}

async function restore(place: Place, mark: Mark, folder: string): Promise<void> {
  const { badge } = place;
  const tell = (text: string) => say(inputIn(place), text);
  const host = jupyterHost();
  if (host === null) {
    tell("This page does not say where its Jupyter server is, which has the earlier runs.");
    return;
  }
  try {
    const found = await findRuns(host, folder, mark);
    // The code of the run that the badge is about is what stands there, as long as nobody edits it.
    const runs = found?.runs.filter(({ run }) => run !== mark.run || badge.shown.stale) ?? [];
    if (found === null || runs.length === 0) {
      tell(found === null ? "No store of runs was found there." : "This cell has no earlier run.");
      return;
    }
    const entries = runs.map((one) => ({
      label: labelOf(one, mark),
      act: () => void bring(place, host, found, one),
    }));
    openMenu(entries, badge.root);
  } catch (error) {
    tell(`The earlier runs cannot be had: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Put the code of a run into the cell. */
async function bring(place: Place, host: Host, { place: store }: Found, run: Earlier): Promise<void> {
  const { cell } = place;
  const tell = (text: string) => say(inputIn(place), text);
  try {
    const code = await codeOf(host, store, run.run);
    if (code === null) {
      tell(`${run.name} has kept no code of its cell, or too much of it.`);
    } else if (code === cell.sharedModel.getSource()) {
      tell(`The cell has the code of ${run.name} already.`);
    } else if (!mayEdit(place.panel.content.model, cell)) {
      tell(FIXED);
    } else if (placeOf(place.panel, cell) >= 0) {
      cell.sharedModel.setSource(code);
    }
  } catch (error) {
    tell(`The code cannot be had: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function labelOf({ name, status, value, started }: Earlier, { metric }: Mark): string {
  const when = started === null ? "" : new Date(started * 1000).toLocaleString();
  const shown = value === null || metric === null ? "" : `${metric.name} ${Number(value.toPrecision(5))}`;
  const ended = status === "FINISHED" ? "" : status.toLowerCase();
  return [name, shown, ended, when].filter((part) => part !== "").join("  ·  ");
}

function inputIn({ panel, cell }: Place): HTMLElement | null {
  const widget = panel.content.widgets.find(({ model }) => model === cell);
  return widget === undefined ? null : inputOf(widget);
}
