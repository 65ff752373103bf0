/** So many runs can be chosen at once: each choice is sent back and forth. */
export const MOST = 20_000;

/** Which runs are chosen, by their ids: a run stays chosen when it moves in the table, or out of it. */
export class Selection {
  /** Of how many runs the chosen ones are those that could be chosen at once; 0 where none was left out. */
  wanted = 0;
  #ids: ReadonlySet<string> = new Set();
  /** The row that the keyboard is at. */
  cursor = 0;
  /** Where a range begins. */
  anchor = 0;

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  set ids(ids: ReadonlySet<string>) {
    this.#ids = ids;
    this.wanted = 0;
  }

  has(id: string | undefined): boolean {
    return id !== undefined && this.ids.has(id);
  }

  /** Choose one alone. */
  only(id: string | undefined, index: number): void {
    this.ids = new Set(id === undefined ? [] : [id]);
    this.cursor = index;
    this.anchor = index;
  }

  /** Choose one more, or no longer. */
  toggle(id: string | undefined, index: number): void {
    const ids = new Set(this.ids);
    if (id !== undefined && !ids.delete(id)) {
      ids.add(id);
    }
    this.ids = ids;
    this.cursor = index;
    this.anchor = index;
  }

  /** Choose the rows of a range that begins at the anchor; their ids are told by who has them, be it not of all. */
  range(ids: readonly string[], index: number, more: boolean, count = ids.length): void {
    const all = [...new Set([...(more ? this.ids : []), ...ids])];
    this.ids = new Set(all.slice(0, MOST));
    const left = all.length - this.ids.size + count - ids.length;
    this.wanted = left > 0 ? this.ids.size + left : 0;
    this.cursor = index;
  }
}

/** Return an order with one of its terms changed as a click on a column's head does. */
export function clicked(
  orders: readonly string[],
  field: string,
  firstDescending: boolean,
  more: boolean,
): string[] {
  const now = directionOf(orders, field);
  const turns = firstDescending ? [null, "down", "up"] : [null, "up", "down"];
  const next = turns[(turns.indexOf(now) + 1) % turns.length] ?? null;
  return ordered(orders, field, next as "up" | "down" | null, more);
}

/** Return an order in which a field has a direction: at its place if it had one, else as the last. */
export function ordered(
  orders: readonly string[],
  field: string,
  direction: "up" | "down" | null,
  more: boolean,
): string[] {
  const term = direction === "down" ? `${field} DESC` : field;
  const place = orders.findIndex((order) => fieldOf(order) === field);
  if (!more) {
    return direction === null ? [] : [term];
  }
  if (place < 0) {
    return direction === null ? [...orders] : [...orders, term];
  }
  const changed = direction === null ? [] : [term];
  return orders.flatMap((order, at) => (at === place ? changed : [order]));
}

export function directionOf(orders: readonly string[], field: string): "up" | "down" | null {
  const found = orders.find((order) => fieldOf(order) === field);
  if (found === undefined) {
    return null;
  }
  return /\sDESC$/iu.test(found.trim()) ? "down" : "up";
}

/** Return the place of a field in an order, from 1; 0 where it has none. */
export function placeOf(orders: readonly string[], field: string): number {
  return orders.findIndex((order) => fieldOf(order) === field) + 1;
}

function fieldOf(order: string): string {
  return order.trim().replace(/\s+(?:ASC|DESC)$/iu, "");
}
