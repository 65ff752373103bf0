import { problemOf } from "../kernel/replies.ts";
import { element, freshId } from "../widget/dom.ts";
import type { Page } from "./page.ts";

/** A list of the names that the store has, for a box to complete what is typed in it; it comes when it comes. */
export function offered(page: Page, what: "tags" | "models"): HTMLDataListElement {
  const list = element("datalist", { id: freshId() });
  page.client.ask("names", {}).then((names) => {
    list.append(...names[what].map((name) => element("option", { value: name })));
  }, problemOf);
  return list;
}
