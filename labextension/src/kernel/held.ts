import { Listeners } from "./listeners.ts";

/** The traits of a widget that no kernel holds: the page has them itself. */
export class HeldModel<Traits extends object> extends Listeners {
  /** Called when the page has set traits. */
  onSaved: (() => void) | null = null;
  /** May be changed before anybody listens. */
  readonly traits: Traits;

  constructor(traits: Traits) {
    super();
    this.traits = traits;
  }

  get<Name extends keyof Traits & string>(name: Name): Traits[Name] {
    return this.traits[name];
  }

  set<Name extends keyof Traits & string>(name: Name, value: Traits[Name]): void {
    if (this.traits[name] !== value) {
      this.traits[name] = value;
      this.tell(`change:${name}`, undefined);
    }
  }

  save_changes(): void {
    this.onSaved?.();
  }
}
