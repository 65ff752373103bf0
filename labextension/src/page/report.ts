import { HeldModel } from "../kernel/held.ts";
import type { Host } from "../kernel/host.ts";
import { type Answer, problemSaying } from "../kernel/replies.ts";
import type { Model, Traits } from "../panel/model.ts";
import { answer, type Embedded } from "./embedded.ts";

/** What a report holds, as `nbtrack/widgets/panel/report.py` writes it. */
export interface Report extends Embedded {
  title: string;
  /** When it was made, in seconds since the epoch. */
  made: number;
  version: string;
  traits: Omit<Traits, "view" | "_chosen" | "_layout">;
  /** The script of the views, and its style. */
  views: { script: string; style: string };
}

/** A panel's model in a file: what was answered when the file was made is all that there is. */
export class ReportModel extends HeldModel<Traits> implements Model {
  readonly files = null;
  /** No server: the views' script is asked for as of a kernel, and is in the file. */
  readonly host: Host | undefined = undefined;
  readonly #report: Report;

  constructor(report: Report) {
    super({
      ...report.traits,
      view: "table",
      _chosen: [],
      _layout: {},
      _place: undefined,
      _read_only: true,
    });
    this.#report = report;
  }

  send(content: unknown): void {
    const request = content as { id: string; kind: string };
    if (request.kind !== "bye") {
      queueMicrotask(() => this.tell("msg:custom", this.#answer(request)));
    }
  }

  #answer(request: { id: string; kind: string }): Answer {
    const { id, kind } = request;
    try {
      const result = kind === "bundle" ? this.#report.views : answer(this.#report, request);
      return { id, ok: true, result: result as Record<string, unknown> };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { id, ok: false, error: problemSaying(message, "ReportError") };
    }
  }
}
