import type { Traits } from "./messages.ts";

/** What is used of anywidget's model. */
export interface Model {
  get: <Name extends keyof Traits & string>(name: Name) => Traits[Name];
  on: (event: string, callback: (message: unknown) => void) => void;
  off: (event: string, callback: (message: unknown) => void) => void;
  send: (content: unknown) => void;
}
