import type { Traits } from "../panel/model.ts";

/** What a panel is asked to show of its folder: a run's page, by the run's id, or the runs that a filter finds. */
export interface Wish {
  run?: string;
  filter?: string;
}

/** The event at the panel's root that says that there is a wish. */
export const WISHED = "nbtrack:wished";

/** Show what is wished. */
export function fulfil(
  model: { set: <Name extends keyof Traits & string>(name: Name, value: Traits[Name]) => void },
  { run, filter }: Wish,
): void {
  if (filter !== undefined) {
    model.set("experiments", null);
    model.set("deleted", false);
    model.set("filter", filter);
    model.set("view", "table");
  }
  if (run !== undefined) {
    model.set("_opened", run);
    model.set("view", "run");
  }
}
