import { copyText } from "../widget/copy.ts";
import { element } from "../widget/dom.ts";
import type { Format } from "./messages.ts";
import { popover } from "./popover.ts";
import { problemOf } from "./problems.ts";
import type { Table } from "./table.ts";
import { shownCount } from "./text.ts";

/** The line below the table: how many runs are chosen, and what can be done with them. */
export function actions(table: Table): HTMLElement {
  const count = element("span", { role: "status" });
  const clear = element("button", { type: "button", class: "nbtrack-panel-link" }, "Choose none");
  const change = element("button", { type: "button", class: "nbtrack-panel-button" });
  const note = element("span", { class: "nbtrack-panel-note", role: "status" });
  const root = element(
    "div",
    { class: "nbtrack-panel-actions" },
    count,
    clear,
    change,
    exportButton(table, (text) => note.replaceChildren(text)),
    note,
  );

  const draw = () => {
    const chosen = table.selection.ids.size;
    count.textContent = chosen === 0 ? "No run chosen" : `${shownCount(chosen, "run", "runs")} chosen`;
    clear.hidden = chosen === 0;
    change.hidden = chosen === 0 || table.model.get("_read_only");
    change.textContent = table.query.deleted ? "Restore" : "Delete";
  };
  const act = async (kind: "delete" | "restore", ids: string[], undoing: boolean) => {
    change.disabled = true;
    note.replaceChildren(kind === "delete" ? "Deleting…" : "Restoring…");
    try {
      await table.requests.ask(kind, { ids });
      const done = `${shownCount(ids.length, "run", "runs")} ${kind === "delete" ? "deleted" : "restored"}. `;
      const undo = element("button", { type: "button", class: "nbtrack-panel-link" }, "Undo");
      undo.addEventListener("click", () => void act(kind === "delete" ? "restore" : "delete", ids, true));
      note.replaceChildren(done, ...(undoing ? [] : [undo]));
      table.selection.ids = new Set(undoing ? ids : []);
      table.chosen();
      table.refresh();
    } catch (error) {
      const problem = problemOf(error);
      note.replaceChildren(problem.message);
    } finally {
      change.disabled = false;
    }
  };
  change.addEventListener("click", () =>
    act(table.query.deleted ? "restore" : "delete", [...table.selection.ids], false),
  );
  clear.addEventListener("click", () => {
    table.selection.ids = new Set();
    table.chosen();
  });
  table.on(["chosen", "query"], draw);
  draw();
  return root;
}

const FORMATS: [format: Format, title: string][] = [
  ["csv", "Download as CSV"],
  ["markdown", "Copy as Markdown"],
  ["latex", "Copy as LaTeX"],
];

function exportButton(table: Table, say: (text: string) => void): HTMLElement {
  const { root } = popover(
    "Export",
    "Export",
    (place, close) => {
      const ids = [...table.selection.ids];
      const what = ids.length > 0 ? ids.length : table.cache.total;
      place.append(
        element(
          "div",
          { class: "nbtrack-panel-quiet" },
          `${shownCount(what, "run", "runs")}, the columns shown`,
        ),
        ...FORMATS.map(([format, title]) => {
          const item = element("button", { type: "button", class: "nbtrack-panel-item" }, title);
          item.addEventListener("click", () => {
            close();
            void send(table, format, ids, say);
          });
          return item;
        }),
        element(
          "div",
          { class: "nbtrack-panel-quiet" },
          "In Python: ",
          element("code", {}, "panel.runs.to_pandas()"),
          ", ",
          element("code", {}, "panel.selected"),
        ),
      );
    },
    table.signal,
  );
  return root;
}

async function send(table: Table, format: Format, ids: string[], say: (text: string) => void): Promise<void> {
  say("Exporting…");
  try {
    const asked = { ...table.query, columns: table.shown, ids, format };
    const { text, count } = await table.requests.ask("export", asked);
    const runs = shownCount(count, "run", "runs");
    if (format === "csv") {
      download(text);
      say(`${runs} written to runs.csv.`);
    } else {
      say((await copyText(text)) ? `${runs} copied.` : "The browser lets nothing be copied here.");
    }
  } catch (error) {
    const problem = problemOf(error);
    say(problem.message);
  }
}

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = element("a", { href: url, download: "runs.csv" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
