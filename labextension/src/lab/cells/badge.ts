import { element } from "../../ui/dom.ts";
import { type Shown, sentence } from "./mark.ts";

/** The small button at a tracked cell: how its last run went. */
export class Badge {
  readonly root = element("button", {
    type: "button",
    class: "nbtrack-cell-badge",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    // JupyterLab would edit the cell at Enter.
    "data-lm-suppress-shortcuts": "true",
  });
  shown: Shown;
  #drawn = "";

  constructor(shown: Shown, open: (badge: Badge) => void) {
    this.shown = shown;
    // JupyterLab would take the focus, or begin to drag the cell.
    for (const event of ["mousedown", "pointerdown"]) {
      this.root.addEventListener(event, (one) => one.stopPropagation());
    }
    this.root.addEventListener("click", (event) => {
      event.stopPropagation();
      open(this);
    });
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.stopPropagation();
        open(this);
      }
    });
    this.show(shown);
  }

  /** Show something else. */
  show(shown: Shown): void {
    this.shown = shown;
    const drawn = JSON.stringify(shown);
    if (drawn === this.#drawn) {
      return;
    }
    this.#drawn = drawn;
    const said = sentence(shown);
    this.root.dataset["outcome"] = shown.outcome;
    this.root.title = said;
    this.root.setAttribute("aria-label", said);
    this.root.replaceChildren(...parts(shown));
  }

  /** Put it on a cell; where it is there already nothing is moved. */
  place(input: HTMLElement): void {
    if (this.root.parentElement !== input) {
      input.append(this.root);
    }
  }
}

function parts({ outcome, mark, stale }: Shown): HTMLElement[] {
  const metric = mark?.metric ?? null;
  const shown = [element("span", { class: "nbtrack-cell-dot" })];
  if (outcome !== "finished" || metric === null) {
    shown.push(element("span", {}, outcome));
  }
  if (metric !== null) {
    shown.push(
      element("span", { class: "nbtrack-cell-metric" }, `${metric.name} `, element("b", {}, metric.text)),
    );
    if (metric.change !== "") {
      const attributes = { class: "nbtrack-cell-change", "data-better": String(metric.better) };
      shown.push(element("span", attributes, metric.change));
    }
  }
  if (stale) {
    shown.push(element("span", { class: "nbtrack-cell-stale" }, "stale"));
  }
  return shown;
}
