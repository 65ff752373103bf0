import { type Problem, problemOf } from "../kernel/replies.ts";
import { Colours } from "../plot/colours.ts";
import type { Query } from "../wire.ts";
import type { PanelClient } from "./client.ts";
import { ColumnStats } from "./columnstats.ts";
import { Layout } from "./layout.ts";
import { Leading } from "./leading.ts";
import type { Head, Rows } from "./messages.ts";
import type { Model, Traits, View } from "./model.ts";
import { narrowed } from "./narrow.ts";
import { QUERY_TRAITS, sameQuery, sharedQuery } from "./query.ts";
import { RowCache } from "./rows.ts";
import { HiddenRuns, OutsideTable, Selection } from "./selection.ts";
import { Figures } from "./table/figures.ts";
import { type Topic, Topics } from "./topics.ts";

/** How many rows are fetched before and after the visible ones. */
const ROWS_BEFORE = 20;
const ROWS_AFTER = 40;

/** The state of one panel on the page: its query, the rows that are loaded, the chosen runs. */
export class PanelState {
  readonly model: Model;
  readonly requests: PanelClient;
  readonly signal: AbortSignal;
  readonly layout: Layout;
  readonly cache = new RowCache();
  readonly figures = new Figures();
  readonly selection = new Selection();
  /** The runs have the same colours in the table and in every chart. */
  readonly colours = new Colours();
  readonly hidden = new HiddenRuns();
  readonly outside: OutsideTable;
  readonly stats: ColumnStats;
  readonly leading: Leading;
  /** The runs whose children are shown, or null where the table is flat. */
  unfolded: ReadonlySet<string> | null = null;
  /** The pinned and the leading runs, which stand before all others. */
  first: readonly string[];
  query: Query;
  columns: string[];
  heads: Record<string, Head> = {};
  problem: Problem | null = null;
  remark: Problem | null = null;
  /** What the bare names in the filter stand for. */
  meant: Readonly<Record<string, string>> = {};
  waiting: boolean;
  /** Whether the table is too narrow for its columns. */
  narrow: boolean;
  /** Whether the kernel has answered the query, be it with no rows. */
  loaded: boolean;
  readonly #topics = new Topics();
  #wanted: Query | null = null;
  /** The query that the kernel refused, or null where the problem is about the rows that are shown. */
  #refused: Query | null = null;
  #visible: [number, number] = [0, 20];
  #fetching: Promise<void> | null = null;
  /** The id of the request whose rows came last. With its first request a view subscribes to changes. */
  #rowsId = "";
  #publishing: boolean;

