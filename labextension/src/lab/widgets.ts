import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import type { Rendermime, SessionContext } from "./jupyter.ts";

/** The mime type of ipywidgets' own renderer. */
export const WIDGET = "application/vnd.jupyter.widget-view+json";

/** Milliseconds between looks for the widgets' manager, which comes just after the kernel. */
const PAUSES = [0, 20, 100, 400, 1000, 2000, 4000, 8000];

/** The widgets of a notebook, which ipywidgets' manager draws. */
export class Widgets {
  private readonly rendermime: Rendermime;
  private readonly session: SessionContext;
  private readonly placeholder: IRenderMime.IRendererFactory | undefined;
  private found: Promise<boolean> | null = null;

  /** To be made with the notebook: what draws widgets then is the placeholder that the manager replaces. */
  constructor(rendermime: Rendermime, session: SessionContext) {
    this.rendermime = rendermime;
    this.session = session;
    this.placeholder = rendermime.getFactory(WIDGET);
  }

  /**
   * Whether there is a manager.
   *
   * A renderer that is made before it, and not put right into the output area, would wait for it forever.
   */
  managed(): Promise<boolean> {
    this.found ??= this.look();
    return this.found;
  }

  /** A renderer that draws a widget; made only once there is a manager. */
  renderer(): IRenderMime.IRenderer {
    return this.rendermime.createRenderer(WIDGET);
  }

  private async look(): Promise<boolean> {
    await this.session.ready;
    for (const pause of PAUSES) {
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

/** What ipywidgets' renderer is given. */
export function widgetModel(id: string): IRenderMime.IMimeModel {
  const data = { [WIDGET]: { model_id: id, version_major: 2, version_minor: 0 } };
  return { data, metadata: {}, trusted: true, setData: () => undefined };
}
