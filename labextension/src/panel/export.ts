import { problemOf } from "../kernel/replies.ts";
import { element } from "../ui/dom.ts";
import { copyText, saveBlob, saveText } from "../ui/export.ts";
import { popover } from "./controls.ts";
import type { PanelState } from "./state.ts";
import { shownCount } from "./text.ts";

/** What is exported: the shown columns, of the chosen runs or else of all runs that the filter finds. */
type Shown = PanelState["query"] & { columns: string[]; ids: string[] };
/** Exports it, and returns the message for the user. */
type Export = (state: PanelState, shown: Shown) => Promise<string>;

/** What only a kernel can do is hidden where a server shows the panel. */
const KERNEL = "nbtrack-of-kernel";

const EXPORTS: [title: string, act: Export, more?: string][] = [
  ["Download as CSV", saveCsv],
  ["Download as Parquet", saveParquet],
  ["DataFrame in the notebook", handOver, KERNEL],
  ["Copy as Markdown", (state, shown) => copy(state, shown, "markdown")],
  ["Copy as LaTeX", (state, shown) => copy(state, shown, "latex")],
  ["Report: one HTML file", saveReport],
];

/** The button that exports the table. */
export function exportButton(state: PanelState, say: (text: string) => void): HTMLElement {
  const send = async (act: Export, ids: string[]) => {
    say("Exporting…");
    try {
      say(await act(state, { ...state.query, columns: state.shown, ids }));
    } catch (error) {
      say(problemOf(error).message);
    }
  };
  const { root } = popover(
    "Export",
    "Export",
    (place, close) => {
      const ids = [...state.selection.ids];
      const what = ids.length > 0 ? ids.length : state.cache.total;
      const label =
        ids.length === 0 && state.unfolded !== null ? "All runs" : shownCount(what, "run", "runs");
      place.append(
        quiet(`${label}, the columns shown`),
        ...EXPORTS.map(([title, act, more = ""]) => {
          const item = element("button", { type: "button", class: `nbtrack-panel-item ${more}` }, title);
          item.addEventListener("click", () => {
            close();
            void send(act, ids);
          });
          return item;
        }),
        inPython(),
      );
    },
    state.signal,
  );
  // A report is made already, and asks no store.
  root.classList.add("nbtrack-of-store");
  return root;
}

async function saveReport({ requests }: PanelState, shown: Shown): Promise<string> {
  const { text, count } = await requests.ask("export", { ...shown, format: "report" });
  saveText(text, "report.html", "text/html");
  return `${runs(count)} written to report.html.`;
}

function inPython(): HTMLElement {
  const shown = quiet("In Python: ", code("panel.runs.to_pandas()"), ", ", code("panel.selected"));
  shown.classList.add(KERNEL);
  return shown;
}

function quiet(...parts: (Node | string)[]): HTMLElement {
  return element("div", { class: "nbtrack-panel-quiet" }, ...parts);
}

function code(text: string): HTMLElement {
  return element("code", {}, text);
}

async function saveCsv({ requests }: PanelState, shown: Shown): Promise<string> {
  const { text, count } = await requests.ask("export", { ...shown, format: "csv" });
  saveText(text, "runs.csv", "text/csv");
  return `${runs(count)} written to runs.csv.`;
}

async function saveParquet({ requests }: PanelState, shown: Shown): Promise<string> {
  const { text, count } = await requests.ask("export", { ...shown, format: "parquet" });
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  saveBlob(new Blob([bytes], { type: "application/vnd.apache.parquet" }), "runs.parquet");
  return `${runs(count)} written to runs.parquet.`;
}

async function handOver({ requests }: PanelState, shown: Shown): Promise<string> {
  const { name, count } = await requests.ask("frame", shown);
  return `${runs(count)} ${count === 1 ? "is" : "are"} now in ${name}.`;
}

async function copy({ requests }: PanelState, shown: Shown, format: "markdown" | "latex"): Promise<string> {
  const { text, count } = await requests.ask("export", { ...shown, format });
  return (await copyText(text)) ? `${runs(count)} copied.` : "The browser lets nothing be copied here.";
}

function runs(count: number): string {
  return shownCount(count, "run", "runs");
}
