import type { Query } from "../wire.ts";
import type { Model } from "./model.ts";

/** What a query is made of, each a trait of the widget, too. */
export const SHARED = ["filter", "order_by", "experiments", "deleted"] as const;

/** Return the query that Python knows of. */
export function sharedQuery(model: Model): Query {
  return {
    filter: model.get("filter"),
    order_by: model.get("order_by"),
    experiments: model.get("experiments"),
    deleted: model.get("deleted"),
  };
}

export function sameQuery(one: Query, other: Query): boolean {
  return SHARED.every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));
}
