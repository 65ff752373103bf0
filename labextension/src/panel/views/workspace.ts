import { nameOf } from "../../curves/lines.ts";
import type { Ask, FieldsDocument, RunHead } from "../../kernel/documents.ts";
import { readTheme } from "../../plot/colours.ts";
import { button, choice } from "../../plot/controls.ts";
import { columnText } from "../../plot/fields.ts";
import { Marked } from "../../plot/marked.ts";
import { Notice } from "../../plot/view.ts";
import { element } from "../../ui/dom.ts";
import type { Arrangements } from "../messages.ts";
import type { PanelState } from "../state.ts";
import { type Card, type DrawnCard, drawCard, freshCard, isKind, KINDS } from "./cards.ts";
import { withoutHidden } from "./charts.ts";
import { documentView, type ViewContext } from "./document.ts";
import { type Fields, needed } from "./fields.ts";

/** How many runs are listed beside the charts. */
const MAX_LISTED = 200;

/** What stays while the runs change: the charts, and the name that they were saved under. */
interface Held {
  cards: Card[] | null;
  name: string;
  saved: Arrangements;
}

/** Show runs beside the charts that the user has put together, in the body of the tab. */
export function drawWorkspace(state: PanelState, body: HTMLElement): void {
  const held: Held = { cards: null, name: "", saved: { arrangements: [], kept: false } };
  const marked = new Marked();
  let shown: Workspace | null = null;
  const view = documentView(state, "workspace", body, async (context) => {
    const found = await context.fields("curves");
    const metric = needed(found.metric);
    if (held.cards === null) {
      held.saved = await state.requests.ask("arrangements", {});
      const [last] = held.saved.arrangements;
      held.name = last?.name ?? "";
      held.cards = savedCards(held, held.name) ?? firstCards(found);
    }
    shown?.keep();
    const list = await context.ask("parallel", { fields: [`metrics.${metric}`] });
    shown = new Workspace({ state, context, found, held, marked, list, redraw: () => view.outdate() });
    context.place.replaceChildren(shown.root);
    return () => shown?.refresh();
  });
  state.hidden.onChanged(() => view.outdate());
}

/** Return the charts of an arrangement. What is saved does not change with them. */
function savedCards({ saved }: Held, name: string): Card[] | undefined {
  return structuredClone(saved.arrangements.find((one) => one.name === name)?.charts);
}

/** Return the charts of a panel for which none were saved. */
function firstCards(found: Fields): Card[] {
  const { curve, histories } = found;
  const own = curve !== null && histories.includes(curve) ? [curve] : histories.slice(0, 1);
  // Beside `train/loss` stands `val/loss`.
  const like = histories.filter((name) => name.split("/").at(-1) === own[0]?.split("/").at(-1));
  const both = [...new Set([...own, ...like, ...histories])].slice(0, 2);
  const lines = both.map((metric) => ({ kind: "curves", asked: { metric } }));
  const others = (["bars", "scatter", "parallel"] as const).map((kind) => freshCard(kind, found));
  return [...lines, ...others].slice(0, 4);
}

interface WorkspaceContext {
  state: PanelState;
  context: ViewContext;
  found: Fields;
  held: Held;
  marked: Marked;
  list: FieldsDocument;
  redraw: () => void;
}

class Workspace {
  readonly root: HTMLElement;
  readonly #given: WorkspaceContext;
  readonly #grid = element("div", { class: "nbtrack-workspace-grid" });
  readonly #tools = element("div", { class: "nbtrack-controls" });
  readonly #notice: Notice;
  readonly #drawn = new Map<Card, DrawnCard>();

  constructor(given: WorkspaceContext) {
    this.#given = given;
    this.#notice = new Notice(given.context.signal);
    const charts = element("div", {}, this.#tools, this.#notice.root, this.#grid);
    this.root = element("div", { class: "nbtrack-view nbtrack-workspace" }, runList(given), charts);
    this.#offer();
    for (const card of this.#cards) {
      this.#add(card);
    }
  }

  get #cards(): Card[] {
    return this.#given.held.cards ?? [];
  }

  refresh(): void {
    for (const drawn of this.#drawn.values()) {
      drawn.refresh();
    }
  }

  /** Keep what the user has changed in the charts. */
  keep(): void {
    for (const [card, drawn] of this.#drawn) {
      card.asked = drawn.asked();
    }
  }

