import { element } from "../ui/dom.ts";

/** Milliseconds for which it is said what was done. */
const LASTS = 15_000;

/** A line that says what was done, for a while. */
export class NoteLine {
  readonly element: HTMLElement = element("span", { class: "nbtrack-panel-note", role: "status" });
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Say something until it is said that something else was done, or for a while. */
  say(...parts: (Node | string)[]): void {
    clearTimeout(this.#timer);
    this.element.replaceChildren(...parts);
    this.#timer = setTimeout(() => this.#leave(), LASTS);
  }

  /** Say what was done, with a button that undoes it. */
  sayDone(text: string, undo: (() => void) | null): void {
    const button = element("button", { type: "button", class: "nbtrack-panel-link" }, "Undo");
    button.addEventListener("click", () => undo?.());
    this.say(text, ...(undo === null ? [] : [" ", button]));
  }

  #leave(): void {
    // Nothing is taken away from under the pointer or the keyboard.
    if (this.element.matches(":hover") || this.element.contains(document.activeElement)) {
      this.#timer = setTimeout(() => this.#leave(), LASTS);
    } else {
      this.element.replaceChildren();
    }
  }
}