  constructor(model: Model, requests: PanelClient, signal: AbortSignal) {
    this.model = model;
    this.requests = requests;
    this.signal = signal;
    this.layout = new Layout(model, signal);
    this.leading = new Leading(this, () => this.#pinFirst());
    this.first = this.#wantedFirst();
    this.layout.least = (column) => this.figures.width(column);
    this.layout.onChanged = () => {
      this.#notify("heads");
      this.#pinFirst();
    };
    this.waiting = false;
    this.loaded = false;
    this.narrow = false;
    this.#publishing = false;
    this.query = sharedQuery(model);
    this.columns = [...model.get("columns")];
    this.selection.ids = new Set(model.get("_chosen"));
    this.colours.begin(this.selection.ids);
    const first = model.get("_first");
    if ("ids" in first && sameQuery(first as Query, this.query)) {
      this.#receive(first as Rows, true);
    }
    this.stats = new ColumnStats(this, (topic) => this.#notify(topic));
    this.outside = new OutsideTable(this);
    this.#listen();
    // The widget may have been made long before it is shown.
    this.cache.outdate();
    this.stats.update();
  }

  /** Call `draw` whenever one of the topics has changed. Return how to stop that. */
  on(topics: readonly Topic[], draw: () => void): () => void {
    return this.#topics.on(topics, draw);
  }

  /** The query that the user wants; the kernel may not have answered it yet. */
  get wantedQuery(): Query {
    return this.#wanted ?? this.query;
  }

  /** The columns that are shown. */
  get shown(): string[] {
    return this.narrow ? narrowed(this.columns, this.query.order_by) : this.stats.shown;
  }

  /** Change the query. Where the kernel refuses it, the rows stay and `problem` says why. */
  setQuery(part: Partial<Query>): void {
    this.#wanted = { ...this.wantedQuery, ...part };
    this.#fetch();
  }

  /** Wait until the kernel has answered or refused the wanted query. */
  async settled(): Promise<void> {
    await this.#fetching;
  }

  /** Load the visible rows, and some around them. */
  showRows(first: number, last: number): void {
    this.#visible = [first, last];
    this.#fetch();
  }

  /** Whether the numbers of a column are shown as bars or shades. */
  isShaded(column: string): boolean {
    return this.stats.hasRange(column) && this.cache.isNumeric(column);
  }

  setColumns(columns: readonly string[]): void {
    this.columns = [...new Set(columns)];
    this.model.set("columns", this.columns);
    this.model.save_changes();
    this.#columnsChanged();
  }

  /** Show the table as a tree with these runs unfolded, or as a flat table for null. */
  unfold(unfolded: ReadonlySet<string> | null): void {
    const anew = (unfolded === null) !== (this.unfolded === null);
    this.unfolded = unfolded;
    this.#rowsMoved();
    if (anew) {
      this.setQuery({});
    } else {
      this.#fetch();
    }
  }

  /** Send the changed selection to the kernel and to the listeners. */
  selectionChanged(): void {
    this.model.set("_chosen", [...this.selection.ids]);
    this.model.set("_opened", "");
    this.model.save_changes();
    this.#chosenAnew();
  }

  /** The run whose page is shown: the one that was opened since runs were chosen, or else the one chosen last. */
  get opened(): string {
    return (this.model.get("_opened") ?? "") || ([...this.selection.ids].at(-1) ?? "");
  }

  /** Show the page of a run, which is not chosen by that. */
  open(id: string): void {
    this.model.set("_opened", id);
    this.show("run");
  }

  /** Show a view. */
  show(view: View): void {
    this.model.set("view", view);
    this.model.save_changes();
  }

  /** Load the rows and the statistics again. */
  refresh(): void {
    this.cache.outdate();
    this.#fetch();
    this.stats.update();
  }

  #wantedFirst(): string[] {
    return [...new Set([...this.layout.runs, ...this.leading.ids])];
  }

  /** Load the rows again where other runs are to stand first now. */
  #pinFirst(): void {
    const first = this.#wantedFirst();
    if (first.join() !== this.first.join()) {
      this.first = first;
      this.#rowsMoved();
      this.#fetch();
    }
  }

