import { problemOf } from "../kernel/replies.ts";
import { element } from "../ui/dom.ts";
import { oneLine, visible } from "../ui/text.ts";
import type { RunPageResults } from "../wire.ts";
import { button, copyButton, editor, edits, focusIn } from "./controls.ts";
import type { Page } from "./page.ts";

/** The button that makes a project of the run, and the place below it for the folder's name and for what was made. */
export function packaging(page: Page): { open: HTMLButtonElement; place: HTMLElement } {
  const place = element("div", { class: "nbtrack-run-stack", hidden: true });
  const close = () => {
    place.hidden = true;
    place.replaceChildren();
    open.focus();
  };
  // The page's own line is out of sight from here.
  const refused = element("div", { class: "nbtrack-run-bad", role: "alert" });
  const save = async (folder: string) => {
    const doing = page.notice.open("Making the project");
    refused.textContent = "";
    try {
      const parts = { folder: folder.trim() };
      const made = await page.client.ask("package", parts, (stage) => page.notice.tell(doing, stage));
      place.replaceChildren(...what(page, made, close));
      focusIn(place);
    } catch (error) {
      refused.textContent = visible(problemOf(error).message);
    }
    page.notice.close(doing);
    // What was made is shown in the place of the box: nothing is left to be closed.
    return false;
  };
  const begin = () => {
    const text = folderName(page.model.get("page").name.text);
    const box = editor(
      { text, label: "Folder of the project", done: "Make the project", save, closed: close },
      page.signal,
    );
    const hint = "A folder beside the store. It gets the code with its parameters, the packages, small data.";
    refused.textContent = "";
    place.replaceChildren(element("div", { class: "nbtrack-run-quiet" }, hint), box, refused);
    place.hidden = false;
    focusIn(box);
  };
  const label = "Make a project of the run, which runs elsewhere";
  const open = edits(button("Package…", begin, page.signal, label));
  return { open, place };
}

function what(page: Page, made: RunPageResults["package"], close: () => void): HTMLElement[] {
  const copy = copyButton("Copy command", () => made.command, page.signal, "Copy the command that runs it");
  const said = element(
    "div",
    { role: "status" },
    `Made ${oneLine(made.folder, 300)} with ${made.files.length.toLocaleString("en")} files. It runs with`,
  );
  const attributes = { class: "nbtrack-run-mono", tabindex: "0", role: "group", "aria-label": "Command" };
  const command = element("pre", attributes, element("code", {}, visible(made.command)));
  const hide = button("Hide", close, page.signal, "Hide what was made");
  const files = element("details", {}, element("summary", {}, "Files"), list(made.files));
  const left =
    made.left_out.length === 0
      ? []
      : [element("div", {}, element("strong", {}, "Left out"), list(made.left_out))];
  return [said, command, element("div", { class: "nbtrack-run-line" }, copy, hide), files, ...left];
}

function list(texts: string[]): HTMLElement {
  return element("ul", {}, ...texts.map((text) => element("li", {}, oneLine(text, 300))));
}

/** A run's name as one of a folder. */
function folderName(name: string): string {
  const plain = name.replaceAll(/[^\w-]+/gu, "-").replaceAll(/^-+|-+$/gu, "");
  return `${plain === "" ? "run" : plain.slice(0, 60)}-project`;
}
