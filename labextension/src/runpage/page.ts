import { Client, type Deputy, type Stage } from "../kernel/client.ts";
import { problemOf } from "../kernel/replies.ts";
import { follow } from "../kernel/traits.ts";
import { element } from "../ui/dom.ts";
import { visible } from "../ui/text.ts";
import type { RunPageRequests, RunPageResults } from "../wire.ts";
import type { RunDocument } from "./messages.ts";
import type { Model } from "./model.ts";

type Kind = keyof RunPageRequests;
/** What a request carries beside its id and its run, which the client adds. */
type Parts<Asked extends Kind> = Omit<RunPageRequests[Asked], "of">;

/** The requests of one run's page. */
export class RunClient {
  readonly #client: Client<RunPageRequests, RunPageResults>;
  readonly #run: string;

  /** Every request names this run, whichever run the kernel shows by then. */
  constructor(model: Model, run: string, signal: AbortSignal, deputy?: Deputy) {
    this.#client = new Client(model, signal, deputy);
    this.#run = run;
  }

  /** Return the result of a request. `onStage` is called at each stage of it. */
  ask<Asked extends Kind>(
    kind: Asked,
    parts: Parts<Asked>,
    onStage: (stage: Stage) => void = () => undefined,
  ): Promise<RunPageResults[Asked]> {
    const whole = { ...parts, of: this.#run } as unknown as RunPageRequests[Asked];
    return this.#client.ask(kind, whole, { onStage });
  }
}

/** What each part of the page works with. */
export interface Page {
  model: Model;
  client: RunClient;
  notice: Notice;
  /** Shows a metric's curve elsewhere. Without it the page shows the curve. */
  curve?: ((metric: string) => void) | undefined;
  /** Where a server sends the run's files, each at its path. */
  files?: URL | undefined;
  /** Aborted when the view is removed. */
  signal: AbortSignal;
}

/** Draw a part of the run's document now, and again only when that part has changed. */
export function followPart<Part>(
  page: Page,
  part: (run: RunDocument) => Part,
  draw: (part: Part) => void,
): void {
  let drawn: string | undefined;
  follow(page, ["page"], () => {
    const now = part(page.model.get("page"));
    const stamp = JSON.stringify(now);
    if (stamp !== drawn) {
      drawn = stamp;
      draw(now);
    }
  });
}

/** Ask the kernel, and show the progress in the page. The result is undefined where the kernel refused. */
export async function ask<Asked extends Kind>(
  page: Page,
  kind: Asked,
  parts: Parts<Asked>,
  doing: string,
): Promise<RunPageResults[Asked] | undefined> {
  const close = page.notice.open(doing);
  let result: RunPageResults[Asked] | undefined;
  try {
    result = await page.client.ask(kind, parts, (stage) => page.notice.tell(close, stage));
    page.notice.close(close);
  } catch (error) {
    page.notice.close(close);
    page.notice.failed(problemOf(error).message);
  }
  return result;
}

/** After how many milliseconds the line is drawn again, once a request has begun. */
const QUIET_TIME = 150;
const BUSY = "waiting for the kernel: a cell is running";

/** The line that says which request runs, which waits for the kernel, and what went wrong. */
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

  /** Say that a request runs. Return the number that closes the message. */
  open(text: string): number {
    this.#last += 1;
    const number = this.#last;
    this.#doing.set(number, { text, waits: false });
    this.#alert.textContent = "";
    setTimeout(() => this.#draw(), QUIET_TIME);
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
    // Screen readers read a live region out whenever its text is set, even to the same text.
    if (this.#status.textContent !== text) {
      this.#status.textContent = text;
    }
    this.block.dataset["waits"] = String(doing?.waits ?? false);
    this.#close.hidden = this.#alert.textContent === "";
    this.block.hidden = text === "" && this.#alert.textContent === "";
  }
}
