import { folderOf } from "./folder.ts";
import { INSERT, INSERTS } from "./insertcell.ts";
import type { Application, NotebookPanel, Plugin } from "./jupyter.ts";
import { Side, type Wanted } from "./side.ts";

/** After JupyterLab's own in the side bar. */
const RANK = 600;

/** The commands, which other extensions and a user's shortcuts call by these names. */
export const SHOW = "nbtrack:show-runs";
const WIDE = "nbtrack:show-runs-wide";

/** Which notebook is, or was last, in front. */
class Notebooks {
  readonly #open = new Set<NotebookPanel>();
  #current: NotebookPanel | null = null;

  constructor(shell: Application["shell"], changed: (current: NotebookPanel | null) => void) {
    const look = () => {
      const front = [...this.#open].find((panel) => panel === shell.currentWidget);
      if (front !== undefined && front !== this.#current) {
        this.#current = front;
        changed(front);
      }
    };
    shell.currentChanged?.connect(look);
    this.add = (panel) => {
      this.#open.add(panel);
      panel.context.pathChanged.connect(() => {
        if (panel === this.#current) {
          changed(panel);
        }
      });
      panel.disposed.connect(() => {
        this.#open.delete(panel);
        if (panel === this.#current) {
          this.#current = null;
          changed(null);
        }
      });
      look();
    };
  }

  readonly add: (panel: NotebookPanel) => void;

  get current(): NotebookPanel | null {
    return this.#current;
  }
}

const runs: Plugin = {
  id: "nbtrack:runs",
  description: "Shows the runs of the current notebook's folder in the side bar.",
  autoStart: true,
  activate: (app) => {
    const { commands, shell, docRegistry } = app;
    const side = new Side(shell);
    const notebooks = new Notebooks(shell, (current) => {
      // A run's code goes into a notebook: without one no button offers it.
      side.node.toggleAttribute(INSERTS, current !== null);
      if (current !== null) {
        side.follow(folderOf(current.context.path));
      }
    });
    docRegistry.addWidgetExtension("Notebook", { createNew: (panel) => notebooks.add(panel) });
    shell.add(side, "left", { rank: RANK });
    side.node.addEventListener(INSERT, (event) => {
      const source: unknown = (event as CustomEvent).detail;
      const content = notebooks.current?.content;
      if (typeof source === "string" && content?.model) {
        const at = content.activeCellIndex + 1;
        content.model.sharedModel.insertCell(at, { cell_type: "code", source });
        content.activeCellIndex = at;
      }
    });
    commands.addCommand(SHOW, { label: "Show Runs", execute: (args) => side.look(wantedIn(args)) });
    commands.addCommand(WIDE, { label: "Show Runs Wide", execute: () => side.place(true) });
  },
};

/** Return what a call of the command wants to see; anybody may call it, with anything. */
function wantedIn({ folder, run, filter }: Readonly<Record<string, unknown>>): Wanted {
  return {
    ...(typeof folder === "string" && { folder }),
    ...(typeof run === "string" && { run }),
    ...(typeof filter === "string" && { filter }),
  };
}

export default runs;
