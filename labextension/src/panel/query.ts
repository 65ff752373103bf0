import type { Query } from "../wire.ts";
import type { Model } from "./model.ts";

/** The parts of a query, each of which is a trait of the widget. */
export const QUERY_TRAITS = ["filter", "order_by", "experiments", "deleted"] as const;

/** Return the query that the traits hold. */
export function sharedQuery(model: Model): Query {
  return {
    filter: model.get("filter"),
    order_by: model.get("order_by"),
    experiments: model.get("experiments"),
    deleted: model.get("deleted"),
  };
}

export function sameQuery(one: Query, other: Query): boolean {
  return QUERY_TRAITS.every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));
}

/** A quoted text of the filter language, with its escapes. It may contain `order by`. */
const QUOTED = /'(?:[^'\\]|''|\\'|\\)*'|"(?:[^"\\]|""|\\"|\\)*"|`(?:[^`]|``)*`/gu;

/** Return a filter with every quoted text replaced by as many `x`, so that positions stay the same. */
export function maskQuoted(filter: string): string {
  return filter.replace(QUOTED, (text) => "x".repeat(text.length));
}

/** Return a filter with one more condition, before its order and its limit. */
export function withCondition(filter: string, condition: string): string {
  const plain = maskQuoted(filter);
  const at = plain.search(/\border\s+by\b|\blimit\s+\d+\s*$/iu);
  const where = (at < 0 ? filter : filter.slice(0, at)).trim();
  const order = at < 0 ? "" : ` ${filter.slice(at).trim()}`;
  // OR binds less strongly than AND; what else a condition has binds more strongly.
  const first = /\bor\b|\|\|/iu.test(maskQuoted(where)) ? `(${where})` : where;
  return (where === "" ? condition : `${first} AND ${condition}`) + order;
}

/** Return the order after a click on the head of a field: its term changes from one direction to the next. */
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

/** Return an order with a direction for a field: in its term if there is one, else in a new last term. */
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

/** Return which term of an order a field is, from 1, or 0 for none. */
export function placeOf(orders: readonly string[], field: string): number {
  return orders.findIndex((order) => fieldOf(order) === field) + 1;
}

function fieldOf(order: string): string {
  return order.trim().replace(/\s+(?:ASC|DESC)$/iu, "");
}
