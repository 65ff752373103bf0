import { Widget } from "@lumino/widgets";
import { firstPanel, jupyterHost } from "../kernel/host.ts";
import { FOLLOWED } from "../side/followed.ts";
import type { Place } from "../side/index.ts";
import { WISHED, type Wish } from "../side/wish.ts";
import { storeFolder } from "./cells/earlier.ts";
import { folderOf } from "./folder.ts";
import { ICON, SIDE_ICON } from "./icon.ts";
import type { Shell } from "./jupyter.ts";
import type { Kept } from "./view.ts";

/** After JupyterLab's own in the side bar. */
export const RANK = 600;

/** The build of the front end, which `rspack.config.cjs` puts in. */
declare const NBTRACK_BUILD: string;

/** The part of `side.js` that is used. */
interface Script {
  showKept: (root: HTMLElement, folder: string, kept: Kept, signal: AbortSignal) => Promise<void>;
  showFolder: (root: HTMLElement, place: Place, signal: AbortSignal) => Promise<void>;
}

/** What the panel is told to show. */
export interface Told extends Wish {
  /** The folder, relative to the server's root. */
  folder?: string;
}

const NOT_SERVED =
  "The runs cannot be shown here: this Jupyter server has no nbtrack, or one of another version. " +
  "Install nbtrack where the server runs, and start it again.";

let script: Promise<Script> | null = null;

/** Show what a panel of a notebook showed whose kernel has gone. Rejects where the server cannot. */
export async function showKept(
  root: HTMLElement,
  notebook: string,
  kept: Kept,
  signal: AbortSignal,
): Promise<void> {
  const { showKept: draw } = await loaded();
  await draw(root, storeFolder(folderOf(notebook), kept.store), kept, signal);
}

/** Load what the panel is drawn with, from the server, when it is shown first. */
function loaded(): Promise<Script> {
  script ??= load();
  // What could not be loaded may be there at the next time.
  script.catch(() => {
    script = null;
  });
  return script;
}

async function load(): Promise<Script> {
  const host = jupyterHost();
  if (host === null) {
    throw new Error(NOT_SERVED);
  }
  const address = (name: string) => new URL(`static/${name}?v=${NBTRACK_BUILD}`, host.base).href;
  const [found] = await Promise.all([
    import(/* webpackIgnore: true */ address("side.js")) as Promise<Script>,
    styled(address("side.css")),
  ]);
  return found;
}

function styled(href: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error(NOT_SERVED));
    });
    document.head.append(link);
  });
}

/** The panel "Runs", in the side bar or wide in the main area. It loads nothing before it is shown first. */
export class Side extends Widget {
  readonly #shell: Shell;
  readonly #told: () => void;
  readonly #body = document.createElement("div");
  #folder = "";
  /** The current notebook, and its folder. */
  #notebook = "";
  #followed = "";
  /** Of what is shown now; null before anything is. */
  #shown: { folder: string; notebook: string; gone: AbortController } | null = null;
  #wide = false;
  /** The side bar that it belongs in. */
  #area: "left" | "right" = "left";
  /** What is to be shown of the folder, until the panel takes it. */
  #wish: Wish = {};

