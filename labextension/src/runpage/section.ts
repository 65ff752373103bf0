import { element } from "../ui/dom.ts";

const STORAGE_KEY = "nbtrack-run-sections";

/** A part of the page that can be closed. The browser remembers which sections are closed. */
export interface Section {
  block: HTMLElement;
  body: HTMLElement;
  /** Say in the heading how much is inside, and whether to show the section at all. */
  count: (text: string, shown?: boolean) => void;
  /** Call `open` now if the section is open, and whenever it is opened. */
  whenOpen: (open: () => void) => void;
}

export function section(title: string, signal: AbortSignal, open = true, wide = false): Section {
  const countText = element("span", { class: "nbtrack-run-quiet" });
  const heading = element(
    "span",
    { class: "nbtrack-run-heading", role: "heading", "aria-level": "3" },
    title,
  );
  const body = element("div", { class: "nbtrack-run-body" });
  const details = element(
    "details",
    { class: wide ? "nbtrack-run-section nbtrack-run-wide" : "nbtrack-run-section" },
    element("summary", {}, heading, countText),
    body,
  );
  details.dataset["section"] = title.toLowerCase();
  details.open = remembered()[title] ?? open;
  let wanted = details.open;
  details.addEventListener(
    "toggle",
    () => {
      // The browser sends the first event when the section is drawn.
      if (details.open !== wanted) {
        wanted = details.open;
        remember(title, wanted);
      }
    },
    { signal },
  );
  return {
    block: details,
    body,
    count(text, shown = true) {
      countText.textContent = text;
      details.hidden = !shown;
    },
    whenOpen(opened) {
      const look = () => details.open && opened();
      details.addEventListener("toggle", look, { signal });
      look();
    },
  };
}

function remembered(): Record<string, boolean> {
  try {
    const held: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    const pairs = Object.entries(typeof held === "object" && held !== null ? held : {});
    return Object.fromEntries(pairs.filter(([, open]) => typeof open === "boolean"));
  } catch {
    // No storage in some frames.
    return {};
  }
}

function remember(title: string, open: boolean): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify({ ...remembered(), [title]: open }));
  } catch {
    // As above: then it is not remembered.
  }
}
