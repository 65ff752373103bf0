import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Rendermime, SessionContext } from "./jupyter.ts";

/** The mime type of ipywidgets' own renderer. */
export const WIDGET = "application/vnd.jupyter.widget-view+json";

/** Milliseconds between checks for the widget manager, which comes shortly after the kernel. */
const POLL_INTERVALS = [0, 20, 100, 400, 1000, 2000, 4000, 8000];

/** The widgets of a notebook, which the manager of ipywidgets draws. */
export class Widgets {
  private readonly rendermime: Rendermime;
  private readonly session: SessionContext;
  private readonly placeholder: IRenderMime.IRendererFactory | undefined;
  private found: Promise<boolean> | null = null;

  /** Make this with the notebook, when a placeholder stands for the widget manager, which replaces it later. */
  constructor(rendermime: Rendermime, session: SessionContext) {
    this.rendermime = rendermime;
    this.session = session;
    this.placeholder = rendermime.getFactory(WIDGET);
  }

  /**
   * Whether there is a widget manager.
   *
   * A renderer that is made before it would wait forever, unless it is put into the output area at once.
   */
  managed(): Promise<boolean> {
    this.found ??= this.look();
    return this.found;
  }

  /** Return a renderer for a widget. Call it only once there is a manager. */
  renderer(): IRenderMime.IRenderer {
    return this.rendermime.createRenderer(WIDGET);
  }

  private async look(): Promise<boolean> {
    await this.session.ready;
    for (const pause of POLL_INTERVALS) {
      const factory = this.rendermime.getFactory(WIDGET);
      if (factory && factory !== this.placeholder) {
        return true;
      }
      // biome-ignore lint/performance/noAwaitInLoops: there is no signal to wait for.
      await new Promise((resolve) => {
        setTimeout(resolve, pause);
      });
    }
    return false;
  }
}

/** Return the model of a widget for the renderer of ipywidgets. */
export function widgetModel(id: string): IRenderMime.IMimeModel {
  const data = { [WIDGET]: { model_id: id, version_major: 2, version_minor: 0 } };
  return { data, metadata: {}, trusted: true, setData: () => undefined };
}
