import { element } from "../ui/dom.ts";
import { visible } from "../ui/text.ts";
import type { Stage } from "../widget/requests.ts";

/** How long it says that something is under way before it is worth saying. */
const QUIET = 150;
const BUSY = "waiting for the kernel: a cell is running";

/** The line that says what is under way, what waits for the kernel, and what went wrong. */
export class Notice {
  readonly block: HTMLElement;
  readonly #doing = new Map<number, { text: string; waits: boolean }>();
  readonly #status = element("span", { role: "status", "aria-live": "polite" });
  readonly #alert = element("span", { class: "nbtrack-run-bad", role: "alert" });
  readonly #close = element(
    "button",
    { type: "button", class: "nbtrack-run-small", "aria-label": "Hide the message" },
    "×",
  );
  #last = 0;

  constructor(signal: AbortSignal) {
    this.block = element(
      "div",
      { class: "nbtrack-run-notice", hidden: true },
      this.#status,
      this.#alert,
      this.#close,
    );
    this.#close.addEventListener("click", () => this.failed(""), { signal });
  }

  /** Say that something is under way; return the number to close it with. */
  open(text: string): number {
    this.#last += 1;
    const number = this.#last;
    this.#doing.set(number, { text, waits: false });
    this.#alert.textContent = "";
    setTimeout(() => this.#draw(), QUIET);
    this.#draw();
    return number;
  }

  tell(number: number, stage: Stage): void {
    const doing = this.#doing.get(number);
    if (doing !== undefined) {
      doing.waits = stage === "waiting";
      this.#draw();
    }
  }

  close(number: number): void {
    this.#doing.delete(number);
    this.#draw();
  }

  failed(message: string): void {
    this.#alert.textContent = visible(message);
    this.#draw();
  }

  #draw(): void {
    const [doing] = [...this.#doing.values()].sort((one, other) => Number(other.waits) - Number(one.waits));
    const text = doing === undefined ? "" : `${doing.text}…${doing.waits ? ` ${BUSY}` : ""}`;
    // A live region is read out at every change of its text, be it to the same.
    if (this.#status.textContent !== text) {
      this.#status.textContent = text;
    }
    this.block.dataset["waits"] = String(doing?.waits ?? false);
    this.#close.hidden = this.#alert.textContent === "";
    this.block.hidden = text === "" && this.#alert.textContent === "";
  }
}
