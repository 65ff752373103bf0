import type { Channel } from "../kernel/client.ts";
import type { Traits } from "./messages.ts";

/** What is used of a widget's model: anywidget's, or that of a `RunPage` which another widget shows. */
export interface Model extends Channel {
  /** As the panel's model has it. */
  files?: URL | null | undefined;
  get: <Name extends keyof Traits & string>(name: Name) => Traits[Name];
}
