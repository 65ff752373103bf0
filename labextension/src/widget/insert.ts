/** The event with which a widget asks for a new cell below its own, as `src/lab/inserting.ts` hears it. */
export const INSERT = "nbtrack:insert";

/** What stands on a notebook that has an ear for the event. */
export const INSERTS = "nbtrackInserts";

/** Make a button that asks for a new cell, which is seen only where somebody can make one. */
export function insertable(
  make: (put: (source: string | undefined) => void) => HTMLButtonElement,
): HTMLButtonElement {
  const made = make((source) => {
    if (source !== undefined) {
      made.dispatchEvent(new CustomEvent(INSERT, { bubbles: true, composed: true, detail: source }));
    }
  });
  made.classList.add("nbtrack-inserts");
  return made;
}
