import { addCommands } from "./commands.ts";
import { folderOf, localPath } from "./folder.ts";
import { INSERT, INSERTS } from "./insertcell.ts";
import type { Plugin } from "./jupyter.ts";
import { Notebooks } from "./notebooks.ts";
import { offer } from "./places.ts";
import { restorerOf } from "./services.ts";
import { heedSettings } from "./settings.ts";
import { Side } from "./side.ts";
import { sayRunning } from "./statusitem.ts";
import { Training } from "./training.ts";

const ID = "nbtrack:runs";

const runs: Plugin = {
  id: ID,
  description: "Shows the runs of the current notebook's folder in the side bar.",
  autoStart: true,
  activate: async (app) => {
    const { commands, shell, docRegistry } = app;
    const training = new Training();
    const side = new Side(shell, () => training.look());
    const notebooks = new Notebooks(shell, (current) => {
      // A run's code goes into a notebook: without one no button offers it.
      side.node.toggleAttribute(INSERTS, current !== null);
      if (current !== null) {
        side.follow(folderOf(current.context.path), localPath(current.context.path));
      }
      training.follow(current);
    });
    docRegistry.addWidgetExtension("Notebook", { createNew: (panel) => notebooks.add(panel) });
    side.node.addEventListener(INSERT, (event) => {
      const source: unknown = (event as CustomEvent).detail;
      const content = notebooks.current?.content;
      if (typeof source === "string" && content?.model) {
        const at = content.activeCellIndex + 1;
        content.model.sharedModel.insertCell(at, { cell_type: "code", source });
        content.activeCellIndex = at;
      }
    });
    addCommands(commands, side);
    const [bar, restorer] = await Promise.all([sayRunning(app, training), restorerOf(app), offer(app)]);
    await heedSettings(app, ID, ({ side: area, status }) => {
      side.settle(area);
      training.turn(bar && status);
    });
    // Where it was when the page was left.
    restorer?.add(side, side.id);
  },
};

export default runs;
