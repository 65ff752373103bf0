import type { Application, Plugin } from "../jupyter.ts";
import { SHOW } from "../runs.ts";
import { Badges } from "./badges.ts";
import type { CellsPanel } from "./notebook.ts";
import { addStyle } from "./style.ts";
import { TRACK, Tracking } from "./track.ts";

/** Milliseconds after which the button is drawn anew: typing changes the cell at each key. */
const PAUSE = 150;

const cells: Plugin = {
  id: "nbtrack:cells",
  description: "Tracks cells by a button, and shows at each tracked cell how its last run went.",
  autoStart: true,
  activate: (app) => {
    const { commands, shell, docRegistry } = app;
    addStyle();
    const tracking = new Tracking(shell);
    tracking.offer(commands);
    const waiting: { timer?: ReturnType<typeof setTimeout> } = {};
    const changed = () => {
      clearTimeout(waiting.timer);
      waiting.timer = setTimeout(() => commands.notifyCommandChanged(TRACK), PAUSE);
    };
    shell.currentChanged?.connect(changed);
    docRegistry.addWidgetExtension("Notebook", {
      createNew: (opened) => {
        const panel = opened as unknown as CellsPanel;
        tracking.add(panel, changed);
        const badges = new Badges(panel, async (cell, badge) => {
          // Most people who open a notebook open no menu in it.
          const { openActions } = await import("./actions.ts");
          openActions({ panel, cell, badge }, (wanted) => void commands.execute(SHOW, wanted));
        });
        badges.follow();
      },
    });
    // Without a palette, as in Voila, the command is there all the same.
    offerInPalette(app).catch(() => undefined);
  },
};

/** Add the command to the palette, where there is one: its token is known only to who has JupyterLab's own module. */
async function offerInPalette(app: Application): Promise<void> {
  // biome-ignore lint/correctness/noUndeclaredDependencies: JupyterLab shares it, and its package is 300 MB with what it needs.
  // biome-ignore lint/correctness/noUnresolvedImports: as above.
  const { ICommandPalette } = await import("@jupyterlab/apputils");
  const palette = (await app.resolveOptionalService(ICommandPalette)) as {
    addItem: (item: { command: string; category: string }) => unknown;
  } | null;
  palette?.addItem({ command: TRACK, category: "nbtrack" });
}

export default cells;