  /** `shown` is called when this is shown. */
  constructor(shell: Shell, shown: () => void) {
    super();
    this.#shell = shell;
    this.#told = shown;
    this.id = "nbtrack-runs";
    this.addClass("nbtrack-side");
    this.title.label = "";
    this.title.caption = "Runs";
    this.title.icon = SIDE_ICON;
    this.title.closable = true;
    Object.assign(this.node.style, { display: "flex", flexDirection: "column", minWidth: "200px" });
    this.node.style.background = "var(--jp-layout-color1)";
    this.node.style.color = "var(--jp-ui-font-color1)";
    Object.assign(this.#body.style, { display: "flex", flexDirection: "column", flex: "1", minHeight: "0" });
    this.node.append(this.#head(), this.#body);
  }

  /** Show the runs of a notebook's folder, the notebook's first; both are relative to the server's root. */
  follow(folder: string, notebook: string): void {
    this.#followed = folder;
    this.#folder = folder;
    this.#notebook = notebook;
    if (this.isVisible) {
      this.#draw();
    }
  }

  /** Put this into a side bar, where it is not there yet. */
  settle(area: "left" | "right"): void {
    const moves = this.parent === null || (area !== this.#area && !this.#wide);
    this.#area = area;
    if (moves) {
      this.#shell.add(this, area, { rank: RANK });
    }
  }

  /** Show what is told: without a folder, that of the current notebook. */
  open({ folder, ...wish }: Told, wide = this.#wide): void {
    this.#folder = folder ?? this.#followed;
    this.#wish = wish;
    if (wide === this.#wide && this.parent !== null) {
      this.#uncover();
    } else {
      this.place(wide);
    }
    if (this.isVisible) {
      this.#draw();
      // A panel that is already there looks for itself.
      this.#body.dispatchEvent(new Event(WISHED));
    }
  }

  /** Move this to the main area or back into the side bar, and show it there. */
  place(wide: boolean): void {
    this.#name(wide);
    this.#shell.add(this, wide ? "main" : this.#area, { rank: RANK });
    if (wide && this.parent === null) {
      // Notebook's page has one place in its main area, which the notebook has.
      this.place(false);
    } else {
      this.#uncover();
    }
  }

  /** Have the front end show this. Notebook 7.2 would hide what is shown already. */
  #uncover(): void {
    if (this.isVisible) {
      this.activate();
    } else {
      this.#shell.activateById(this.id);
    }
  }

  #name(wide: boolean): void {
    this.#wide = wide;
    this.title.label = wide ? "Runs" : "";
    this.title.icon = wide ? ICON : SIDE_ICON;
    this.#button.textContent = wide ? "To the side" : "Open wide";
  }

  readonly #button = document.createElement("button");

  #head(): HTMLElement {
    const head = document.createElement("div");
    head.className = "nbtrack-side-head";
    Object.assign(head.style, { display: "flex", alignItems: "center", padding: "6px 8px 2px 12px" });
    const title = document.createElement("strong");
    title.textContent = "Runs";
    title.style.flex = "1";
    this.#button.type = "button";
    this.#button.className = "jp-Button jp-mod-minimal jp-mod-styled";
    this.#button.textContent = "Open wide";
    this.#button.addEventListener("click", () => this.place(!this.#wide));
    head.append(title, this.#button);
    return head;
  }

  #draw(): void {
    const folder = this.#folder;
    const notebook = this.#notebook;
    if (this.#shown?.folder === folder) {
      if (this.#shown.notebook !== notebook) {
        this.#shown.notebook = notebook;
        this.#body.dispatchEvent(new CustomEvent(FOLLOWED, { detail: notebook }));
      }
      return;
    }
    this.#shown?.gone.abort();
    const gone = new AbortController();
    this.#shown = { folder, notebook, gone };
    const { signal } = gone;
    const seen = () => this.isVisible;
    const wish = () => {
      const taken = this.#wish;
      this.#wish = {};
      return taken;
    };
    const host = jupyterHost();
    const path = folder === this.#followed && notebook !== "" ? notebook : folder;
    // The script and the rows are on their way at once.
    const first = host === null ? undefined : firstPanel(host, path);
    first?.catch(() => undefined);
    loaded().then(
      ({ showFolder }) =>
        signal.aborted ? undefined : showFolder(this.#body, { path, seen, wish, first }, signal),
      () => {
        this.#shown = null;
        this.#say(NOT_SERVED);
      },
    );
  }

  #say(text: string): void {
    const said = document.createElement("p");
    said.setAttribute("role", "alert");
    said.style.margin = "10px 12px";
    said.textContent = text;
    this.#body.replaceChildren(said);
  }

  protected override onAfterShow(): void {
    this.#draw();
    this.#told();
  }

  protected override onAfterAttach(): void {
    // JupyterLab puts it back where it was when the page was left.
    this.#name(this.node.closest("#jp-main-dock-panel, #main-panel") !== null);
    if (this.isVisible) {
      this.onAfterShow();
    }
  }

  /** What is closed in the main area goes back into the side bar. */
  protected override onCloseRequest(): void {
    this.place(false);
  }
}
