import { showCurves } from "../curves/view.ts";
import type { Ask } from "../kernel/documents.ts";
import { follow } from "../kernel/traits.ts";
import { Colours } from "../plot/colours.ts";
import { element } from "../ui/dom.ts";
import { oneLine } from "../ui/text.ts";
import { button } from "./controls.ts";
import { ask as askKernel, type Page } from "./page.ts";

const CURVE_POINTS = 400;

/** The place below the table that shows one metric's curve. */
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
    const payload = { metric, x: "step", points: CURVE_POINTS, within: null, spacing: "even" } as const;
    const data = await askKernel(page, "curve", { asked: payload }, "Reading the curve");
    if (data === undefined || signal.aborted) {
      return;
    }
    const place = element("div");
    const title = element("strong", {}, oneLine(metric, 80));
    const close = button("Close", hide, page.signal, "Close the curve");
    block.replaceChildren(element("div", { class: "nbtrack-run-line" }, title, close), place);
    block.hidden = false;
    const options = { colours: new Colours(), ask: curveAsk(page) };
    const shown = showCurves(place, data, options, signal);
    // While the run goes on, new points are drawn too.
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

/** Return what asks the kernel for another part or another axis of the curve. */
function curveAsk(page: Page): Ask {
  const ask = (_kind: string, payload: object) => page.client.ask("curve", { asked: payload });
  return ask as unknown as Ask;
}
