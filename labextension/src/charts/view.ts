import { element } from "../ui/dom.ts";

/** A view's outermost element: theme, and no shortcut of JupyterLab's while it has the focus. */
export function view(name: string, label: string, ...children: Node[]): HTMLElement {
  return element("section", { class: `nbtrack-view nbtrack-${name}`, "aria-label": label }, ...children);
}

/** What a view says of its own work: that it waits, or what went wrong. */
export class Notice {
  readonly root = element("div", { class: "nbtrack-notice", role: "status", hidden: true });
  #turn = 0;

  /** Wait for an answer; return it if it is the last one that was asked for, else nothing. */
  async wait<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
    this.#turn += 1;
    const turn = this.#turn;
    const late = setTimeout(() => this.#say("Reading…", false), 250);
    let found: Answer | undefined;
    let wrong = "";
    try {
      found = await asked;
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
    }
    clearTimeout(late);
    const isLast = turn === this.#turn;
    if (isLast) {
      this.#say(wrong, wrong !== "");
    }
    return isLast ? found : undefined;
  }

  #say(text: string, wrong: boolean): void {
    this.root.textContent = text;
    this.root.hidden = text === "";
    this.root.classList.toggle("nbtrack-wrong", wrong);
  }
}