  /** The query is the same, but the rows stand elsewhere. Rows that the kernel pushes until then are ignored. */
  #rowsMoved(): void {
    this.#rowsId = "none";
    this.cache.outdate();
  }

  /** Listen to traits that Python sets, and to changes of the store. */
  #listen(): void {
    const { model, requests, signal } = this;
    const listeners: [keyof Traits, () => void][] = [
      ...QUERY_TRAITS.map((name): [keyof Traits, () => void] => [name, () => this.#queryChanged()]),
      ["columns", () => this.#columnsSet()],
      ["_chosen", () => this.#chosenSet()],
      ["_opened", () => this.#notify("opened")],
    ];
    for (const [name, listener] of listeners) {
      model.on(`change:${name}`, listener);
    }
    signal.addEventListener("abort", () => {
      for (const [name, listener] of listeners) {
        model.off(`change:${name}`, listener);
      }
    });
    requests.onLost = () => this.refresh();
    requests.onWaiting = (waiting) => {
      this.waiting = waiting;
      this.#notify("waiting");
    };
    requests.onChanged = ({ views }) => {
      const rows = views[requests.view];
      this.cache.outdate();
      if (rows?.asked === this.#rowsId && this.#wanted === null) {
        this.#receive(rows, false);
        this.#notify("rows");
      }
      this.#fetch();
      this.stats.updateAtIntervals();
      this.#notify("changed");
    };
  }

  #queryChanged(): void {
    const shared = sharedQuery(this.model);
    if (!this.#publishing && !sameQuery(shared, this.wantedQuery)) {
      this.#wanted = shared;
      this.#notify("query");
      this.#fetch();
    }
  }

  #columnsSet(): void {
    const columns = this.model.get("columns");
    if (columns.join("\n") !== this.columns.join("\n")) {
      this.columns = [...columns];
      this.#columnsChanged();
    }
  }

  #columnsChanged(): void {
    this.#notify("heads");
    // The loaded rows stay as long as they have all columns.
    if (this.columns.some((name) => !Object.hasOwn(this.heads, name))) {
      this.refresh();
    } else {
      this.stats.update();
    }
  }

  #chosenSet(): void {
    const chosen = this.model.get("_chosen");
    if (chosen.length !== this.selection.ids.size || chosen.some((id) => !this.selection.has(id))) {
      this.selection.ids = new Set(chosen);
      this.model.set("_opened", "");
      this.#chosenAnew();
    }
  }

  /** With other rows the colours begin anew, unless runs are chosen. */
  #recolour(anew: boolean): void {
    if (anew && this.selection.ids.size === 0) {
      this.colours.begin([]);
    }
  }

  #chosenAnew(): void {
    this.colours.begin(this.selection.ids);
    this.#notify("chosen");
  }

  #notify(topic: Topic): void {
    this.#topics.notify(topic);
  }

  /** Load the rows that are wanted and missing, with one request at a time. */
  #fetch(): void {
    this.#fetching ??= this.#fetchAll().finally(() => {
      this.#fetching = null;
      // What was wanted after the last look, and before this.
      if (this.#wanted !== null && !this.signal.aborted) {
        this.#fetch();
      }
    });
  }

  async #fetchAll(): Promise<void> {
    while (!this.signal.aborted) {
      const wanted = this.#wanted;
      const [first, last] = this.#visible;
      const height = last - first + 1;
      const lacking: [number, number] | null =
        wanted !== null || !this.loaded || this.#rowsId === ""
          ? [0, height + ROWS_AFTER]
          : this.cache.missing(first, last) && this.cache.missing(first - ROWS_BEFORE, last + ROWS_AFTER);
      // biome-ignore lint/performance/noAwaitInLoops: the next request depends on what came
      if (lacking === null || !(await this.#fetchRows(wanted, lacking))) {
        break;
      }
    }
  }

  /** Load rows. Return whether to look for more missing rows. */
  async #fetchRows(wanted: Query | null, [from, to]: [number, number]): Promise<boolean> {
    const query = wanted ?? this.query;
    const limit = Math.min(1000, to - from + 1);
    const { unfolded } = this;
    const { first } = this;
    // The status of a run decides whether its values may be marked as the best.
    const columns = [...new Set([...this.columns, "status"])];
    const part = { ...query, columns, offset: from, limit, first: [...first] };
    const request =
      unfolded === null
        ? this.requests.ask("window", part)
        : this.requests.ask("tree", { ...part, unfolded: [...unfolded] });
    const id = this.requests.last;
    try {
      const rows = await request;
      if (unfolded !== this.unfolded || first !== this.first) {
        // The user wants other rows by now.
        return true;
      }
      this.#rowsId = id;
      const anew = wanted !== null || !this.loaded;
      this.query = query;
      if (this.#wanted === wanted) {
        this.#wanted = null;
      }
      // New rows of the shown query do not clear the problem of a refused one, which the user may still correct.
      if (wanted !== null || this.#refused === null) {
        this.#setProblem(null);
      }
      this.#receive(rows, anew);
      this.#recolour(anew);
      this.#notify(anew ? "anew" : "rows");
      if (anew) {
        this.#publish();
        this.stats.update();
      }
      // Where the kernel sends no rows though there should be some, it would not at the next request either.
      return rows.ids.length > 0 || rows.total <= from;
    } catch (error) {
      const problem = problemOf(error);
      if (this.#wanted !== wanted) {
        // The user wants another query by now, so this problem does not matter.
        return true;
      }
      this.#wanted = null;
      this.#refused = wanted;
      this.#setProblem(problem);
      return false;
    }
  }

  #receive(rows: Rows, anew: boolean): void {
    this.cache.put(rows, anew);
    this.loaded = true;
    this.remark = rows.remark;
    this.meant = rows.meant ?? {};
    const known = Object.keys(this.heads).length;
    this.heads = { ...this.heads, ...rows.heads };
    const wider = this.figures.take(rows, anew);
    if (wider || Object.keys(this.heads).length !== known) {
      this.#notify("heads");
    }
  }

  #setProblem(problem: Problem | null): void {
    this.problem = problem;
    if (problem === null) {
      this.#refused = null;
    }
    this.#notify("problem");
  }

  /** Set the traits of the query that is shown, for Python to read. */
  #publish(): void {
    // Setting a trait also calls our own listeners, and the user may want another query by now.
    this.#publishing = true;
    for (const name of QUERY_TRAITS) {
      this.model.set(name, this.query[name] as never);
    }
    this.#publishing = false;
    this.model.save_changes();
    this.#notify("query");
  }
}
