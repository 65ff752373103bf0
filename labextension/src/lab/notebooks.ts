import type { Application, NotebookPanel } from "./jupyter.ts";

/** Which notebook is, or was last, in front. */
export class Notebooks {
  readonly #open = new Set<NotebookPanel>();
  readonly #shell: Application["shell"];
  readonly #told: (current: NotebookPanel | null) => void;
  #current: NotebookPanel | null = null;

  /** `told` is called with each notebook that comes to the front, and with null when the last one is closed. */
  constructor(shell: Application["shell"], told: (current: NotebookPanel | null) => void) {
    this.#shell = shell;
    this.#told = told;
    shell.currentChanged?.connect(() => this.#look());
  }

  /** Know of a notebook that has been opened. */
  add(panel: NotebookPanel): void {
    this.#open.add(panel);
    panel.context.pathChanged.connect(() => {
      if (panel === this.#current) {
        this.#told(panel);
      }
    });
    panel.disposed.connect(() => {
      this.#open.delete(panel);
      if (panel === this.#current) {
        this.#current = null;
        this.#told(null);
      }
    });
    if (panel === this.#shell.currentWidget) {
      this.#look();
    }
  }

  get current(): NotebookPanel | null {
    return this.#current;
  }

  #look(): void {
    const front = [...this.#open].find((panel) => panel === this.#shell.currentWidget);
    if (front !== undefined) {
      this.#current = front;
      this.#told(front);
    }
  }
}
