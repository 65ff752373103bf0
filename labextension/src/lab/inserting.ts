import { INSERT, INSERTS } from "../widget/insert.ts";
import type { NotebookPanel } from "./jupyter.ts";

/** Make a new cell below the one in which a widget asks for it. */
export function insertCells({ content, node }: NotebookPanel): void {
  node.dataset[INSERTS] = "";
  node.addEventListener(INSERT, (event) => {
    const { target } = event;
    const source: unknown = (event as CustomEvent).detail;
    if (!(target instanceof Node) || typeof source !== "string") {
      return;
    }
    const at = content.widgets.findIndex((cell) => cell.node.contains(target));
    if (at < 0) {
      return;
    }
    content.model?.sharedModel.insertCell(at + 1, { cell_type: "code", source });
    content.activeCellIndex = at + 1;
  });
}
