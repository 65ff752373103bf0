import { element, keepKeys } from "../ui/dom.ts";
import { oneLine } from "../ui/text.ts";
import { artifacts } from "./artifacts.ts";
import { code } from "./code.ts";
import { data } from "./data.ts";
import { drawings } from "./drawings.ts";
import { environment } from "./environment.ts";
import { children } from "./family.ts";
import { header } from "./header.ts";
import { metrics } from "./metrics.ts";
import type { Model } from "./model.ts";
import { models } from "./models.ts";
import { note } from "./note.ts";
import { Notice } from "./notice.ts";
import { output, traceback } from "./output.ts";
import { follow, type Page, RunRequests } from "./page.ts";
import { params } from "./params.ts";
import { tags } from "./tags.ts";

export interface Options {
  /** Shows the curve of a metric of this run, where there is a better place for it than the page. */
  onCurve?: (metric: string, run: string) => void;
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
    // Another run begins anew: nothing of the one before is left in a box or a pane.
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

function parts(model: Model, run: string, signal: AbortSignal, { onCurve }: Options): HTMLElement[] {
  const notice = new Notice(signal);
  const curve = onCurve && ((metric: string) => onCurve(metric, run));
  const page: Page = { model, requests: new RunRequests(model, run, signal), notice, curve, signal };
  const grid = element(
    "div",
    { class: "nbtrack-run-grid" },
    traceback(page),
    metrics(page),
    params(page),
    drawings(page),
    models(page),
    data(page),
    children(page),
    artifacts(page),
    code(page),
    output(page),
    environment(page),
  );
  return [header(page), notice.block, note(page), tags(page), grid];
}
