import type { Kernel } from "@jupyterlab/services";
import { Signal } from "@lumino/signaling";
import { get, jupyterHost } from "../kernel/host.ts";
import { folderOf } from "./folder.ts";
import type { NotebookPanel } from "./jupyter.ts";

/** Milliseconds that a kernel has to be busy before the server is asked: most cells are done by then. */
const PATIENCE = 1000;
/** Milliseconds between two questions while something may be running. */
const INTERVAL = 3000;

/** What a notebook has in a cell that uses nbtrack. */
const USES = /\bnbtrack\b|^\s*%%?track\b/mu;

/** What the server says of the runs that are running. */
interface Running {
  running: number;
  name: string | null;
}

const NONE: Running = { running: 0, name: null };

/**
 * Whether runs of the current notebook's folder are running.
 *
 * A kernel says by itself when it works, so nobody asks while all is quiet: the server is asked only while the kernel of
 * a notebook that uses nbtrack is busy, and as long as a run is running. Who has seen the panel may train by a script,
 * so that then the first look needs no busy kernel.
 */
export class Training {
  readonly changed = new Signal<this, undefined>(this);
  #now: Running = NONE;
  #notebook: NotebookPanel | null = null;
  #on: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises when the answer to an earlier question does not count any more. */
  #turn = 0;

  constructor() {
    this.#on = false;
  }

  /** What is running. */
  get now(): Running {
    return this.#now;
  }

  /** Look after the folder of another notebook. */
  follow(notebook: NotebookPanel | null): void {
    this.#notebook?.sessionContext.statusChanged.disconnect(this.#onStatus, this);
    this.#notebook = notebook;
    notebook?.sessionContext.statusChanged.connect(this.#onStatus, this);
    this.#begin();
  }

  /** Begin to look, or stop: nobody is asked for what nobody shows. */
  turn(on: boolean): void {
    this.#on = on;
    this.#begin();
  }

  /** Ask once, as something may be running that no kernel of this page runs. */
  look(): void {
    if (this.#on && this.#notebook !== null) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      void this.#ask();
    }
  }

  #begin(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#set(NONE);
    this.#onStatus(null, this.#notebook?.sessionContext.session?.kernel?.status ?? "unknown");
  }

  #onStatus(_session: unknown, status: Kernel.Status): void {
    if (status === "busy" && this.#on && this.#timer === undefined && this.#uses()) {
      this.#later(PATIENCE);
    }
  }

  #uses(): boolean {
    const cells = this.#notebook?.content.model?.sharedModel.cells ?? [];
    return cells.some((cell) => USES.test(cell.source));
  }

  #later(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#now.running === 0 && !this.#busy) {
        // It was a short cell.
        return;
      }
      if (document.visibilityState === "visible") {
        void this.#ask();
      } else {
        this.#later(milliseconds);
      }
    }, milliseconds);
  }

  get #busy(): boolean {
    return this.#notebook?.sessionContext.session?.kernel?.status === "busy";
  }

  async #ask(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const found = await running(folderOf(this.#notebook?.context.path ?? ""));
    if (turn !== this.#turn) {
      return;
    }
    this.#set(found ?? NONE);
    if (found !== null && (found.running > 0 || this.#busy)) {
      this.#later(INTERVAL);
    }
  }

  #set(now: Running): void {
    if (JSON.stringify(now) !== JSON.stringify(this.#now)) {
      this.#now = now;
      this.changed.emit(undefined);
    }
  }
}

/** Ask the server; null where it does not answer, so that it is not asked again before the next cell. */
async function running(folder: string): Promise<Running | null> {
  const host = jupyterHost();
  if (host === null) {
    return null;
  }
  try {
    const response = await get(host, `api/running?path=${encodeURIComponent(folder)}`);
    return response.ok ? ((await response.json()) as Running) : null;
  } catch {
    return null;
  }
}
