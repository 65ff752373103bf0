import { element, freshId } from "../ui/dom.ts";
import type { Page } from "./page.ts";

/** A list of the names that the store has, for a box to complete what is typed in it; it comes when it comes. */
export function offered(page: Page, what: "tags" | "models"): HTMLDataListElement {
  const list = element("datalist", { id: freshId() });
  void page.requests
    .send({ kind: "names" }, () => undefined)
    .then((answer) => {
      const found = answer.ok ? answer.result[what] : [];
      const names = Array.isArray(found) ? found.filter((name) => typeof name === "string") : [];
      list.append(...names.map((name) => element("option", { value: name })));
    });
  return list;
}
