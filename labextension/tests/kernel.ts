/** The kernel's half of a widget, for the tests of its page. */

type Listener = (message: unknown) => void;

/** What a page has sent. */
export interface Sent {
  id: string;
  kind: string;
  [part: string]: unknown;
}

/** What a page of these requests has sent. */
export type SentOf<Requests> = {
  [Kind in keyof Requests]: { id: string; kind: Kind } & Requests[Kind];
}[keyof Requests];

/** What an error is that says nothing more. */
const NONE = { type: "Error", message: "", start: null, end: null, suggestion: null };

/** Keeps what the page sends, and says what a test has it say. */
export class TestKernel<Traits extends object, Message extends { id: string } = Sent> {
  readonly sent: Message[] = [];
  readonly traits: Traits;
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(traits: Traits) {
    this.traits = traits;
  }

  get listening(): number {
    return [...this.#listeners.values()].reduce((sum, found) => sum + found.size, 0);
  }

  get<Name extends keyof Traits>(name: Name): Traits[Name] {
    return this.traits[name];
  }

  on(event: string, listener: Listener): void {
    const found = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, found.add(listener));
  }

  off(event: string, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  send(content: unknown): void {
    this.sent.push(content as Message);
  }

  change(traits: Partial<Traits>): void {
    Object.assign(this.traits, traits);
    for (const name of Object.keys(traits)) {
      this.tell(`change:${name}`, undefined);
    }
  }

  tell(event: string, message: unknown): void {
    // A listener may take itself away.
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      listener(message);
    }
  }

  /** Answer the last request, and let the page draw it. */
  async reply(content: { error?: object; [part: string]: unknown }): Promise<void> {
    const error = content.error === undefined ? {} : { error: { ...NONE, ...content.error } };
    this.tell("msg:custom", { id: this.sent.at(-1)?.id, ...content, ...error });
    await new Promise((resolve) => setTimeout(resolve));
  }
}
