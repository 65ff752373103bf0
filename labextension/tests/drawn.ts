import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { WIDGET } from "../src/lab/widgets.ts";
import { Panel, Widget } from "./lumino.ts";

/** What ipywidgets' renderer does: it waits for the widget, and says where there is none. */
export class Drawn extends Panel implements IRenderMime.IRenderer {
  readonly ids: unknown[] = [];

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const view = model.data[WIDGET] as { model_id: string };
    this.ids.push(view.model_id);
    this.node.textContent = "Loading widget...";
    return Promise.resolve();
  }

  found() {
    this.node.textContent = "";
    const widget = new Widget();
    widget.node.textContent = "widget";
    this.addWidget(widget);
    return widget;
  }

  fail() {
    this.addClass("jupyter-widgets");
    this.node.textContent = "Error displaying widget: model not found";
  }
}
