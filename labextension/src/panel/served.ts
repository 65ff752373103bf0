import { firstPanel, type Host, refusalOf } from "../kernel/host.ts";
import { ServedModel } from "../kernel/served.ts";
import { PANEL_READS, type Query, RUNPAGE_READS } from "../wire.ts";
import type { Rows } from "./messages.ts";
import type { Traits } from "./model.ts";
import { QUERY_TRAITS } from "./query.ts";

/** The kinds of request that change nothing. A kind that the table and a run's page have is the same in both. */
const READS = new Set([...PANEL_READS, ...RUNPAGE_READS]);

/** What a server says of a panel before it is shown. */
type First = Omit<Traits, "view" | "_chosen" | "_layout"> & {
  _first: Rows;
  _place: NonNullable<Traits["_place"]>;
};

/** A panel's model without a kernel, and which store it is about. */
export interface ServedPanel {
  model: ServedModel<Traits>;
  store: string;
  file: string;
}

/** What a panel without a kernel shows, and may. */
interface Wanted {
  /** The folder or the notebook, relative to the server's root. */
  path: string;
  /** Whether the panel may change the store, if the server lets it. */
  writes: boolean;
  /** Whether the server sends runs' files. */
  files?: boolean;
  /** Of which runs it is alone. */
  only?: string[] | null;
  /** Whether somebody sees the panel: else nobody asks for changes. */
  seen?: () => boolean;
  /** What `firstPanel` has asked for, if that was sooner. */
  first?: Promise<Response>;
}

/**
 * Return the model of a panel that shows the store at or above a folder, or null where there is none.
 *
 * `change` may change the traits before they are used. Rejects with what the server says.
 */
export async function servedPanel(
  host: Host,
  { path, writes, files = false, only = null, seen = () => true, first: asked }: Wanted,
  signal: AbortSignal,
  change: (traits: Traits) => void = () => undefined,
): Promise<ServedPanel | null> {
  const response = await (asked ?? firstPanel(host, path));
  const reply = await response.json();
  if (!response.ok) {
    throw new Error(refusalOf(reply, response));
  }
  if (reply === null) {
    return null;
  }
  const first = reply as First;
  const may = writes && response.headers.get("X-Nbtrack-Writes") === "yes";
  // The model answers for itself: no other server has to.
  const traits: Traits = {
    ...first,
    view: "table",
    _chosen: [],
    _opened: "",
    _layout: {},
    _place: undefined,
    _read_only: !may,
  };
  change(traits);
  const about = { place: { ...first._place, only }, read_only: !may };
  const { clock } = first._first;
  const model = new ServedModel(traits, { host, about, reads: READS, clock, signal, files, seen });
  return { model, store: first._place.store, file: first._place.file };
}

/** What a panel of a notebook showed. */
export interface KeptPanel extends Query {
  readonly columns: string[];
  readonly file: string;
  readonly only: string[] | null;
}

/** Return the model of what a panel showed, without its kernel. Rejects where the store of that file is not there. */
export async function keptPanel(
  host: Host,
  path: string,
  { file, only, columns, ...query }: KeptPanel,
  signal: AbortSignal,
): Promise<ServedModel<Traits>> {
  const found = await servedPanel(host, { path, writes: false, only }, signal, (traits) => {
    traits.columns = columns;
    for (const name of QUERY_TRAITS) {
      traits[name] = query[name] as never;
    }
  });
  if (found?.file !== file) {
    throw new Error("the store that the panel showed is not there");
  }
  return found.model;
}
