import { folderOf } from "../folder.ts";
import { type Mark, markOf } from "./mark.ts";
import type { CellsPanel } from "./notebook.ts";

/** The run that a line under a cell is of, see `nbtrack/recording/line.py`. Anybody may have written it. */
const RUN = "data-nbtrack-run";

/** Open the page of a run at a click on its name in the line under its cell. */
export class Lines {
  readonly #panels = new Set<CellsPanel>();
  readonly #show: (wanted: { folder: string; run: string }) => void;

  constructor(show: (wanted: { folder: string; run: string }) => void) {
    this.#show = show;
    document.addEventListener("click", (event) => void this.#click(event));
  }

  add(panel: CellsPanel): void {
    this.#panels.add(panel);
    panel.disposed.connect(() => this.#panels.delete(panel));
  }

  async #click(event: MouseEvent): Promise<void> {
    const name = event.target instanceof Element ? event.target.closest(`[${RUN}]`) : null;
    const found = name === null ? undefined : this.#marked(name);
    if (found !== undefined) {
      // The line would unfold.
      event.preventDefault();
      const { storeFolder } = await import("./earlier.ts");
      const { panel, mark } = found;
      this.#show({ folder: storeFolder(folderOf(panel.context.path), mark.store), run: mark.run });
    }
  }

  /** Return the notebook that the name of a run stands in, and what the cell's outputs say of that run. */
  #marked(name: Element): { panel: CellsPanel; mark: Mark } | undefined {
    for (const panel of this.#panels) {
      const cell = panel.content.widgets.find(({ node }) => node.contains(name));
      const mark = cell?.model.outputs === undefined ? null : markOf(cell.model.outputs);
      if (mark !== null && mark.run === name.getAttribute(RUN)) {
        return { panel, mark };
      }
    }
    return undefined;
  }
}
