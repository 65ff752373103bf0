import cells from "./cells/plugin.ts";
import { insertCells } from "./insertcell.ts";
import type { Plugin } from "./jupyter.ts";
import { letCellsBeRead } from "./linting.ts";
import { ViewRenderer } from "./renderer.ts";
import runs from "./runs.ts";
import { VIEW } from "./view.ts";
import { Widgets } from "./widgets.ts";

/** JupyterLab draws the form of an output with the lowest rank. That of ipywidgets is -10. */
const RANK = -20;

/** Draws outputs. */
export const view: Plugin = {
  id: "nbtrack:view",
  description: "Shows nbtrack's widgets, and their static HTML where there is no kernel.",
  autoStart: true,
  activate: (app) => {
    app.docRegistry.addWidgetExtension("Notebook", {
      createNew: (panel) => {
        insertCells(panel);
        const {
          content: { rendermime },
          sessionContext,
        } = panel;
        const widgets = new Widgets(rendermime, sessionContext);
        rendermime.addFactory(
          {
            safe: false,
            mimeTypes: [VIEW],
            createRenderer: () => new ViewRenderer(rendermime, sessionContext, widgets),
          },
          RANK,
        );
      },
    });
  },
};

/** Helps those who read cells. */
const linting: Plugin = {
  id: "nbtrack:linting",
  description: "Has jupyterlab-lsp read tracked cells as Python.",
  autoStart: true,
  activate: letCellsBeRead,
};

export default [view, runs, cells, linting];
