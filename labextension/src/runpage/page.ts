import type { Answer } from "../widget/replies.ts";
import { Requests, type Stage, type WithoutId } from "../widget/requests.ts";
import type { Request, RunDocument, Traits } from "./messages.ts";
import type { Model } from "./model.ts";
import type { Notice } from "./notice.ts";

/** A request before it has its id and the run that it is of. */
export type Asked = WithoutRun<WithoutId<Request>>;
type WithoutRun<Part> = Part extends { of: string } ? Omit<Part, "of"> : never;

/** The requests of one run's page. */
export class RunRequests {
  readonly #requests: Requests<Request>;
  readonly #run: string;

  /** What is asked is asked of this run, whichever the kernel shows by then. */
  constructor(model: Model, run: string, signal: AbortSignal) {
    this.#requests = new Requests(model, signal);
    this.#run = run;
  }

  /** Send a request; `told` hears how far it is. */
  send(asked: Asked, told: (stage: Stage) => void): Promise<Answer> {
    return this.#requests.send({ ...asked, of: this.#run } as WithoutId<Request>, told);
  }
}

/** What each part of the page is given. */
export interface Page {
  model: Model;
  requests: RunRequests;
  notice: Notice;
  /** Shows a metric's curve elsewhere; without it the page does. */
  curve?: ((metric: string) => void) | undefined;
  /** Aborted when the view goes. */
  signal: AbortSignal;
}

/** Draw now, and again whenever one of these traits has changed. */
export function follow({ model, signal }: Page, names: readonly (keyof Traits)[], draw: () => void): void {
  // A model goes on telling those whom it had begun to tell, also when they went meanwhile.
  const look = () => {
    if (!signal.aborted) {
      draw();
    }
  };
  if (!signal.aborted) {
    listen(model, signal, names, look);
  }
  look();
}

function listen(model: Model, signal: AbortSignal, names: readonly (keyof Traits)[], look: () => void): void {
  const events = names.map((name) => `change:${name}`);
  for (const event of events) {
    model.on(event, look);
  }
  signal.addEventListener("abort", () => {
    for (const event of events) {
      model.off(event, look);
    }
  });
}

/** Draw a part of the run's document now, and again when that part has changed: what has not keeps its place. */
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

/** Ask the kernel, and say in the page how that goes; the result is undefined if it could not be done. */
export async function ask(
  page: Page,
  asked: Asked,
  doing: string,
): Promise<Record<string, unknown> | undefined> {
  const close = page.notice.open(doing);
  const answer = await page.requests.send(asked, (stage) => page.notice.tell(close, stage));
  page.notice.close(close);
  if (!answer.ok) {
    page.notice.failed(answer.error.message);
  }
  return answer.ok ? answer.result : undefined;
}
