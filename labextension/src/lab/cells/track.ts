import type { Application } from "../jupyter.ts";
import {
  type CellModel,
  type CellsPanel,
  type CellWidget,
  FIXED,
  inputOf,
  isPython,
  mayEdit,
  type NotebookModel,
} from "./notebook.ts";
import { say } from "./said.ts";
import { headOf, loadsNbtrack, toggled } from "./source.ts";

/** The command, which a user's shortcuts call by this name. */
export const TRACK = "nbtrack:track-cell";

const LOAD = "%load_ext nbtrack";

/** A curve with a mark at its end. JupyterLab's themes colour `jp-icon3`. */
const ICON = {
  name: "nbtrack:track-cell",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24">
<g class="jp-icon3" fill="#616161"><path d="M3 3h1.8v16.2H21V21H3z"/>
<path d="M6.6 6.2l1.5-1.1c2.3 3.2 3.9 5.6 8 6.6l-.5 1.8c-4.8-1.2-6.7-4.2-9-7.3z"/><circle cx="18.2" cy="12.9" r="2.9"/></g></svg>`,
};

/** Adds the line `%%track` to the active cell of a notebook, or takes it away. */
export class Tracking {
  readonly #shell: Application["shell"];
  /** The open notebooks, each with the lines that were taken away in this session, with their options, by cell. */
  readonly #panels = new Map<CellsPanel, Map<string, string>>();

  constructor(shell: Application["shell"]) {
    this.#shell = shell;
  }

  /** Add the command. */
  offer(commands: Application["commands"]): void {
    const tracked = () => isTracked(this.#cell);
    commands.addCommand(TRACK, {
      label: ({ toolbar }) => (toolbar === true ? "" : "Track This Cell"),
      caption: () => (tracked() ? "Do not track this cell" : "Track this cell"),
      icon: ({ toolbar }) => (toolbar === true ? (ICON as never) : undefined),
      isToggled: tracked,
      isVisible: ({ toolbar }) => toolbar !== true || this.#cell !== null,
      isEnabled: () => this.#cell !== null,
      execute: () => this.#toggle(),
    });
  }

  /** Take in a notebook; `changed` is called when the command's state may have. */
  add(panel: CellsPanel, changed: () => void): void {
    this.#panels.set(panel, new Map());
    panel.disposed.connect(() => this.#panels.delete(panel));
    const { content } = panel;
    let stop = (): void => undefined;
    const follow = () => {
      stop();
      const cell = content.activeCell?.model;
      cell?.contentChanged.connect(changed);
      stop = () => cell?.contentChanged.disconnect(changed);
      changed();
    };
    content.activeCellChanged.connect(follow);
    const read = () => content.model?.metadataChanged.connect(changed);
    content.modelChanged.connect(read);
    read();
    follow();
  }

  get #current(): CellsPanel | null {
    return [...this.#panels.keys()].find((one) => one === this.#shell.currentWidget) ?? null;
  }

  /** The cell that the command is about: the active one of the notebook in front, where that is code in Python. */
  get #cell(): CellWidget | null {
    const { model, activeCell } = this.#current?.content ?? {};
    return model && isPython(model) && activeCell?.model.type === "code" ? activeCell : null;
  }

  #toggle(): void {
    const widget = this.#cell;
    const panel = this.#current;
    const notebook = panel?.content.model;
    if (widget === null || panel === null || !notebook) {
      return;
    }
    const lines = this.#panels.get(panel);
    const { model } = widget;
    if (!mayEdit(notebook, model)) {
      say(inputOf(widget), FIXED);
      return;
    }
    const source = model.sharedModel.getSource();
    const edit = toggled(source, lines?.get(model.id));
    if (typeof edit === "string") {
      say(inputOf(widget), edit);
      return;
    }
    const { track } = headOf(source);
    if (track === null) {
      loadOnce(notebook, model);
    } else {
      lines?.set(model.id, track.text);
    }
    model.sharedModel.updateSource(edit.start, edit.end, edit.text);
  }
}

function isTracked(cell: CellWidget | null): boolean {
  return cell !== null && headOf(cell.model.sharedModel.getSource()).track !== null;
}

/** Put a cell that loads nbtrack above one that is tracked now, unless a cell does that or others are tracked already. */
function loadOnce({ cells, sharedModel }: NotebookModel, tracked: CellModel): void {
  const all = [...cells];
  const there = all.some((cell) => {
    const source = cell.type === "code" ? cell.sharedModel.getSource() : "";
    return loadsNbtrack(source) || headOf(source).track !== null;
  });
  if (!there) {
    sharedModel.insertCell(all.indexOf(tracked), { cell_type: "code", source: LOAD });
  }
}
