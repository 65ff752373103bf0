import { nameOf } from "../curves/lines.ts";
import type { Ask, Comparison } from "../kernel/documents.ts";
import { type Colours, readTheme } from "../plot/colours.ts";
import { check, choice } from "../plot/controls.ts";
import { view } from "../plot/view.ts";
import { element } from "../ui/dom.ts";
import { Artifacts } from "./artifacts.ts";
import { codeDiff } from "./code.ts";
import { comparisonTable } from "./table.ts";

interface CompareOptions {
  colours: Colours;
  /** The id of the baseline, which the user can change. */
  baseline?: { id: string | null };
  /** Without it no artifacts are shown. */
  ask?: Ask;
}

interface CompareHandle {
  /** Show a newer comparison with the same choices and scroll position. */
  update: (document: Comparison) => void;
}

/** Show runs side by side in an element until the signal is aborted. */
export function showCompare(
  place: HTMLElement,
  document: Comparison,
  { colours, baseline = { id: null }, ask }: CompareOptions,
  signal: AbortSignal,
): CompareHandle {
  const compare = new Compare(colours, baseline, ask === undefined ? undefined : new Artifacts(ask, signal));
  place.replaceChildren(compare.root);
  compare.update(document);
  const themed = new MutationObserver(() => compare.colour());
  themed.observe(globalThis.document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  signal.addEventListener("abort", () => themed.disconnect());
  return { update: (next) => compare.update(next) };
}

const MORE_COLUMNS = 40;

class Compare {
  readonly root: HTMLElement;
  readonly #colours: Colours;
  readonly #find = element("input", {
    type: "search",
    placeholder: "Find a name",
    "aria-label": "Find a name",
  });
  readonly #about = element("span", { role: "status" });
  readonly #scroll = element("div", { class: "nbtrack-compare-scroll", tabindex: "0", role: "region" });
  readonly #none = element("p", { class: "nbtrack-empty", hidden: true }, "Nothing differs here.");
  readonly #code = element("div");
  readonly #baseline: { id: string | null };
  readonly #choice = element("span", { class: "nbtrack-compare-baselines" });
  readonly #artifacts: Artifacts | undefined;
  #shown: Comparison | undefined;
  /** How many runs are drawn. */
  #most = MORE_COLUMNS;
  #text = "";

  constructor(colours: Colours, baseline: { id: string | null }, artifacts?: Artifacts) {
    this.#colours = colours;
    this.#baseline = baseline;
    this.#artifacts = artifacts;
    this.#scroll.setAttribute("aria-label", "Comparison");
    const only = check("Only differences", false, (on) => {
      this.root.classList.toggle("nbtrack-only", on);
      this.#narrow();
    });
    this.#scroll.addEventListener("scroll", () => this.#reach());
    this.#find.addEventListener("input", () => this.#narrow());
    const controls = element(
      "div",
      { class: "nbtrack-controls" },
      this.#about,
      only,
      this.#choice,
      this.#find,
    );
    this.root = view("compare", "Runs side by side", controls, this.#scroll, this.#none, this.#code);
    if (artifacts !== undefined) {
      this.root.append(artifacts.root);
    }
  }

  update(next: Comparison): void {
    const text = JSON.stringify(next);
    if (text === this.#text) {
      return;
    }
    this.#text = text;
    this.#shown = next;
    const rows = next.sections.flatMap((section) => section.rows);
    const differing = rows.filter(({ differs }) => differs).length;
    const count = next.runs.length;
    this.#about.textContent =
      count === 1
        ? "1 run"
        : `${count} runs, ${differing.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows differ`;
    this.#choice.replaceChildren(...(count > 1 ? [this.#baselines(next)] : []));
    this.#code.replaceChildren(codeDiff(next));
    this.#artifacts?.outdate();
    this.#draw();
  }

  /** Draw more runs when the last ones come near: hundreds of columns at once would take seconds. */
  #reach(): void {
    const { scrollLeft, clientWidth, scrollWidth } = this.#scroll;
    if (
      scrollLeft + clientWidth >= scrollWidth - clientWidth &&
      this.#most < (this.#shown?.runs.length ?? 0)
    ) {
      this.#most += MORE_COLUMNS;
      this.#draw();
    }
  }

  #baselines({ runs }: Comparison): HTMLElement {
    const named = runs.map((run) => ({ value: run.id, text: `${nameOf(run)} ${run.id.slice(0, 8)}` }));
    const { id } = this.#baseline;
    const chosen = runs.find((run) => run.id === id) ?? runs[0];
    return choice("Baseline", named, chosen?.id ?? "", (value) => {
      this.#baseline.id = value;
      this.#draw();
    });
  }

  #draw(): void {
    const shown = this.#shown;
    if (shown === undefined) {
      return;
    }
    const { scrollTop, scrollLeft } = this.#scroll;
    const base = Math.max(
      0,
      shown.runs.findIndex(({ id }) => id === this.#baseline.id),
    );
    const rebase = (id: string) => {
      this.#baseline.id = id;
      this.#choice.replaceChildren(this.#baselines(shown));
      this.#draw();
      this.#scroll.focus({ preventScroll: true });
    };
    const columns = { base: shown.runs.length > 1 ? base : -1, most: this.#most };
    this.#scroll.replaceChildren(comparisonTable(shown, columns, rebase));
    this.#narrow();
    this.#scroll.scrollTo?.(scrollLeft, scrollTop);
    this.colour();
    // An element outside the page has no theme. It gets the colours when it is in the page.
    requestAnimationFrame(() => {
      this.colour();
      this.#holdBase();
    });
  }

  /** Keep the baseline beside the names in view, where there is room for it. */
  #holdBase(): void {
    const wide = this.#scroll.querySelector<HTMLElement>("thead > tr > td")?.offsetWidth ?? 0;
    this.#scroll.style.setProperty("--nbtrack-names", `${wide}px`);
  }

  /** Set the colours of the runs in the current theme. */
  colour(): void {
    const { dark } = readTheme(this.root);
    const swatches = this.#scroll.querySelectorAll<HTMLElement>(".nbtrack-swatch");
    for (const swatch of swatches) {
      swatch.style.background = this.#colours.of(swatch.dataset["run"] ?? "", dark);
    }
  }

  #narrow(): void {
    const wanted = this.#find.value.trim().toLowerCase();
    const matches = (row: HTMLElement) =>
      row.firstElementChild?.textContent?.toLowerCase().includes(wanted) ?? false;
    const isOnly = this.root.classList.contains("nbtrack-only");
    const hides = (row: HTMLElement) => isOnly && row.dataset["differs"] === "false";
    let rows = 0;
    for (const row of this.#scroll.querySelectorAll<HTMLElement>("tr[data-differs]")) {
      row.hidden = !matches(row) || hides(row);
      rows += row.hidden ? 0 : 1;
    }
    for (const body of this.#scroll.querySelectorAll("tbody")) {
      body.hidden = body.querySelector("tr[data-differs]:not([hidden])") === null;
    }
    this.#none.hidden = rows > 0;
  }
}