  /** Show what can be done: charts to add, arrangements to open, to save, to take away. */
  #offer(): void {
    const { held, state, found } = this.#given;
    const kinds = Object.entries(KINDS).map(([value, text]) => ({ value, text }));
    const add = choice("Add", [{ value: "", text: "a chart…" }, ...kinds], "", (kind) => {
      if (isKind(kind)) {
        const card = freshCard(kind, found);
        held.cards = [...this.#cards, card];
        this.#add(card).scrollIntoView({ block: "nearest" });
        this.#offer();
      }
    });
    const { arrangements, kept } = held.saved;
    const names = arrangements.map((one) => ({ value: one.name, text: one.name }));
    const open = choice("Arrangement", [{ value: "", text: "not saved" }, ...names], held.name, (wanted) => {
      held.name = wanted;
      held.cards = savedCards(held, wanted) ?? firstCards(found);
      this.#drawn.clear();
      this.#given.redraw();
    });
    const name = element("input", {
      type: "text",
      placeholder: "Name",
      "aria-label": "Name of the arrangement",
    });
    name.value = held.name;
    const save = (charts: Card[]) => {
      const wanted = name.value.trim();
      if (wanted !== "") {
        void this.#save(wanted, charts);
      }
    };
    const saving = [
      name,
      button(
        "Save",
        () => {
          this.keep();
          save(this.#cards);
        },
        "Keep these charts under the name; the next panel of the store begins with them",
      ),
      ...(held.name === ""
        ? []
        : [button("Forget", () => save([]), "Take the arrangement of this name away")]),
    ];
    this.#tools.replaceChildren(add, open, ...(kept && !state.model.get("_read_only") ? saving : []));
  }

  async #save(name: string, charts: Card[]): Promise<void> {
    const { held, state } = this.#given;
    const cards = this.#cards;
    const saved = await this.#notice.wait(state.requests.ask("arrange", { name, charts }), {
      text: "Saving",
    });
    if (saved !== undefined) {
      held.saved = saved;
      held.name = charts.length > 0 ? name : "";
      held.cards = cards;
      this.#offer();
    }
  }

  #add(card: Card): HTMLElement {
    const { context, state, found, marked, held } = this.#given;
    const gone = new AbortController();
    context.signal.addEventListener("abort", () => gone.abort());
    const notice = new Notice(gone.signal);
    const place = element("div", { class: "nbtrack-workspace-chart" });
    const title = isKind(card.kind) ? KINDS[card.kind] : card.kind;
    const root = element("section", { class: "nbtrack-workspace-card", "aria-label": title });
    const edit = button(
      "Edit",
      () => {
        const on = root.classList.toggle("nbtrack-editing");
        edit.setAttribute("aria-pressed", String(on));
      },
      "Show what can be chosen in this chart",
    );
    const remove = button(
      "×",
      () => {
        gone.abort();
        root.remove();
        held.cards = this.#cards.filter((one) => one !== card);
        this.#drawn.delete(card);
      },
      "Remove this chart",
    );
    for (const act of [edit, remove]) {
      act.classList.add("nbtrack-workspace-act");
    }
    remove.setAttribute("aria-label", `Remove: ${title}`);
    root.append(element("header", {}, element("strong", {}, title), edit, remove), notice.root, place);
    this.#grid.append(root);
    const cardContext = { state, found, marked, ask: shownOnly(state, context.ask) };
    void notice.wait(drawCard(card, place, cardContext, gone.signal), { text: "Reading" }).then((drawn) => {
      if (drawn !== undefined) {
        this.#drawn.set(card, drawn);
      }
    });
    return root;
  }
}

/** Ask for the runs that are not hidden. */
function shownOnly({ hidden }: PanelState, given: Ask): Ask {
  return async (kind, payload) => {
    const answer = await given(kind, payload);
    return kind === "scatter" || kind === "parallel"
      ? (withoutHidden(answer as FieldsDocument, hidden.ids) as typeof answer)
      : answer;
  };
}

/** The runs beside the charts: what the pointer is at stands out in the charts, and the other way round. */
function runList({ state, context, marked, list }: WorkspaceContext): HTMLElement {
  const { runs, columns } = list;
  const [column] = columns;
  const rows = new Map<string, HTMLElement>();
  const root = element("ul", { "aria-label": "Runs" });
  const dark = () => readTheme(root).dark;
  for (const [place, run] of runs.slice(0, MAX_LISTED).entries()) {
    const value = column === undefined ? "" : columnText(column, place);
    rows.set(run.id, runRow(run, value, { state, marked }));
  }
  root.append(...rows.values());
  const colour = () => {
    const isDark = root.isConnected && dark();
    for (const [id, row] of rows) {
      const swatch = row.querySelector<HTMLElement>(".nbtrack-legend-line");
      swatch?.style.setProperty(
        "border-top",
        `3px ${state.colours.style(id)} ${state.colours.of(id, isDark)}`,
      );
    }
  };
  colour();
  requestAnimationFrame(colour);
  const themed = new MutationObserver(colour);
  themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  context.signal.addEventListener("abort", () => themed.disconnect());
  let before: HTMLElement | undefined;
  marked.onChanged(() => {
    before?.classList.remove("nbtrack-marked");
    before = rows.get(marked.id ?? "");
    before?.classList.add("nbtrack-marked");
    if (before !== undefined && !before.matches(":hover")) {
      // Only the list scrolls, not the page with it.
      root.scrollTop = Math.max(
        Math.min(root.scrollTop, before.offsetTop),
        before.offsetTop + before.offsetHeight - root.clientHeight,
      );
    }
  }, context.signal);
  const more = runs.length - rows.size + list.left_out;
  const rest = more > 0 ? [element("p", {}, `and ${more.toLocaleString("en")} more`)] : [];
  const head = element(
    "header",
    {},
    element("strong", {}, "Runs"),
    element("small", {}, column?.label ?? ""),
  );
  return element("aside", {}, head, root, ...rest);
}

function runRow(
  run: RunHead,
  value: string,
  { state, marked }: Pick<WorkspaceContext, "state" | "marked">,
): HTMLElement {
  const isHidden = state.hidden.ids.has(run.id);
  const swatch = element("i", { class: "nbtrack-legend-line" });
  const label = `${nameOf(run)}: ${isHidden ? "show it in the charts" : "hide it from the charts"}`;
  const eye = element(
    "button",
    { type: "button", title: label, "aria-label": label, "aria-pressed": String(!isHidden) },
    element("i", { class: "nbtrack-eye" }),
    swatch,
    element("span", { title: run.name }, nameOf(run)),
    element("b", {}, value),
  );
  eye.addEventListener("click", () => state.hidden.toggle(run.id));
  const row = element("li", {}, eye);
  const mark = (id: string | null) => () => marked.mark(id);
  row.addEventListener("pointerenter", mark(run.id));
  row.addEventListener("pointerleave", mark(null));
  eye.addEventListener("focus", mark(run.id));
  eye.addEventListener("blur", mark(null));
  return row;
}
