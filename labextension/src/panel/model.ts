import type { Traits } from "./messages.ts";

/** What is used of anywidget's model. */
export interface Model {
  get: <Name extends keyof Traits & string>(name: Name) => Traits[Name];
  set: <Name extends keyof Traits & string>(name: Name, value: Traits[Name]) => void;
  save_changes: () => void;
  on: (event: string, callback: (message: unknown) => void) => void;
  off: (event: string, callback: (message: unknown) => void) => void;
  send: (content: unknown) => void;
  /** Jupyter's, which has the other widgets of the page. */
  widget_manager?: { get_model: (id: string) => Promise<unknown> };
}
