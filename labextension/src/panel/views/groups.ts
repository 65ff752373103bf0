import { type Sorted, showGroups } from "../../compare/groups.ts";
import type { Group, GroupsDocument } from "../../kernel/documents.ts";
import { button } from "../../plot/controls.ts";
import { fieldLabel } from "../../plot/fields.ts";
import { Notice } from "../../plot/view.ts";
import { element } from "../../ui/dom.ts";
import { fieldPicker } from "../fieldpicker.ts";
import type { PanelState } from "../state.ts";
import { shownCount } from "../text.ts";
import { documentView, showInTable, type ViewContext } from "./document.ts";
import { type Fields, fieldNotes, hasMetric, needed } from "./fields.ts";

/** How many metrics are shown at first. */
const FIRST_METRICS = 4;
/** A filter can name at most this many runs. */
const MAX_NAMED = 1000;

/** The choices of the user, which stay for other runs. */
interface GroupChoices {
  /** Null for the fields that the kernel suggests. */
  by: string[] | null;
  metrics: string[];
  sorted: Sorted | null;
}

/** Show groups of runs, with mean and spread of their metrics. `curves` shows the mean curves of a metric. */
export function drawGroups(
  state: PanelState,
  body: HTMLElement,
  curves: (metric: string, by: readonly string[]) => void,
): void {
  const choices: GroupChoices = { by: null, metrics: [], sorted: null };
  let shown: GroupsView | null = null;
  state.on(["chosen"], () => shown?.mark());
  documentView(state, "groups", body, async (context) => {
    const found = await context.fields("grouped");
    needed(found.metric);
    const grouped = new GroupsView({ state, context, found, choices, curves });
    await grouped.ask();
    context.place.replaceChildren(grouped.root);
    shown = grouped;
    return () => void grouped.refresh();
  });
}

interface GroupsContext {
  state: PanelState;
  context: ViewContext;
  found: Fields;
  choices: GroupChoices;
  curves: (metric: string, by: readonly string[]) => void;
}

class GroupsView {
  readonly root: HTMLElement;
  readonly #state: PanelState;
  readonly #context: ViewContext;
  readonly #choices: GroupChoices;
  readonly #notice: Notice;
  readonly #place = element("div", {});
  readonly #by: ReturnType<typeof fieldPicker>;
  readonly #metrics: ReturnType<typeof fieldPicker>;
  readonly #summary = element("span", { role: "status" });
  readonly #use = button("Show these in the table", () => this.#showInTable());
  readonly #curves: HTMLButtonElement;
  #document: GroupsDocument | null = null;
  #text = "";

