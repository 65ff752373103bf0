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
