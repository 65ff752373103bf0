import type { FieldsDocument } from "../kernel/documents.ts";

/** The runs that are taken out of the charts, which stay chosen: the same in all charts of one view of the panel. */
export class Hidden {
  #ids: ReadonlySet<string> = new Set();
  readonly #heard: (() => void)[] = [];

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  onChanged(draw: () => void): void {
    this.#heard.push(draw);
  }

  toggle(id: string): void {
    const ids = new Set(this.#ids);
    if (!ids.delete(id)) {
      ids.add(id);
    }
    this.#set(ids);
  }

  /** Hide of these runs those alone; others stay as they are. */
  among(runs: Iterable<string>, hidden: ReadonlySet<string>): void {
    const ids = new Set(this.#ids);
    for (const run of runs) {
      if (hidden.has(run)) {
        ids.add(run);
      } else {
        ids.delete(run);
      }
    }
    this.#set(ids);
  }

  #set(ids: ReadonlySet<string>): void {
    const same = ids.size === this.#ids.size && [...ids].every((id) => this.#ids.has(id));
    if (!same) {
      this.#ids = ids;
      for (const draw of this.#heard) {
        draw();
      }
    }
  }
}

/** Return a document without the runs that are hidden. */
export function withoutHidden(document: FieldsDocument, hidden: ReadonlySet<string>): FieldsDocument {
  const kept = [...document.runs.keys()].filter((at) => !hidden.has(document.runs[at]?.id ?? ""));
  if (kept.length === document.runs.length) {
    return document;
  }
  const of = <Value>(all: readonly Value[]) => kept.flatMap((at) => all.slice(at, at + 1));
  const columns = document.columns.map((column) => ({ ...column, values: of(column.values) }));
  return { ...document, runs: of(document.runs), columns };
}
