import type { Channel } from "../kernel/client.ts";
import type { Nothing, Query, VIEWS } from "../wire.ts";
import type { Rows } from "./messages.ts";

export type View = keyof typeof VIEWS;

/** The synced state, as `nbtrack/widgets/panel/widget.py` has it. */
export interface Traits extends Query {
  columns: string[];
  view: View;
  _chosen: string[];
  /** The run whose page was opened, as long as it is not the one chosen last; older widgets have none. */
  _opened?: string;
  /** The first rows, and what they were asked with; empty in a widget that was made otherwise. */
  _first: (Rows & Query) | Nothing;
  _read_only: boolean;
  /** Which runs the panel is about: the store's folder, and ids where they were picked. Older widgets have none. */
  _place: { store: string; file: string; only: string[] | null } | undefined;
  /** How the table is laid out: see `layout.ts`, which reads what it can of it. */
  _layout: object;
  /** Which runs stand before all others; a kernel's panel has none. */
  _leading?: { filter: string; ids: string[] };
  /** Which build the front end is of. */
  _build: string;
}

/** What is used of anywidget's model. */
export interface Model extends Channel {
  get: <Name extends keyof Traits & string>(name: Name) => Traits[Name];
  set: <Name extends keyof Traits & string>(name: Name, value: Traits[Name]) => void;
  save_changes: () => void;
  /** Where a server sends runs' files, each at `<run>/<path>`; none does for a kernel's panel. */
  files?: URL | null;
}
