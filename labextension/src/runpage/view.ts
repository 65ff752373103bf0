import type { Deputy } from "../kernel/client.ts";
import { follow } from "../kernel/traits.ts";
import { element, keepKeys } from "../ui/dom.ts";
import { oneLine } from "../ui/text.ts";
import { note, tags } from "./annotations.ts";
import { artifacts, figures } from "./artifacts.ts";
import { code, output, traceback } from "./cell.ts";
import { children, header } from "./header.ts";
import { data, environment, params } from "./inputs.ts";
import { metrics } from "./metrics.ts";
import type { Model } from "./model.ts";
import { models } from "./models.ts";
import { Notice, type Page, RunClient } from "./page.ts";
import { since } from "./since.ts";
import { systemUse } from "./systemuse.ts";

export interface Options {
  /** Shows the curve of a metric of this run, where there is a better place for it than the page. */
  onCurve?: (metric: string, run: string) => void;
  /** Who answers while the kernel is busy. */
  deputy?: Deputy;
}

/** Show a run's page in an element until the signal is aborted. */
export function show(model: Model, place: HTMLElement, signal: AbortSignal, options: Options = {}): void {
  const article = element("article", { class: "nbtrack-run" });
  keepKeys(article, signal);
  place.replaceChildren(article);
  let shown = "";
  let drawn = new AbortController();
  signal.addEventListener("abort", () => drawn.abort());
  const draw = () => {
    const { id, name } = model.get("page");
    article.setAttribute("aria-label", `Run ${oneLine(name?.text ?? "", 80)}`);
    // The page of another run is made from scratch: nothing of the run before stays in a box or a pane.
    if (id !== undefined && id !== shown) {
      shown = id;
      drawn.abort();
      drawn = new AbortController();
      article.replaceChildren(...parts(model, id, drawn.signal, options));
    }
  };
  follow({ model, signal } as Page, ["page"], draw);
  follow({ model, signal } as Page, ["read_only"], () => {
    article.dataset["readOnly"] = String(model.get("read_only"));
  });
}

function parts(model: Model, run: string, signal: AbortSignal, { onCurve, deputy }: Options): HTMLElement[] {
  const notice = new Notice(signal);
  const curve = onCurve && ((metric: string) => onCurve(metric, run));
  const client = new RunClient(model, run, signal, deputy);
  const files = model.files ? new URL(`${run}/`, model.files) : undefined;
  const page: Page = { model, client, notice, curve, files, signal };
  const results = element("div", {}, metrics(page), figures(page), code(page), output(page));
  const inputs = element(
    "div",
    {},
    params(page),
    models(page),
    data(page),
    children(page),
    systemUse(page),
    environment(page),
  );
  const grid = element("div", { class: "nbtrack-run-grid" }, results, inputs, artifacts(page));
  return [header(page), traceback(page), notice.block, tags(page), note(page), since(page), grid];
}
