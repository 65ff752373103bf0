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
  readonly #panels = new Set<CellsPanel>();
  /** The lines that were taken away in this session, with their options, by cell. */
  readonly #lines = new Map<string, string>();

  constructor(shell: Application["shell"]) {
    this.#shell = shell;
  }

  /** Add the command. */
  offer(commands: Application["commands"]): void {
    const tracked = (args: Args) => isTracked(this.#cell(args));
    commands.addCommand(TRACK, {
      label: ({ toolbar }) => (toolbar === true ? "" : "Track This Cell"),
      caption: (args) => (tracked(args) ? "Do not track this cell" : "Track this cell"),
      icon: ({ toolbar }) => (toolbar === true ? (ICON as never) : undefined),
      isToggled: tracked,
      isVisible: (args) => args["toolbar"] !== true || this.#cell(args) !== null,
      isEnabled: (args) => this.#cell(args) !== null,
      execute: (args) => this.#toggle(args),
    });
  }

  /** Take in a notebook; `changed` is called when the command's state may have. */
  add(panel: CellsPanel, changed: () => void): void {
    this.#panels.add(panel);
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

  #panel({ widgetId }: Args): CellsPanel | null {
    const panels = [...this.#panels];
    const found =
      panels.find(({ id }) => id === widgetId) ?? panels.find((one) => one === this.#shell.currentWidget);
    return found ?? null;
  }

  /** The cell that the command is about; null where it has none. */
  #cell(args: Args): CellWidget | null {
    const { model, activeCell } = this.#panel(args)?.content ?? {};
    return model && isPython(model) && activeCell?.model.type === "code" ? activeCell : null;
  }

  #toggle(args: Args): void {
    const widget = this.#cell(args);
    const notebook = this.#panel(args)?.content.model;
    if (widget === null || !notebook) {
      return;
    }
    const { model } = widget;
    if (!mayEdit(notebook, model)) {
      say(inputOf(widget), FIXED);
      return;
    }
    const source = model.sharedModel.getSource();
    const edit = toggled(source, this.#lines.get(model.id));
    if (typeof edit === "string") {
      say(inputOf(widget), edit);
      return;
    }
    const { track } = headOf(source);
    if (track === null) {
      loadOnce(notebook, model);
    } else {
      this.#lines.set(model.id, track.text);
    }
    model.sharedModel.updateSource(edit.start, edit.end, edit.text);
  }
}

type Args = Readonly<Record<string, unknown>>;

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
