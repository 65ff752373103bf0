import { problemOf } from "../kernel/replies.ts";
import { element, freshId } from "../ui/dom.ts";
import { copyText } from "../ui/export.ts";
import type { Page } from "./page.ts";

/** For how many milliseconds a button says what it did. */
const FEEDBACK_TIME = 2000;

type Act = () => unknown;

/** A button. Screen readers read `label` out in place of its text. */
export function button(text: string, act: Act, signal: AbortSignal, label = ""): HTMLButtonElement {
  const made = element(
    "button",
    {
      type: "button",
      class: "nbtrack-run-button",
      "aria-label": label === "" ? false : label,
    },
    text,
  );
  if (label !== "") {
    made.title = label;
  }
  made.addEventListener("click", () => void act(), { signal });
  return made;
}

/** Give a button another look. */
export function styled(
  kind: "primary" | "danger" | "quietly" | "link" | "plain" | "pencil" | "new",
  made: HTMLButtonElement,
): HTMLButtonElement {
  made.classList.add(`nbtrack-run-${kind}`);
  return made;
}

/** Mark a control that changes the store: it is hidden where the store is read-only. */
export function edits<Made extends HTMLElement>(made: Made): Made {
  made.classList.add("nbtrack-run-edits");
  return made;
}

/** A button that copies a text, which may have to be fetched first. */
export function copyButton(
  title: string,
  text: () => string | Promise<string | undefined>,
  signal: AbortSignal,
  label = "",
): HTMLButtonElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const press = async () => {
    const held = await text();
    const done = held !== undefined && (await copyText(held));
    made.textContent = done ? "Copied" : "Not copied";
    clearTimeout(timer);
    timer = setTimeout(() => {
      made.textContent = title;
    }, FEEDBACK_TIME);
  };
  const made = button(title, press, signal, label);
  made.setAttribute("aria-live", "polite");
  signal.addEventListener("abort", () => clearTimeout(timer));
  return made;
}

interface Editor {
  /** What stands there at first. */
  text: string;
  label: string;
  lines?: number;
  /** The completions of a single line. */
  options?: HTMLDataListElement;
  /** What the button says that saves. */
  done?: string;
  /** Return whether it was saved: the editor is closed then. */
  save: (text: string) => Promise<boolean>;
  closed: () => void;
}

/** A box to write in. Ctrl+Enter saves, and in a single line also Enter. Escape cancels. */
export function editor(
  { text, label, lines = 1, options, done = "Save", save, closed }: Editor,
  signal: AbortSignal,
): HTMLElement {
  const attributes = { class: "nbtrack-run-input", "aria-label": label, autocomplete: "off" };
  const input =
    lines > 1
      ? element("textarea", { ...attributes, rows: String(lines) })
      : element("input", { ...attributes, type: "text", list: options?.id ?? false });
  input.value = text;
  const submit = async () => {
    if (input.disabled) {
      return;
    }
    for (const control of controls) {
      control.disabled = true;
    }
    if (await save(input.value)) {
      closed();
      return;
    }
    for (const control of controls) {
      control.disabled = false;
    }
    input.focus();
  };
  const saveButton = styled("primary", button(done, submit, signal));
  const cancel = button("Cancel", closed, signal);
  const controls = [input, saveButton, cancel];
  input.addEventListener(
    "keydown",
    (event: Event) => {
      const { key, ctrlKey, metaKey, isComposing } = event as KeyboardEvent;
      if (isComposing) {
        return;
      }
      if (key === "Enter" && (lines === 1 || ctrlKey || metaKey)) {
        event.preventDefault();
        event.stopPropagation();
        void submit();
      } else if (key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        closed();
      }
    },
    { signal },
  );
  const hint = lines > 1 ? "Markdown. Ctrl+Enter saves, Escape cancels." : "";
  const foot = element("div", { class: "nbtrack-run-line" }, saveButton, cancel);
  foot.append(element("span", { class: "nbtrack-run-quiet" }, hint));
  return element(
    "div",
    { class: lines > 1 ? "nbtrack-run-editor" : "nbtrack-run-line" },
    input,
    foot,
    ...(options ? [options] : []),
  );
}

/** Put the focus into what was just shown. */
export function focusIn(block: HTMLElement): void {
  const first = block.querySelector<HTMLInputElement>("input, textarea, button");
  first?.focus();
  if (first !== null && "select" in first && first.tagName === "INPUT") {
    first.select();
  }
}

/** Return the names that the store has, as completions for a box. The kernel fills the list later. */
export function knownNames(page: Page, what: "tags" | "models"): HTMLDataListElement {
  const list = element("datalist", { id: freshId() });
  page.client.ask("names", {}).then((names) => {
    list.append(...names[what].map((name) => element("option", { value: name })));
  }, problemOf);
  return list;
}
