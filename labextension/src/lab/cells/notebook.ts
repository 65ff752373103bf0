import type { ISignal } from "@lumino/signaling";
import type { NotebookPanel } from "../jupyter.ts";
import type { Outputs } from "./mark.ts";

/*
 * The types of JupyterLab that tracked cells need; see `lab/jupyter.ts` for why they are declared here.
 */

/** `ICodeCellModel` of `@jupyterlab/cells`; of other cells `outputs` is not there. */
export interface CellModel {
  readonly id: string;
  readonly type: "code" | "markdown" | "raw";
  readonly contentChanged: ISignal<unknown, unknown>;
  readonly stateChanged: ISignal<unknown, unknown>;
  readonly outputs?: Outputs & { readonly changed: ISignal<unknown, unknown> };
  /** JupyterLab has it since 4.3. */
  readonly executionState?: string;
  readonly getMetadata: (key: string) => unknown;
  readonly sharedModel: {
    readonly getSource: () => string;
    readonly setSource: (source: string) => void;
    readonly updateSource: (start: number, end: number, text: string) => void;
  };
}

/** `INotebookModel` of `@jupyterlab/notebook`. */
export interface NotebookModel {
  readonly cells: Iterable<CellModel> & { readonly changed: ISignal<unknown, unknown> };
  readonly metadataChanged: ISignal<unknown, unknown>;
  readonly getMetadata: (key: string) => unknown;
  readonly readOnly: boolean;
  readonly sharedModel: {
    readonly insertCell: (at: number, cell: { cell_type: "code"; source: string }) => unknown;
  };
}

/** `Cell` of `@jupyterlab/cells`. */
export interface CellWidget {
  readonly model: CellModel;
  readonly node: HTMLElement;
  /** When all of it has been drawn: a cell out of sight is drawn late. */
  readonly ready: Promise<void>;
}

/** `NotebookPanel` of `@jupyterlab/notebook`. */
export interface CellsPanel extends Omit<NotebookPanel, "content"> {
  readonly id: string;
  readonly isDisposed: boolean;
  readonly content: {
    readonly model: NotebookModel | null;
    readonly modelChanged: ISignal<unknown, unknown>;
    readonly widgets: readonly CellWidget[];
    readonly activeCell: CellWidget | null;
    activeCellIndex: number;
    readonly activeCellChanged: ISignal<unknown, unknown>;
  };
}

/** Whether the code of a notebook is Python, as far as the notebook says it. */
export function isPython(model: Pick<NotebookModel, "getMetadata">): boolean {
  const told = model.getMetadata("language_info") as { name?: unknown } | null | undefined;
  const spec = model.getMetadata("kernelspec") as { name?: unknown; language?: unknown } | null | undefined;
  const language = told?.name ?? spec?.language ?? spec?.name;
  return typeof language === "string" && /^i?python\d*$/iu.test(language);
}

/** Return the part of a cell that holds its code, or null as long as it is not drawn. */
export function inputOf({ node }: CellWidget): HTMLElement | null {
  return node.querySelector<HTMLElement>(":scope > .jp-Cell-inputWrapper");
}

/** Return where a cell stands among those of its notebook; -1 where it is gone. */
export function placeOf({ content }: CellsPanel, cell: CellModel): number {
  return content.widgets.findIndex(({ model }) => model === cell);
}

/** What is said where a cell may not be edited. */
export const FIXED = "This cell may not be edited.";

/** Whether a cell may be edited. */
export function mayEdit(notebook: NotebookModel | null, cell: CellModel): boolean {
  return notebook !== null && !notebook.readOnly && cell.getMetadata("editable") !== false;
}
