import { element } from "../ui/dom.ts";
import type { Problem } from "./messages.ts";

/** Underlines a part of what stands in a box: a text over it, in the same type, of which only the line is seen. */
export class Marks {
  readonly element: HTMLElement = element("div", { class: "nbtrack-panel-marks", "aria-hidden": "true" });
  readonly #input: HTMLInputElement;

  constructor(input: HTMLInputElement) {
    this.#input = input;
    input.addEventListener("scroll", () => this.#follow());
  }

  draw(wrong: Problem | null): void {
    if (wrong === null || wrong.start === null || wrong.end === null) {
      this.element.replaceChildren();
      return;
    }
    // The kernel counts characters, JavaScript halves of surrogate pairs.
    const characters = [...this.#input.value];
    const part = (from: number, to: number) => characters.slice(from, to).join("");
    const end = Math.max(wrong.end, wrong.start + 1);
    this.element.replaceChildren(
      part(0, wrong.start),
      element("span", { class: "nbtrack-panel-wrong" }, part(wrong.start, end) || "\u00a0"),
      part(end, characters.length),
    );
    this.#follow();
  }

  #follow(): void {
    this.element.scrollLeft = this.#input.scrollLeft;
  }
}

/** Return what is said of a problem; `use` is called with the suggestion when that is clicked. */
export function problemText(wrong: Problem, use: (suggestion: string) => void): (Node | string)[] {
  const parts: (Node | string)[] = [element("span", {}, wrong.message)];
  const { suggestion } = wrong;
  if (suggestion !== null) {
    const button = element("button", { type: "button", class: "nbtrack-panel-link" }, suggestion);
    // The box must not lose the focus, and with it the caret.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => use(suggestion));
    parts.push(element("span", {}, "; did you mean ", button, "?"));
  }
  return parts;
}

/** Return a text with a suggestion in the place of what is wrong. */
export function mended(text: string, wrong: Problem, suggestion: string): string {
  const characters = [...text];
  const start = wrong.start ?? 0;
  characters.splice(start, (wrong.end ?? start) - start, suggestion);
  return characters.join("");
}
