import { follow } from "../kernel/traits.ts";
import { element } from "../ui/dom.ts";
import { saveText } from "../ui/export.ts";
import { ago, exactTime, leftOut, oneLine, shownDuration, shownSize, visible } from "../ui/text.ts";
import { button, copyButton, editor, edits, focusIn, styled } from "./controls.ts";
import { download, fileLink } from "./download.ts";
import type { Relative, RunDocument } from "./messages.ts";
import { ask, followPart, type Page } from "./page.ts";
import { section } from "./section.ts";

/** Milliseconds between two updates of "a minute ago". */
const UPDATE_INTERVAL = 10_000;

/** The run's status and name, where and when it ran, and what can be done with it as a whole. */
export function header(page: Page): HTMLElement {
  const word = element("span");
  const state = element(
    "span",
    { class: "nbtrack-run-state", role: "status", "aria-live": "polite" },
    element("span", { class: "nbtrack-run-dot", "aria-hidden": "true" }),
    word,
  );
  const parent = element("span");
  followPart(
    page,
    ({ status }) => status,
    (status) => {
      state.dataset["state"] = status.toLowerCase();
      word.textContent = `${status.charAt(0)}${status.slice(1).toLowerCase()}`;
    },
  );
  followPart(
    page,
    ({ parent: found }) => found,
    (found) => parent.replaceChildren(...(found === null ? [] : ["part of ", runLink(page, found)])),
  );
  return element(
    "header",
    {},
    element("div", { class: "nbtrack-run-line" }, state, name(page), actions(page)),
    element("div", { class: "nbtrack-run-line nbtrack-run-facts" }, times(page), identity(page), parent),
    deleted(page),
    faults(page),
  );
}

function name(page: Page): HTMLElement {
  const shown = element("span", { class: "nbtrack-run-title", role: "heading", "aria-level": "2" });
  const place = element("div", { class: "nbtrack-run-name" });
  const rename = edits(
    styled(
      "pencil",
      styled(
        "quietly",
        button("Rename", () => open(), page.signal, "Rename the run"),
      ),
    ),
  );
  const close = () => {
    place.replaceChildren(shown, rename);
    rename.focus();
  };
  const save = async (text: string) =>
    (await ask(page, "edit", { changes: { name: text } }, "Renaming the run")) !== undefined;
  const open = () => {
    const { name: held } = page.model.get("page");
    const made = editor({ text: held.text, label: "Name of the run", save, closed: close }, page.signal);
    place.replaceChildren(made);
    focusIn(made);
  };
  place.append(shown, rename);
  followPart(
    page,
    ({ name: held }) => held,
    ({ text, left }) => {
      shown.textContent = `${oneLine(text, 200)}${leftOut(left)}`;
      shown.title = visible(text);
      rename.hidden = left > 0;
    },
  );
  return place;
}

/** When it began and how long it took. */
function times(page: Page): HTMLElement {
  const started = element("time");
  const took = element("span");
  const draw = () => {
    const { started: begin, ended, status, measured } = page.model.get("page");
    const now = Date.now() / 1000;
    put(started, `started ${ago(begin, now)}`);
    started.title = exactTime(begin);
    started.dateTime = new Date(begin * 1000).toISOString();
    const seconds = (ended ?? (status === "RUNNING" ? now : begin)) - begin;
    put(
      took,
      ended === null && status !== "RUNNING"
        ? ""
        : `${ended === null ? "for" : "took"} ${shownDuration(seconds)}`,
    );
    took.title = measures(measured);
  };
  follow(page, ["page"], draw);
  const timer = setInterval(
    () => draw(),
    page.model.get("page").status === "RUNNING" ? UPDATE_INTERVAL / 10 : UPDATE_INTERVAL,
  );
  page.signal.addEventListener("abort", () => clearInterval(timer));
  return element("span", { class: "nbtrack-run-facts" }, started, took);
}

function measures({
  wall_seconds: wall,
  cpu_seconds: cpu,
  peak_memory_bytes: memory,
}: RunDocument["measured"]): string {
  const texts = [
    wall === undefined ? "" : `cell ${shownDuration(wall)}`,
    cpu === undefined ? "" : `CPU ${shownDuration(cpu)}`,
    memory === undefined ? "" : `peak memory ${shownSize(memory)}`,
  ];
  return texts.filter((part) => part !== "").join(", ");
}

