import type { Channel } from "../kernel/client.ts";
import type { Traits } from "./messages.ts";

/** What is used of anywidget's model. */
export interface Model extends Channel {
  get: <Name extends keyof Traits & string>(name: Name) => Traits[Name];
}
