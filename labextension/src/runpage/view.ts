import { element } from "../widget/dom.ts";
import { Requests } from "../widget/requests.ts";
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
import { follow, type Page } from "./page.ts";
import { params } from "./params.ts";
import { line } from "./seen.ts";
import { tags } from "./tags.ts";

/** Show a run's page in an element until the signal is aborted. */
export function show(model: Model, place: HTMLElement, signal: AbortSignal): void {
  // JupyterLab would take keys for itself, and edit the cell.
  const keys = { "data-lm-suppress-shortcuts": "true" };
  const article = element("article", { class: "nbtrack-run", ...keys });
  place.replaceChildren(article);
  let shown = "";
  let drawn = new AbortController();
  signal.addEventListener("abort", () => drawn.abort());
  const draw = () => {
    const { id, name } = model.get("page");
    article.setAttribute("aria-label", `Run ${line(name?.text ?? "", 80)}`);
    // Another run begins anew: nothing of the one before is left in a box or a pane.
    if (id !== undefined && id !== shown) {
      shown = id;
      drawn.abort();
      drawn = new AbortController();
      article.replaceChildren(...parts(model, drawn.signal));
    }
  };
  follow({ model, signal } as Page, ["page"], draw);
}

function parts(model: Model, signal: AbortSignal): HTMLElement[] {
  const notice = new Notice(signal);
  const page: Page = { model, requests: new Requests(model, signal), notice, signal };
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
