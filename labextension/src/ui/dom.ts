/** Elements by hand. Text is always put in as text: what a model or a log says is never read as HTML. */

type Attributes = Readonly<Record<string, string | boolean>>;

/** Return a new element; an attribute is left out where it is false, and empty where it is true. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children);
  return made;
}

// Each widget of a page is a module of its own, and counts for itself.
const own = (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0).toString(36);
let made = 0;

/** Return an id that no other element of the page has. */
export function freshId(): string {
  made += 1;
  return `nbtrack-${own}-${made}`;
}

/** With this JupyterLab takes no key that is pressed inside an element for a command of its own. */
const OURS = "data-lm-suppress-shortcuts";

/**
 * Keep the keys that are pressed in a widget to the widget.
 *
 * JupyterLab would take them for its own, and edit the cell; typed into boxes, it would cancel Enter from above. The
 * notebook is saved from here as from anywhere.
 */
export function keepKeys(root: HTMLElement, signal: AbortSignal): void {
  root.setAttribute(OURS, "true");
  // Some versions of JupyterLab hear keys at the document before they come here: only the window is earlier.
  root.ownerDocument.defaultView?.addEventListener(
    "keydown",
    (event) => {
      if (saves(event)) {
        root.removeAttribute(OURS);
      } else {
        root.setAttribute(OURS, "true");
      }
    },
    { capture: true, signal },
  );
  root.addEventListener("keydown", (event) => {
    const { target } = event;
    if (!saves(event) && target instanceof Element && target.matches("input, textarea, select")) {
      event.stopPropagation();
    }
  });
}

function saves({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === "s" && (ctrlKey || metaKey) && !altKey && !shiftKey;
}
