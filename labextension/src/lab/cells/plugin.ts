import { CATEGORY, SHOW } from "../commands.ts";
import type { Plugin } from "../jupyter.ts";
import { paletteOf } from "../services.ts";
import { Badges } from "./badges.ts";
import { Lines } from "./line.ts";
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
    const showRuns = (wanted: object) => void commands.execute(SHOW, { ...wanted });
    const lines = new Lines(showRuns);
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
        lines.add(panel);
        const badges = new Badges(panel, async (cell, badge) => {
          // Most people who open a notebook open no menu in it.
          const { openActions } = await import("./actions.ts");
          openActions({ panel, cell, badge }, showRuns);
        });
        badges.follow();
      },
    });
    void paletteOf(app).then((palette) => palette?.addItem({ command: TRACK, category: CATEGORY }));
  },
};

export default cells;
