/** Elements of the page. All text is inserted as text, so that nothing from a model or a log becomes HTML. */

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

// Each widget of a page is a module of its own with its own counter, so ids also need a random part.
const own = (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0).toString(36);
let made = 0;

/** Return an id that no other element of the page has. */
export function freshId(): string {
  made += 1;
  return `nbtrack-${own}-${made}`;
}

/** The attribute with which JupyterLab runs none of its shortcuts inside an element. */
const NO_SHORTCUTS = "data-lm-suppress-shortcuts";

/**
 * Keep the keys that are pressed in a widget to the widget.
 *
 * JupyterLab would run its shortcuts and edit the cell, and it would cancel Enter in boxes. Only the shortcut that
 * saves the notebook goes through.
 */
export function keepKeys(root: HTMLElement, signal: AbortSignal): void {
  root.setAttribute(NO_SHORTCUTS, "true");
  // Some versions of JupyterLab listen at the document, before the widget. Only the window comes earlier.
  root.ownerDocument.defaultView?.addEventListener(
    "keydown",
    (event) => {
      if (saves(event)) {
        root.removeAttribute(NO_SHORTCUTS);
      } else {
        root.setAttribute(NO_SHORTCUTS, "true");
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
