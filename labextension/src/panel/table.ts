import { Colours } from "../plot/colours.ts";
import { Hidden } from "./hidden.ts";
import { Layout } from "./layout.ts";
import type { Head, Problem, Query, Rows, Scale, Traits } from "./messages.ts";
import type { Model } from "./model.ts";
import { problemOf } from "./problems.ts";
import { SHARED, sameQuery, sharedQuery } from "./query.ts";
import type { Requests } from "./requests.ts";
import { RowCache } from "./rows.ts";
import { Selection } from "./selection.ts";
import { Unseen } from "./unseen.ts";

/** What has changed: `anew` is rows of another query, `heads` the columns, `query` the filter and its like. */
export type Topic = "rows" | "anew" | "heads" | "chosen" | "problem" | "query" | "waiting";

/** So many rows are asked for before and after those that are seen. */
const BEFORE = 20;
const AFTER = 40;
/** Milliseconds after the rows at which what adorns them is asked for; while the store changes, so often. */
const ADORN = 120;
const ADORN_AGAIN = 3000;

/** What one view of the panel knows: its query, the rows that are here, what is chosen. */
export class Table {
  readonly model: Model;
  readonly requests: Requests;
  readonly signal: AbortSignal;
  readonly layout: Layout;
  readonly cache = new RowCache();
  readonly selection = new Selection();
  /** The same in the table and in every chart. */
  readonly colours = new Colours();
  readonly hidden = new Hidden();
  readonly unseen: Unseen;
  /** The runs whose children are shown below them; null where the table is no tree. */
  unfolded: ReadonlySet<string> | null = null;
  /** The runs that stand before all others. */
  first: readonly string[];
  query: Query;
  columns: string[];
  heads: Record<string, Head> = {};
  scales = new Map<string, Scale>();
  /** Columns that are not shown for now, as all runs have the same in them. */
  alike: ReadonlySet<string> = new Set();
  onlyDiffering: boolean;
  problem: Problem | null = null;
  remark: Problem | null = null;
  waiting: boolean;
  /** Whether rows of the query have come, be it none. */
  loaded: boolean;
  readonly #heard = new Map<Topic, Set<() => void>>();
  #wanted: Query | null = null;
  /** The query that the problem is about; null where it is about the rows that are shown. */
  #refused: Query | null = null;
  #seen: [number, number] = [0, 20];
  #fetching: Promise<void> | null = null;
  /** The request whose rows came last. The kernel tells a view of changes from its first one on. */
  #asked = "";
  #adorning: ReturnType<typeof setTimeout> | undefined;
  #adorned = 0;
  #revision = 0;
  #sharing: boolean;

  constructor(model: Model, requests: Requests, signal: AbortSignal) {
    this.model = model;
    this.requests = requests;
    this.signal = signal;
    this.layout = new Layout(model, signal);
    this.first = [...this.layout.runs];
    this.layout.onChanged = () => {
      this.#tell("heads");
      this.#pinFirst();
    };
    this.onlyDiffering = false;
    this.waiting = false;
    this.loaded = false;
    this.#sharing = false;
    this.query = sharedQuery(model);
    this.columns = [...model.get("columns")];
    this.selection.ids = new Set(model.get("_chosen"));
    const first = model.get("_first");
    if ("ids" in first && sameQuery(first as Query, this.query)) {
      this.#take(first as Rows, true);
    }
    this.unseen = new Unseen(this);
    this.#follow();
    // The widget may have been made long before it is shown.
    this.cache.outdate();
    this.#adornSoon(ADORN);
  }

  on(topics: readonly Topic[], draw: () => void): void {
    for (const topic of topics) {
      this.#heard.set(topic, (this.#heard.get(topic) ?? new Set()).add(draw));
    }
  }

  /** The query that is asked for, if the kernel has not answered yet. */
  get asked(): Query {
    return this.#wanted ?? this.query;
  }

  /** The columns that are shown. */
  get shown(): string[] {
    return this.onlyDiffering ? this.columns.filter((name) => !this.alike.has(name)) : this.columns;
  }

  /** Show other runs, or the same in another order. What cannot be understood is told, and changes nothing. */
  ask(part: Partial<Query>): void {
    this.#wanted = { ...this.asked, ...part };
    this.#fetch();
  }

  /** Wait until what is wanted is here, or was refused. */
  async settled(): Promise<void> {
    await this.#fetching;
  }

