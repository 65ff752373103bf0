/** Keep the keys that are typed into a widget's boxes to the widget: from above JupyterLab would cancel Enter. */
export function keepTyping(root: HTMLElement): void {
  root.addEventListener("keydown", (event) => {
    if (event.target instanceof Element && event.target.matches("input, textarea, select")) {
      event.stopPropagation();
    }
  });
}
