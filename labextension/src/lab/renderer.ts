import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Kernel } from "@jupyterlab/services";
import { Panel, Widget } from "@lumino/widgets";
import type { Rendermime, SessionContext } from "./jupyter.ts";
import { showKept } from "./side.ts";
import { askForPanel, readKept, readView, VIEW } from "./view.ts";
import { type Widgets, widgetModel } from "./widgets.ts";

/** In these states a kernel has lost its widgets. */
const WITHOUT_WIDGETS: readonly Kernel.Status[] = ["restarting", "autorestarting", "terminating", "dead"];

/** The class of ipywidgets' renderer when it says that it found no widget. */
const FAILED_CLASS = "jupyter-widgets";

/**
 * An output that shows its static HTML until its widget is there, and again when the widget is gone.
 *
 * The renderer of ipywidgets stays hidden until it holds a widget, so that nobody sees its error message.
 */
export class ViewRenderer extends Panel implements IRenderMime.IRenderer {
  private readonly rendermime: Rendermime;
  private readonly session: SessionContext;
  private readonly drawing: Widgets;
  private still: IRenderMime.IRenderer | null = null;
  private live: IRenderMime.IRenderer | null = null;
  private readonly watch = new MutationObserver(() => this.choose());
  /** Rises with each search for the widget. The result of an older search is ignored. */
  private turn = 0;
  private drawn = "";
  /** What the server shows in the place of a widget that has gone, and what ends it. */
  private kept: { widget: Widget; gone: AbortController } | null = null;
  private data: unknown = null;

  constructor(rendermime: Rendermime, session: SessionContext, drawing: Widgets) {
    super();
    this.rendermime = rendermime;
    this.session = session;
    this.drawing = drawing;
    session.statusChanged.connect(this.onStatus, this);
    session.kernelChanged.connect(this.onKernelChanged, this);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    await this.paint(model);
    if (this.isDisposed) {
      return;
    }
    // An output that is drawn again unchanged keeps its widget.
    const drawn = JSON.stringify(model.data[VIEW]);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      // Who has not trusted a notebook has it read no store.
      this.data = model.trusted ? model.data[VIEW] : null;
      this.drop();
      void this.enliven(model.data[VIEW]);
    }
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.turn += 1;
    this.kept?.gone.abort();
    this.watch.disconnect();
    this.session.statusChanged.disconnect(this.onStatus, this);
    this.session.kernelChanged.disconnect(this.onKernelChanged, this);
    super.dispose();
  }

  /** Draw the static HTML as JupyterLab would: sanitised where the notebook is not trusted. */
  private async paint({ data, trusted }: IRenderMime.IMimeModel): Promise<void> {
    const kind = "text/html" in data ? "text/html" : "text/plain";
    const still = this.rendermime.createRenderer(kind);
    const text = data[kind] ?? "";
    await still.renderModel({ data: { [kind]: text }, metadata: {}, trusted, setData: () => undefined });
    if (this.isDisposed) {
      still.dispose();
      return;
    }
    this.still?.dispose();
    this.still = still;
    this.insertWidget(0, still);
    this.choose();
  }

  /** Show the widget in place of the static HTML, if there is one. */
  private async enliven(data: unknown): Promise<void> {
    const { turn } = this;
    const id = (await this.drawing.managed()) ? await this.modelId(data) : null;
    if (turn !== this.turn) {
      return;
    }
    if (id === null) {
      void this.keep();
      return;
    }
    this.live = this.drawing.renderer();
    this.live.hide();
    this.addWidget(this.live);
    this.watch.observe(this.live.node, { childList: true });
    await this.live.renderModel(widgetModel(id));
    this.choose();
  }

  private async modelId(data: unknown): Promise<string | null> {
    const view = readView(data);
    if (!view || "model_id" in view) {
      return view?.model_id ?? null;
    }
    const kernel = this.session.session?.kernel;
    // Only the kernel that displayed the runs knows them.
    return kernel?.id === view.kernel ? await askForPanel(kernel, view.opens) : null;
  }

  /** Show the widget where there is one, else the static HTML. */
  private choose(): void {
    const there = this.live !== null && !this.live.isDisposed && [...this.live.children()].length > 0;
    this.still?.setHidden(there || this.kept !== null);
    if (there || !this.live?.hasClass(FAILED_CLASS)) {
      this.live?.setHidden(!there);
    } else {
      this.lose();
    }
  }

  private drop(): void {
    this.turn += 1;
    this.watch.disconnect();
    this.live?.dispose();
    this.live = null;
    this.kept?.gone.abort();
    this.kept?.widget.dispose();
    this.kept = null;
    this.choose();
  }

  /** The widget has gone: the server may show the same. */
  private lose(): void {
    this.drop();
    void this.keep();
  }

  /** Have the server show what a panel showed. Where it cannot, the static HTML stays. */
  private async keep(): Promise<void> {
    const kept = readKept(this.data);
    if (kept === null) {
      return;
    }
    const { turn } = this;
    const [widget, gone] = [new Widget(), new AbortController()];
    try {
      await showKept(widget.node, this.session.path, kept, gone.signal);
    } catch {
      widget.dispose();
      return;
    }
    if (turn !== this.turn || this.isDisposed) {
      gone.abort();
      widget.dispose();
      return;
    }
    this.kept = { widget, gone };
    this.addWidget(widget);
    this.choose();
  }

  private onStatus(_session: unknown, status: Kernel.Status): void {
    if (WITHOUT_WIDGETS.includes(status)) {
      this.lose();
    }
  }

  private onKernelChanged(_session: unknown, { oldValue }: { readonly oldValue: unknown }): void {
    // The first kernel of a page has no widgets to lose.
    if (oldValue) {
      this.lose();
    }
  }
}
