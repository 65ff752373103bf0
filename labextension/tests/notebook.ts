/** A notebook's half of the JupyterLab extension: its session, its kernel and what draws its outputs. */

import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Kernel } from "@jupyterlab/services";
import type { Application, KernelConnection, NotebookPanel } from "../src/lab/jupyter.ts";
import { VIEW } from "../src/lab/view.ts";
import { WIDGET } from "../src/lab/widgets.ts";
import { Drawn } from "./drawn.ts";
import { Signal, Widget } from "./lumino.ts";

const { view } = await import("../src/lab/index.ts");

/** Draw HTML as JupyterLab does, as far as the tests look at it. */
function html(): IRenderMime.IRenderer {
  const widget = new Widget();
  const renderModel = (model: IRenderMime.IMimeModel) => {
    widget.node.innerHTML = String(model.data["text/html"]);
    return Promise.resolve();
  };
  return Object.assign(widget, { renderModel });
}

/** An open notebook with the extension. */
export class Notebook {
  readonly drawn: Drawn[] = [];
  readonly opened: unknown[] = [];
  readonly inserted: unknown[] = [];
  readonly subshells: (() => void)[] = [];
  private readonly factories = new Map<string, IRenderMime.IRendererFactory>();
  private readonly comms: Kernel.IComm[] = [];
  private readonly panel;
  private readonly waiting: (() => void)[] = [];

  constructor() {
    this.factories.set(WIDGET, this.draws());
    this.panel = {
      node: document.createElement("div"),
      content: {
        widgets: [0, 1, 2].map(() => ({ node: document.createElement("div") })),
        model: {
          sharedModel: { insertCell: (at: number, cell: unknown) => this.inserted.push([at, cell]) },
        },
        activeCellIndex: 0,
        rendermime: {
          addFactory: (factory: IRenderMime.IRendererFactory) => this.factories.set(VIEW, factory),
          createRenderer: (kind: string) => (kind === WIDGET ? this.draw() : html()),
          getFactory: (kind: string) => this.factories.get(kind),
        },
      },
      sessionContext: {
        ready: new Promise<void>((resolve) => {
          this.waiting.push(resolve);
        }),
        session: null as { kernel: KernelConnection } | null,
        path: "a.ipynb",
        kernelChanged: new Signal(this),
        statusChanged: new Signal<this, Kernel.Status>(this),
      },
    };
    const addWidgetExtension: Application["docRegistry"]["addWidgetExtension"] = (_, { createNew }) =>
      createNew(this.panel as unknown as NotebookPanel);
    view.activate({ docRegistry: { addWidgetExtension } } as unknown as Application);
  }

  /** Start the kernel, and with it the widgets' manager. */
  start(id = "k", supportsSubshells = false): void {
    this.panel.sessionContext.session = {
      kernel: { id, status: "idle", supportsSubshells, createComm: () => this.comm() },
    };
    this.factories.set(WIDGET, this.draws());
    for (const resolve of this.waiting) {
      resolve();
    }
  }

  /** Put an element into the output of a cell. */
  place(at: number, element: HTMLElement): void {
    const cell = this.panel.content.widgets[at];
    cell?.node.append(element);
    this.panel.node.append(cell?.node ?? "");
  }

  get active(): number {
    return this.panel.content.activeCellIndex;
  }

  say(status: Kernel.Status): void {
    this.panel.sessionContext.statusChanged.emit(status);
  }

  answer(data: unknown): void {
    this.comms.at(-1)?.onMsg({ content: { data } } as Parameters<Kernel.IComm["onMsg"]>[0]);
  }

  close(): void {
    this.comms.at(-1)?.onClose({} as Parameters<Kernel.IComm["onClose"]>[0]);
  }

  /** Draw an output; return it with what can be seen of it. */
  show(model: IRenderMime.IMimeModel) {
    const renderer = this.factories.get(VIEW)?.createRenderer({} as IRenderMime.IRendererOptions);
    if (!renderer) {
      throw new Error("the extension has added no renderer");
    }
    void renderer.renderModel(model);
    const seen = () =>
      [...renderer.children()]
        .filter((child) => !child.isHidden)
        .map((child) => (child instanceof Drawn ? child.node.textContent : child.node.innerHTML))
        .join();
    return { renderer, node: renderer.node, seen, dispose: () => renderer.dispose() };
  }

  private draws(): IRenderMime.IRendererFactory {
    return { safe: false, mimeTypes: [WIDGET], createRenderer: () => this.draw() };
  }

  private draw(): Drawn {
    const drawn = new Drawn();
    this.drawn.push(drawn);
    return drawn;
  }

  private comm(): Kernel.IComm {
    const open = (data: unknown) => {
      this.opened.push(data);
      return { done: Promise.resolve() };
    };
    const subshellStarted = new Promise<void>((resolve) => {
      this.subshells.push(resolve);
    });
    const comm = { open, subshellStarted } as unknown as Kernel.IComm;
    this.comms.push(comm);
    return comm;
  }
}
