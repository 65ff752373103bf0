import { Badge } from "./badge.ts";
import { markOf, type Shown, shownOf } from "./mark.ts";
import {
  type CellModel,
  type CellsPanel,
  type CellWidget,
  inputOf,
  isPython,
  type NotebookModel,
} from "./notebook.ts";

/** Milliseconds in which changes are gathered: a cell that prints changes often. */
const PAUSE = 80;

/** A cell that is watched. */
interface Watched {
  stop: () => void;
  badge: Badge | null;
}

/**
 * The badges of one notebook.
 *
 * They follow the models of its cells: a cell's element may be drawn long after, and again when it was moved.
 */
export class Badges {
  readonly #panel: CellsPanel;
  readonly #open: (cell: CellModel, badge: Badge) => unknown;
  readonly #watched = new Map<CellModel, Watched>();
  readonly #changed = new Set<CellModel>();
  #followed: NotebookModel | null = null;
  /** Whether other cells may be there than those that are watched. */
  #moved: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `open` is called when somebody clicks a badge. */
  constructor(panel: CellsPanel, open: (cell: CellModel, badge: Badge) => unknown) {
    this.#panel = panel;
    this.#open = open;
    this.#moved = true;
  }

  /** Follow the notebook's cells from now on. */
  follow(): void {
    const { content, disposed } = this.#panel;
    content.modelChanged.connect(() => this.#followModel());
    disposed.connect(() => clearTimeout(this.#timer));
    this.#followModel();
  }

  #followModel(): void {
    const { model } = this.#panel.content;
    if (model !== null && model !== this.#followed) {
      const moved = () => {
        this.#moved = true;
        this.#later();
      };
      model.cells.changed.connect(moved);
      // The language may become another.
      model.metadataChanged.connect(moved);
      moved();
    }
    this.#followed = model;
  }

  #later(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#panel.isDisposed) {
        this.#look();
      }
    }, PAUSE);
  }

  #look(): void {
    const { model, widgets } = this.#panel.content;
    if (this.#moved) {
      this.#moved = false;
      this.#watch(model !== null && isPython(model) ? [...model.cells] : []);
    }
    if (this.#changed.size > 0) {
      for (const widget of widgets) {
        if (this.#changed.has(widget.model)) {
          this.#draw(widget);
        }
      }
      this.#changed.clear();
    }
  }

  /** Watch these cells and no others. */
  #watch(cells: readonly CellModel[]): void {
    const now = new Set(cells.filter(({ outputs }) => outputs !== undefined));
    for (const [cell, { stop, badge }] of this.#watched) {
      if (!now.has(cell)) {
        stop();
        badge?.root.remove();
        this.#watched.delete(cell);
      }
    }
    for (const cell of now) {
      if (!this.#watched.has(cell)) {
        this.#watched.set(cell, { stop: this.#listen(cell), badge: null });
      }
      this.#changed.add(cell);
    }
  }

  #listen(cell: CellModel): () => void {
    const changed = () => {
      this.#changed.add(cell);
      this.#later();
    };
    const signals = [cell.contentChanged, cell.stateChanged, cell.outputs?.changed];
    for (const signal of signals) {
      signal?.connect(changed);
    }
    return () => {
      for (const signal of signals) {
        signal?.disconnect(changed);
      }
    };
  }

  #draw(widget: CellWidget): void {
    const { model } = widget;
    const watched = this.#watched.get(model);
    const shown = shownIn(widget);
    if (watched === undefined) {
      return;
    }
    if (shown === null) {
      watched.badge?.root.remove();
      watched.badge = null;
      return;
    }
    watched.badge ??= new Badge(shown, (badge) => this.#open(model, badge));
    watched.badge.show(shown);
    const input = inputOf(widget);
    if (input === null) {
      void widget.ready.then(() => {
        this.#changed.add(model);
        this.#later();
      });
    } else {
      watched.badge.place(input);
    }
  }
}

function shownIn(widget: CellWidget): Shown | null {
  const { outputs, sharedModel } = widget.model;
  return outputs === undefined ? null : shownOf(markOf(outputs), sharedModel.getSource(), isRunning(widget));
}

function isRunning({ model, node }: CellWidget): boolean {
  if (model.executionState !== undefined) {
    return model.executionState === "running";
  }
  return node.querySelector(".jp-InputPrompt")?.textContent?.includes("*") ?? false;
}
