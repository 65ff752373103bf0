import { Widget } from "@lumino/widgets";
import { jupyterHost } from "../kernel/host.ts";
import type { Look, Place } from "../side/index.ts";
import type { Shell } from "./jupyter.ts";

/** The build of `side.js` and `side.css`, which `rspack.config.cjs` puts in. */
declare const NBTRACK_SIDE_BUILD: string;

/** The part of `side.js` that is used. */
interface Script {
  showFolder: (root: HTMLElement, place: Place, signal: AbortSignal) => Promise<void>;
}

/** What the panel is to show: the runs of a folder, one of them, or those that a filter finds. */
export interface Wanted extends Look {
  folder?: string;
}

const NOT_SERVED =
  "The runs cannot be shown here: this Jupyter server has no nbtrack, or one of another version. " +
  "Install nbtrack where the server runs, and start it again.";

/** A table with a chart above it. JupyterLab's themes colour `jp-icon3`. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24" style="display: block; margin: auto">
<g class="jp-icon3" fill="#616161"><path d="M3 20h18v1.6H3z"/><path d="M4 12.5h3.4V18H4z"/><path d="M10.3 8.5h3.4V18h-3.4z"/>
<path d="M16.6 3h3.4v15h-3.4z"/></g></svg>`;

let script: Promise<Script> | null = null;

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
  const address = (name: string) => new URL(`static/${name}?v=${NBTRACK_SIDE_BUILD}`, host.base).href;
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
  readonly #body = document.createElement("div");
  #folder = "";
  /** Of what is shown now; null before anything is. */
  #shown: { folder: string; gone: AbortController } | null = null;
  #wide = false;
  /** What the panel has still to show. */
  #look: Look | null = null;

  constructor(shell: Shell) {
    super();
    this.#shell = shell;
    this.id = "nbtrack-runs";
    this.addClass("nbtrack-side");
    this.title.label = "";
    this.title.caption = "Runs";
    this.title.icon = {
      render: (host: HTMLElement) => {
        host.innerHTML = ICON;
      },
    };
    this.title.closable = true;
    Object.assign(this.node.style, { display: "flex", flexDirection: "column", minWidth: "200px" });
    this.node.style.background = "var(--jp-layout-color1)";
    this.node.style.color = "var(--jp-ui-font-color1)";
    Object.assign(this.#body.style, { display: "flex", flexDirection: "column", flex: "1", minHeight: "0" });
    this.node.append(this.#head(), this.#body);
  }

  /** Show the runs of another folder, given relative to the server's root. */
  follow(folder: string): void {
    this.#folder = folder;
    if (this.isVisible) {
      this.#draw();
    }
  }

  /** Come to the front, and show what is wanted. */
  look({ folder, ...look }: Wanted): void {
    this.#folder = folder ?? this.#folder;
    if (look.run !== undefined || look.filter !== undefined) {
      this.#look = look;
      if (this.isVisible) {
        // Notebook would close what is in front already.
        this.#draw();
        return;
      }
    }
    this.#shell.activateById(this.id);
  }

  /** Move this to the main area or back into the side bar, and show it there. */
  place(wide: boolean): void {
    this.#wide = wide;
    this.title.label = wide ? "Runs" : "";
    this.#button.textContent = wide ? "To the side" : "Open wide";
    this.#shell.add(this, wide ? "main" : "left", { rank: 600 });
    // Notebook's page has one place in its main area, which the notebook has.
    if (wide && this.parent === null) {
      this.place(false);
    }
    this.#shell.activateById(this.id);
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
    if (this.#shown?.folder === folder) {
      this.#body.dispatchEvent(new Event("nbtrack:look"));
      return;
    }
    this.#shown?.gone.abort();
    const gone = new AbortController();
    this.#shown = { folder, gone };
    const { signal } = gone;
    const seen = () => this.isVisible;
    const look = () => {
      const wanted = this.#look;
      this.#look = null;
      return wanted;
    };
    loaded().then(
      ({ showFolder }) =>
        signal.aborted ? undefined : showFolder(this.#body, { path: folder, seen, look }, signal),
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
  }

  protected override onAfterAttach(): void {
    if (this.isVisible) {
      this.#draw();
    }
  }

  /** What is closed in the main area goes back into the side bar. */
  protected override onCloseRequest(): void {
    this.place(false);
  }
}