  /** Have the rows that are seen here, and some around them. */
  look(first: number, last: number): void {
    this.#seen = [first, last];
    this.#fetch();
  }

  /** Whether a column holds numbers that are shown with their place between its least and its greatest. */
  isShaded(column: string): boolean {
    return this.#spans(column) && this.cache.isNumeric(column);
  }

  setColumns(columns: readonly string[]): void {
    this.columns = [...new Set(columns)];
    this.model.set("columns", this.columns);
    this.model.save_changes();
    this.#columnsChanged();
  }

  /** Show only the columns in which the runs differ. */
  setOnlyDiffering(only: boolean): void {
    this.onlyDiffering = only;
    this.alike = new Set();
    this.#tell("heads");
    this.#adornSoon(0);
  }

  /** Show children below their parents, and only below these; null shows all runs side by side. */
  unfold(unfolded: ReadonlySet<string> | null): void {
    const anew = (unfolded === null) !== (this.unfolded === null);
    this.unfolded = unfolded;
    this.#outplace();
    if (anew) {
      this.ask({});
    } else {
      this.#fetch();
    }
  }

  /** Say that other runs are chosen. */
  chosen(): void {
    this.model.set("_chosen", [...this.selection.ids]);
    this.model.save_changes();
    this.#tell("chosen");
  }

  /** Ask for everything again. */
  refresh(): void {
    this.cache.outdate();
    this.#fetch();
    this.#adornSoon(ADORN);
  }

