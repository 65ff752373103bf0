type Listener = (message: unknown) => void;

/** Who listens to the events of a model. */
export class Listeners {
  readonly #found = new Map<string, Set<Listener>>();

  on(event: string, listener: Listener): void {
    this.#found.set(event, (this.#found.get(event) ?? new Set()).add(listener));
  }

  off(event: string, listener: Listener): void {
    this.#found.get(event)?.delete(listener);
  }

  tell(event: string, message: unknown): void {
    // A listener may take itself away.
    for (const listener of [...(this.#found.get(event) ?? [])]) {
      listener(message);
    }
  }
}
