import { Colours } from "../charts/colours.ts";
import { showCurves } from "../curves/view.ts";
import type { Ask, CurvesDocument } from "../kernel/documents.ts";
import { element } from "../ui/dom.ts";
import { oneLine } from "../ui/text.ts";
import { button } from "./controls.ts";
import { ask as askKernel, follow, type Page } from "./page.ts";

const POINTS = 400;

/** The place where one metric's curve is shown at a readable size. */
export function curvePlace(page: Page): { block: HTMLElement; show: (metric: string) => void } {
  const block = element("div", { class: "nbtrack-run-curve", hidden: true });
  let drawn = new AbortController();
  page.signal.addEventListener("abort", () => drawn.abort());
  const hide = () => {
    drawn.abort();
    block.replaceChildren();
    block.hidden = true;
  };
  const show = async (metric: string) => {
    hide();
    drawn = new AbortController();
    const { signal } = drawn;
    const asked = { metric, x: "step", points: POINTS, within: null, spacing: "even" } as const;
    const data = await askKernel(page, { kind: "curve", asked }, "Reading the curve");
    if (data === undefined || signal.aborted) {
      return;
    }
    const place = element("div");
    const title = element("strong", {}, oneLine(metric, 80));
    const close = button("Close", hide, page.signal, "Close the curve");
    block.replaceChildren(element("div", { class: "nbtrack-run-line" }, title, close), place);
    block.hidden = false;
    const options = { colours: new Colours(), ask: asking(page) };
    const shown = showCurves(place, data as unknown as CurvesDocument, options, signal);
    // What comes while the run goes on is drawn too.
    let first = true;
    follow({ ...page, signal }, ["metrics"], () => {
      if (!first) {
        shown.refresh();
      }
      first = false;
    });
    block.scrollIntoView?.({ block: "nearest" });
  };
  return { block, show: (metric) => void show(metric) };
}

/** Ask for another part or another axis of the curve. */
function asking(page: Page): Ask {
  const ask = async (_kind: string, asked: object) => {
    const answer = await page.requests.send({ kind: "curve", asked: { ...asked } }, () => undefined);
    if (!answer.ok) {
      throw new Error(answer.error.message);
    }
    return answer.result;
  };
  return ask as unknown as Ask;
}
