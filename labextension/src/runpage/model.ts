import type { Traits } from "./messages.ts";

/** What is used of a widget's model: anywidget's, or that of a `RunPage` which another widget shows. */
export interface Model {
  get: <Name extends keyof Traits & string>(name: Name) => Traits[Name];
  on: (event: string, callback: (message: unknown) => void) => void;
  off: (event: string, callback: (message: unknown) => void) => void;
  send: (content: unknown) => void;
}