  constructor({ state, context, found, choices, curves }: GroupsContext) {
    this.#state = state;
    this.#context = context;
    this.#notice = new Notice(context.signal);
    this.#choices = choices;
    if (!choices.metrics.some((name) => hasMetric(found, name))) {
      choices.metrics = found.metrics.filter((name) => hasMetric(found, name)).slice(0, FIRST_METRICS);
    }
    const { signal } = context;
    const prefixed = found.metrics.map((name) => `metrics.${name}`);
    const what = { label: "Group by", names: found.groups, noteOf: fieldNotes(found) };
    this.#by = fieldPicker(what, signal, (by) => {
      Object.assign(choices, { by, sorted: null });
      void this.refresh();
    });
    this.#metrics = fieldPicker({ ...what, label: "Metrics", names: prefixed }, signal, (metrics) => {
      Object.assign(choices, { metrics: metrics.map(fieldLabel), sorted: null });
      void this.refresh();
    });
    this.#curves = button(
      "Curves of the groups",
      () => curves(choices.metrics[0] ?? found.metrics[0] ?? "", this.#document?.by ?? []),
      "The mean of each group's curves with a band; only of those that are chosen, if some are",
    );
    const tools = element("div", { class: "nbtrack-panel-tools", role: "toolbar", "aria-label": "Groups" });
    tools.append(this.#by.root, this.#metrics.root, this.#curves);
    const line = element("div", { class: "nbtrack-panel-use" }, this.#summary, this.#use);
    for (const one of [this.#curves, this.#use]) {
      one.classList.add("nbtrack-panel-button");
    }
    this.root = element("div", {}, tools, this.#notice.root, this.#place, line);
  }

  /** Load the groups and draw them. */
  async ask(): Promise<void> {
    const { by, metrics } = this.#choices;
    this.#take(await this.#context.ask("grouped", { by, metrics }));
  }

  async refresh(): Promise<void> {
    const { by, metrics } = this.#choices;
    const document = await this.#notice.wait(this.#context.ask("grouped", { by, metrics }), {
      text: "Grouping the runs",
      again: () => void this.refresh(),
    });
    if (document !== undefined && !this.#context.signal.aborted) {
      this.#take(document);
    }
  }

  /** Mark the groups whose runs are chosen. */
  mark(): void {
    const groups = this.#chosen;
    const count = groups.reduce((sum, { runs }) => sum + runs.length, 0);
    const what =
      groups.length === 1
        ? `Chosen: ${groups[0]?.label}, `
        : `${groups.length.toLocaleString("en")} groups chosen, `;
    this.#summary.textContent =
      groups.length === 0
        ? "A click on a group chooses its runs, with Ctrl one more group."
        : what + shownCount(count, "run", "runs");
    this.#use.hidden = groups.length === 0;
    for (const [place, row] of [...this.#place.querySelectorAll("tbody > tr")].entries()) {
      const group = this.#document?.groups[Number((row as HTMLElement).dataset["group"] ?? place)];
      const on = group !== undefined && groups.includes(group);
      row.classList.toggle("nbtrack-chosen", on);
      row.querySelector("button")?.setAttribute("aria-pressed", String(on));
    }
  }

  get #chosen(): Group[] {
    const { selection } = this.#state;
    const groups = this.#document?.groups.filter(({ runs }) => runs.every((id) => selection.has(id))) ?? [];
    const count = groups.reduce((sum, { runs }) => sum + runs.length, 0);
    // Where other runs are chosen as well, the choice was made in the table.
    return count === selection.ids.size ? groups : [];
  }

  #take(document: GroupsDocument): void {
    const text = JSON.stringify(document);
    if (text === this.#text) {
      return;
    }
    this.#text = text;
    this.#document = document;
    this.#by.set(document.by);
    this.#metrics.set(document.metrics.map((name) => `metrics.${name}`));
    this.#curves.disabled = document.metrics.length === 0;
    const focused = this.#focused();
    const { scrollTop = 0, scrollLeft = 0 } = this.#place.querySelector(".nbtrack-compare-scroll") ?? {};
    showGroups(this.#place, document, {
      sorted: this.#choices.sorted,
      onSort: (sorted) => {
        this.#choices.sorted = sorted;
        this.mark();
      },
      onPick: (group, more) => this.#pick(group, more),
    });
    this.#place.querySelector(".nbtrack-compare-scroll")?.scrollTo?.(scrollLeft, scrollTop);
    this.mark();
    this.#buttons()
      .find(({ title }) => title !== "" && title === focused)
      ?.focus();
  }

  #buttons(): HTMLElement[] {
    return [...this.#place.querySelectorAll("button")];
  }

  /** The title of the button with the focus, by which its successor is found after a redraw. */
  #focused(): string | undefined {
    const { activeElement } = this.#place.getRootNode() as Document | ShadowRoot;
    return this.#buttons().find((one) => one === activeElement)?.title;
  }

  #pick(group: Group, more: boolean): void {
    // A user who chooses a group has accepted the suggested fields.
    this.#choices.by ??= [...(this.#document?.by ?? [])];
    const before = this.#chosen;
    const others = more ? before.filter((one) => one !== group) : [];
    // A second click on the only chosen group chooses it no longer.
    const off = before.includes(group) && (more || before.length === 1);
    const groups = off ? others : [...others, group];
    this.#context.choose(groups.flatMap(({ runs }) => runs));
  }

  #showInTable(): void {
    const groups = this.#chosen;
    const filters = groups.map(({ filter }) => filter).filter((filter) => filter !== null);
    const ids = groups.flatMap(({ runs }) => runs);
    if (filters.length === groups.length) {
      const either = filters.map((filter) => (filters.length > 1 ? `(${filter})` : filter)).join(" OR ");
      showInTable(this.#state, filters.length > 1 ? `(${either})` : either);
    } else if (ids.length <= MAX_NAMED) {
      showInTable(this.#state, `run_id IN (${ids.map((id) => `'${id}'`).join(", ")})`);
    } else {
      this.#state.model.set("view", "table");
      this.#state.model.save_changes();
    }
  }
}
