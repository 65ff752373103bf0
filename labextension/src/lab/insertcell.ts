import type { NotebookPanel } from "./jupyter.ts";

/** A widget asks for a new cell below its own, and the notebook makes it. */

/** The event that asks for the cell. */
export const INSERT = "nbtrack:insert";

/** The attribute of what hears the event, and can make a cell. */
export const INSERTS = "data-nbtrack-inserts";

/** Make a button that asks for a new cell. It shows only in a notebook that can make one. */
export function insertable(
  make: (put: (source: string | undefined) => void) => HTMLButtonElement,
): HTMLButtonElement {
  const made = make((source) => {
    if (source !== undefined) {
      made.dispatchEvent(new CustomEvent(INSERT, { bubbles: true, composed: true, detail: source }));
    }
  });
  made.classList.add("nbtrack-inserts");
  return made;
}

/** Make a new cell below the cell whose widget asks for it. */
export function insertCells({ content, node }: NotebookPanel): void {
  node.setAttribute(INSERTS, "");
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
