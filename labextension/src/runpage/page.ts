import { Client, type Stage } from "../kernel/client.ts";
import { problemOf } from "../kernel/replies.ts";
import type { RunPageRequests, RunPageResults } from "../wire.ts";
import type { RunDocument, Traits } from "./messages.ts";
import type { Model } from "./model.ts";
import type { Notice } from "./notice.ts";

type Kind = keyof RunPageRequests;
/** What a request carries beside its id and the run that it is of. */
type Parts<Asked extends Kind> = Omit<RunPageRequests[Asked], "of">;

/** The requests of one run's page. */
export class RunClient {
  readonly #client: Client<RunPageRequests, RunPageResults>;
  readonly #run: string;

  /** What is asked is asked of this run, whichever the kernel shows by then. */
  constructor(model: Model, run: string, signal: AbortSignal) {
    this.#client = new Client(model, signal);
    this.#run = run;
  }

  ask<Asked extends Kind>(
    kind: Asked,
    parts: Parts<Asked>,
    onStage: (stage: Stage) => void = () => undefined,
  ): Promise<RunPageResults[Asked]> {
    const whole = { ...parts, of: this.#run } as unknown as RunPageRequests[Asked];
    return this.#client.ask(kind, whole, { onStage });
  }
}

/** What each part of the page is given. */
export interface Page {
  model: Model;
  client: RunClient;
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
