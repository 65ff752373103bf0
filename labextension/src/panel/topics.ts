/**
 * What has changed: `rows` the rows of the same query, `anew` the query of the rows, `heads` the columns, `opened` the
 * run whose page is shown, `query` the wanted query, `changed` the store.
 */
export type Topic =
  | "rows"
  | "anew"
  | "heads"
  | "chosen"
  | "opened"
  | "problem"
  | "query"
  | "waiting"
  | "changed";

/** Who is told of what. */
export class Topics {
  readonly #listeners = new Map<Topic, Set<() => void>>();

  /** Call `draw` whenever one of the topics has changed. Return how to stop that. */
  on(topics: readonly Topic[], draw: () => void): () => void {
    for (const topic of topics) {
      this.#listeners.set(topic, (this.#listeners.get(topic) ?? new Set()).add(draw));
    }
    return () => {
      for (const topic of topics) {
        this.#listeners.get(topic)?.delete(draw);
      }
    };
  }

  notify(topic: Topic): void {
    for (const draw of this.#listeners.get(topic) ?? []) {
      draw();
    }
  }
}
