/** The run that the pointer is at, in whichever of the charts and lists that share the object. */
export class Marked {
  #id: string | null = null;
  readonly #listeners = new Set<() => void>();

  get id(): string | null {
    return this.#id;
  }

  mark(id: string | null): void {
    if (id !== this.#id) {
      this.#id = id;
      for (const listener of this.#listeners) {
        listener();
      }
    }
  }

  /** Call a function with each change until the signal is aborted. */
  onChanged(listener: () => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
  }
}