/** The experiment, the notebook, the id. */
function identity(page: Page): HTMLElement {
  const experiment = element("span");
  const notebook = element("span");
  const user = element("span");
  const id = element("code");
  const copy = copyButton("Copy", () => page.model.get("page").id, page.signal, "Copy the run's id");
  styled("quietly", copy);
  followPart(
    page,
    (run) => [run.experiment, run.notebook || run.source, run.id, run.user],
    ([in_, from, held = "", who = ""]) => {
      user.textContent = who === "" ? "" : `by ${oneLine(who, 60)}`;
      user.title = visible(who);
      experiment.textContent = `in ${oneLine(in_ ?? "", 80)}`;
      notebook.textContent = oneLine(from ?? "", 80);
      notebook.title = visible(from ?? "");
      id.textContent = held.slice(0, 8);
      id.title = held;
    },
  );
  return element(
    "span",
    { class: "nbtrack-run-facts" },
    experiment,
    user,
    notebook,
    element("span", {}, id, " ", copy),
  );
}

function actions(page: Page): HTMLElement {
  const save = button("Export", () => exported(page), page.signal, "Save params, metrics and tags as JSON");
  const place = element("div", { class: "nbtrack-run-line nbtrack-run-actions" });
  const remove = edits(button("Delete", () => confirm(), page.signal, "Delete the run"));
  const saying = "Save all artifacts as one ZIP file";
  const link = fileLink(page, "", "Artifacts as ZIP", saying);
  link?.classList.add("nbtrack-run-button");
  const files = link ?? button("Artifacts as ZIP", () => download(page, { path: "" }), page.signal, saying);
  followPart(
    page,
    ({ artifacts }) => artifacts.length === 0,
    (none) => {
      files.hidden = none;
    },
  );
  const close = () => place.replaceChildren(save, files, remove);
  const confirm = () => {
    const { children: runs, children_left: left } = page.model.get("page");
    const total = runs.length + left;
    const also =
      total === 0 ? "" : ` and its ${total.toLocaleString("en")} child run${total === 1 ? "" : "s"}`;
    const no = button(
      "Keep",
      () => {
        close();
        remove.focus();
      },
      page.signal,
    );
    const act = async () => {
      close();
      await ask(page, "delete", {}, "Deleting the run");
    };
    const yes = styled("danger", button("Delete it", act, page.signal));
    place.replaceChildren(element("span", { role: "alert" }, `Delete this run${also}?`), yes, no);
    no.focus();
  };
  close();
  followPart(
    page,
    (run) => run.deleted !== null,
    (gone) => {
      remove.hidden = gone;
    },
  );
  return place;
}

async function exported(page: Page): Promise<void> {
  const result = await ask(page, "export", {}, "Exporting");
  if (result === undefined) {
    return;
  }
  const { text, filename } = result;
  saveText(text, filename, "application/json");
}

/** The banner of a deleted run, with the button that restores it until it is removed for good. */
function deleted(page: Page): HTMLElement {
  const text = element("span");
  const restore = edits(
    button("Restore", () => ask(page, "restore", {}, "Restoring the run"), page.signal, "Take the run back"),
  );
  const made = element("div", { class: "nbtrack-run-banner", role: "note", hidden: true }, text, restore);
  follow(page, ["page", "removed"], () => {
    const gone = page.model.get("removed");
    const { deleted: at } = page.model.get("page");
    made.hidden = !gone && at === null;
    restore.hidden = gone;
    put(text, gone ? "This run was removed for good." : `Deleted ${ago(at ?? 0, Date.now() / 1000)}.`);
  });
  return made;
}

function faults(page: Page): HTMLElement {
  const made = element("ul", { class: "nbtrack-run-list nbtrack-run-bad", hidden: true });
  followPart(
    page,
    (run) => run.faults,
    (found) => {
      const entries = Object.entries(found);
      made.replaceChildren(
        ...entries.map(([part, why]) => element("li", {}, oneLine(`${part} could not be read: ${why}`, 600))),
      );
      made.hidden = entries.length === 0;
    },
  );
  return made;
}

function put(place: HTMLElement, text: string): void {
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

/** The child runs, each a link to its page. */
export function children(page: Page): HTMLElement {
  const { block, body, count } = section("Child runs", page.signal);
  followPart(
    page,
    ({ children: found, children_left: left }) => ({ found, left }),
    ({ found, left }) => {
      const rows = found.map((run) => {
        const started = element("span", { class: "nbtrack-run-quiet" }, ago(run.started, Date.now() / 1000));
        started.title = exactTime(run.started);
        const status = element("span", { class: "nbtrack-run-quiet" }, run.status.toLowerCase());
        return element("li", { class: "nbtrack-run-line" }, runLink(page, run), status, started);
      });
      const more = element("li", { class: "nbtrack-run-quiet" }, leftOut(left, "runs"));
      body.replaceChildren(element("ul", { class: "nbtrack-run-list" }, ...rows, more));
      count(String(found.length + left), found.length > 0);
    },
  );
  return block;
}

/** A run's name, which opens its page. */
function runLink(page: Page, { id, name: title }: Relative): HTMLButtonElement {
  const open = () => ask(page, "open", { run: id }, "Opening the run");
  return styled("link", button(oneLine(title, 80), open, page.signal, `Open the run ${oneLine(title, 80)}`));
}
