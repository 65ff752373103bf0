import { element, freshId } from "../ui/dom.ts";

/** A button that opens a popover below it. `fill` makes the content each time the popover opens. */
export function popover(
  label: string,
  name: string,
  fill: (place: HTMLElement, close: () => void) => void,
  signal: AbortSignal,
): { root: HTMLElement; button: HTMLButtonElement; close: () => void } {
  const id = freshId();
  const button = element("button", {
    type: "button",
    class: "nbtrack-panel-button",
    "aria-haspopup": "dialog",
    "aria-expanded": "false",
    "aria-controls": id,
  });
  button.textContent = label;
  const place = element("div", {
    id,
    class: "nbtrack-panel-popover",
    role: "dialog",
    "aria-label": name,
    hidden: true,
  });
  const root = element("span", { class: "nbtrack-panel-anchor" }, button, place);

  const close = () => {
    if (!place.hidden) {
      place.hidden = true;
      button.setAttribute("aria-expanded", "false");
      place.replaceChildren();
    }
  };
  const open = () => {
    place.hidden = false;
    button.setAttribute("aria-expanded", "true");
    fill(place, close);
    keepInside(place);
    place.querySelector<HTMLElement>("input, button, [tabindex]")?.focus();
  };
  button.addEventListener("click", () => (place.hidden ? open() : close()), { signal });
  root.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && !place.hidden) {
        event.stopPropagation();
        close();
        button.focus();
      }
    },
    { signal },
  );
  document.addEventListener(
    "pointerdown",
    (event) => {
      // The pressed element may no longer be in the page, but the path of the event still has it.
      if (!place.hidden && !event.composedPath().includes(root)) {
        close();
      }
    },
    { signal, capture: true },
  );
  return { root, button, close };
}

/** Move a popover to the left where it would stick out of the panel. */
export function keepInside(place: HTMLElement): void {
  place.style.left = "0px";
  const panel = place.closest(".nbtrack-panel");
  if (panel !== null) {
    const over = place.getBoundingClientRect().right - panel.getBoundingClientRect().right + 8;
    place.style.left = `${Math.min(0, -over)}px`;
  }
}

/** For how many milliseconds a status is shown. */
const STATUS_TIME = 15_000;

/** A line that says for a while what was done. */
export class StatusLine {
  readonly element: HTMLElement = element("span", { class: "nbtrack-panel-note", role: "status" });
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** Show a status until the next one, or for a while. */
  say(...parts: (Node | string)[]): void {
    clearTimeout(this.#timer);
    this.element.replaceChildren(...parts);
    this.#timer = setTimeout(() => this.#leave(), STATUS_TIME);
  }

  /** Show a status with a button that undoes the action. */
  sayDone(text: string, undo: (() => void) | null): void {
    const button = element("button", { type: "button", class: "nbtrack-panel-link" }, "Undo");
    button.addEventListener("click", () => undo?.());
    this.say(text, ...(undo === null ? [] : [" ", button]));
  }

  #leave(): void {
    // The line stays while the pointer or the keyboard is on it.
    if (this.element.matches(":hover") || this.element.contains(document.activeElement)) {
      this.#timer = setTimeout(() => this.#leave(), STATUS_TIME);
    } else {
      this.element.replaceChildren();
    }
  }
}