  /** Have other runs stand first, if others are pinned now: be it here, in another view or in Python. */
  #pinFirst(): void {
    const first = [...this.layout.runs];
    if (first.join() !== this.first.join()) {
      this.first = first;
      this.#outplace();
      this.#fetch();
    }
  }

  /** Other runs stand at each place, though the query is the same: what is pushed still is of the old places. */
  #outplace(): void {
    this.#asked = "none";
    this.cache.outdate();
  }

  /** Hear what the kernel says: traits that were set in Python, and changes of the store. */
  #follow(): void {
    const { model, requests, signal } = this;
    const heard: [keyof Traits, () => void][] = [
      ...SHARED.map((name): [keyof Traits, () => void] => [name, () => this.#queryChanged()]),
      ["columns", () => this.#columnsSet()],
      ["_chosen", () => this.#chosenSet()],
    ];
    for (const [name, hear] of heard) {
      model.on(`change:${name}`, hear);
    }
    signal.addEventListener("abort", () => {
      clearTimeout(this.#adorning);
      for (const [name, hear] of heard) {
        model.off(`change:${name}`, hear);
      }
    });
    requests.onWaiting = (waiting) => {
      this.waiting = waiting;
      this.#tell("waiting");
    };
    requests.onChanged = ({ views }) => {
      const rows = views[requests.view];
      this.cache.outdate();
      if (rows?.asked === this.#asked && this.#wanted === null) {
        this.#take(rows, false);
        this.#tell("rows");
      }
      this.#fetch();
      this.#adornSoon(Math.max(ADORN, this.#adorned + ADORN_AGAIN - Date.now()));
    };
  }

  #queryChanged(): void {
    const shared = sharedQuery(this.model);
    if (!this.#sharing && !sameQuery(shared, this.asked)) {
      this.#wanted = shared;
      this.#tell("query");
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
    this.#tell("heads");
    // Rows that are here stay as long as no new column is asked of them.
    if (this.columns.some((name) => !Object.hasOwn(this.heads, name))) {
      this.refresh();
    } else {
      this.#adornSoon(ADORN);
    }
  }

  #chosenSet(): void {
    const chosen = this.model.get("_chosen");
    if (chosen.length !== this.selection.ids.size || chosen.some((id) => !this.selection.has(id))) {
      this.selection.ids = new Set(chosen);
      this.#tell("chosen");
    }
  }

  #tell(topic: Topic): void {
    for (const draw of this.#heard.get(topic) ?? []) {
      draw();
    }
  }

  /** Ask for what is wanted and lacking: one request at a time, always for what is wanted by then. */
  #fetch(): void {
    this.#fetching ??= this.#fetchAll().finally(() => {
      this.#fetching = null;
    });
  }

  async #fetchAll(): Promise<void> {
    while (!this.signal.aborted) {
      const wanted = this.#wanted;
      const [first, last] = this.#seen;
      const height = last - first + 1;
      const lacking: [number, number] | null =
        wanted !== null || !this.loaded || this.#asked === ""
          ? [0, height + AFTER]
          : this.cache.missing(first, last) && this.cache.missing(first - BEFORE, last + AFTER);
      // biome-ignore lint/performance/noAwaitInLoops: the next request depends on what came
      if (lacking === null || !(await this.#fetchRows(wanted, lacking))) {
        break;
      }
    }
  }

  /** Ask for rows; return whether it is worth to go on. */
  async #fetchRows(wanted: Query | null, [from, to]: [number, number]): Promise<boolean> {
    const query = wanted ?? this.query;
    const limit = Math.min(1000, to - from + 1);
    const { unfolded } = this;
    const { first } = this;
    // Which values may be marked as the best depends on how their runs ended.
    const columns = [...new Set([...this.columns, "status"])];
    const part = { ...query, columns, offset: from, limit, first: [...first] };
    const asked =
      unfolded === null
        ? this.requests.ask("window", part)
        : this.requests.ask("tree", { ...part, unfolded: [...unfolded] });
    const id = this.requests.last;
    try {
      const rows = await asked;
      if (unfolded !== this.unfolded || first !== this.first) {
        // Other rows are wanted by now.
        return true;
      }
      this.#asked = id;
      const anew = wanted !== null || !this.loaded;
      this.query = query;
      if (this.#wanted === wanted) {
        this.#wanted = null;
      }
      // Rows of the query that is shown say nothing of the one that was refused: its text is still there to be mended.
      if (wanted !== null || this.#refused === null) {
        this.#setProblem(null);
      }
      this.#take(rows, anew);
      this.#tell(anew ? "anew" : "rows");
      if (anew) {
        this.#share();
        this.#adornSoon(ADORN);
      }
      // Where no row comes though there should be some, another question brings none either.
      return rows.ids.length > 0 || rows.total <= from;
    } catch (error) {
      const problem = problemOf(error);
      if (this.#wanted !== wanted) {
        // Something newer is wanted: what was wrong with this is nobody's concern.
        return true;
      }
      this.#wanted = null;
      this.#refused = wanted;
      this.#setProblem(problem);
      return false;
    }
  }

  #take(rows: Rows, anew: boolean): void {
    this.cache.put(rows, anew);
    this.loaded = true;
    this.remark = rows.remark;
    const known = Object.keys(this.heads).length;
    this.heads = { ...this.heads, ...rows.heads };
    if (Object.keys(this.heads).length !== known) {
      this.#tell("heads");
    }
  }

  #setProblem(problem: Problem | null): void {
    this.problem = problem;
    if (problem === null) {
      this.#refused = null;
    }
    this.#tell("problem");
  }

  /** Let Python know of the query that is shown. */
  #share(): void {
    // What is set here is heard here too, and something newer may be wanted by now.
    this.#sharing = true;
    for (const name of SHARED) {
      this.model.set(name, this.query[name] as never);
    }
    this.#sharing = false;
    this.model.save_changes();
    this.#tell("query");
  }

  #adornSoon(wait: number): void {
    clearTimeout(this.#adorning);
    this.#revision += 1;
    if (!this.signal.aborted) {
      this.#adorning = setTimeout(() => void this.#adorn(), wait);
    }
  }

  /** Ask what the columns span, and which of them differ: after the rows, as it takes longer. */
  async #adorn(): Promise<void> {
    const revision = this.#revision;
    this.#adorned = Date.now();
    const { requests, query } = this;
    try {
      if (this.onlyDiffering) {
        const columns = this.columns.filter((name) => name !== "name");
        const differing = await requests.ask("differing", { ...query, columns });
        const kept = new Set(differing.columns);
        this.alike = new Set(columns.filter((name) => !kept.has(name)));
        this.#tell("heads");
      }
      let columns = this.shown.filter((name) => this.#spans(name));
      while (columns.length > 0 && revision === this.#revision && !this.signal.aborted) {
        // biome-ignore lint/performance/noAwaitInLoops: one after another, so that rows can come between
        const { scales } = await requests.ask("scale", { ...query, columns });
        for (const scale of scales) {
          this.scales.set(scale.column, scale);
        }
        columns = columns.slice(Math.max(1, scales.length));
        this.#tell("rows");
      }
    } catch (error) {
      // Without what adorns them the rows can still be read.
      problemOf(error);
    }
  }

  #spans(column: string): boolean {
    const kind = this.heads[column]?.kind;
    return kind === "metrics" || kind === "params" || column === "duration";
  }
}
