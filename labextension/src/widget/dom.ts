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
