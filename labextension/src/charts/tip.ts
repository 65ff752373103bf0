import { element } from "../ui/dom.ts";

export interface TipLine {
  colour?: string | undefined;
  name: string;
  value: string;
}

/** A small box beside the pointer; the same is said to screen readers. */
export class Tip {
  readonly root = element("div", { class: "nbtrack-chart-tip", hidden: true, "aria-hidden": "true" });
  readonly spoken = element("div", { class: "nbtrack-unseen", role: "status" });

  show(title: string, lines: readonly TipLine[], at: { x: number; y: number; width: number }): void {
    const rows = lines.map(({ colour, name, value }) => {
      const swatch = element("i", { class: "nbtrack-swatch" });
      swatch.style.background = colour ?? "transparent";
      return element("div", {}, swatch, element("span", {}, name), element("b", {}, value));
    });
    this.root.replaceChildren(element("strong", {}, title), ...rows);
    this.root.hidden = false;
    const { offsetWidth, offsetHeight } = this.root;
    const beside = at.x + 14 + offsetWidth > at.width ? at.x - 14 - offsetWidth : at.x + 14;
    this.root.style.left = `${Math.max(0, beside)}px`;
    this.root.style.top = `${Math.max(0, at.y - offsetHeight / 2)}px`;
  }

  /** Say it, too: for who moves by keyboard. */
  say(text: string): void {
    this.spoken.textContent = text;
  }

  hide(): void {
    this.root.hidden = true;
  }
}
