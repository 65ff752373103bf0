import type { AnyModel, AnyWidget } from "@anywidget/types";
import type { FrontRequests } from "../wire.ts";
import { addStyle, loadBundle } from "./bundles.ts";

/*
 * The script that a widget has with it. It loads the rest, so that a notebook which is saved with its widgets stays
 * small, and shows the static HTML until the rest is there, and where nobody has it.
 */

/** How many milliseconds nothing is shown: the static HTML would only flash. */
const STILL_DELAY = 300;

/** As in `nbtrack/widgets/base.py`. */
interface Traits {
  _script: FrontRequests["bundle"]["name"];
  _build: string;
  _still: string;
}

interface Script {
  show: (model: AnyModel<Traits>, place: HTMLElement, signal: AbortSignal) => void;
}

async function start(model: AnyModel<Traits>, el: HTMLElement, signal: AbortSignal): Promise<void> {
  const name = model.get("_script");
  const build = model.get("_build");
  const still = setTimeout(() => showStill(model, el), STILL_DELAY);
  signal.addEventListener("abort", () => clearTimeout(still));
  try {
    const { show, style } = await loadBundle<Script>(name, { channel: model, build, signal });
    clearTimeout(still);
    addStyle(el, `${name} ${build}`, style);
    el.replaceChildren();
    show(model, el, signal);
  } catch (error) {
    clearTimeout(still);
    if (!signal.aborted) {
      showStill(model, el);
      const said = document.createElement("p");
      said.setAttribute("role", "alert");
      said.textContent = `nbtrack: ${error instanceof Error ? error.message : String(error)}`;
      el.append(said);
    }
  }
}

/** The kernel has made this HTML, and escaped what comes from the store. */
function showStill(model: AnyModel<Traits>, el: HTMLElement): void {
  el.innerHTML = model.get("_still");
}

export default {
  render({ model, el }) {
    const gone = new AbortController();
    void start(model, el, gone.signal);
    return () => {
      gone.abort();
      // The notebook may keep the element long after.
      el.replaceChildren();
    };
  },
} satisfies AnyWidget<Traits>;
