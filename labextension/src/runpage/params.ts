import { element } from "../ui/dom.ts";
import { leftOut, shownParam } from "../ui/text.ts";
import { followPart, type Page } from "./page.ts";
import { section } from "./section.ts";
import { table } from "./table.ts";

const NUMBERS = ["int", "float"];

export function params(page: Page): HTMLElement {
  const { block, body, count } = section("Params", page.signal);
  followPart(
    page,
    ({ params: found, params_left: left }) => ({ found, left }),
    ({ found, left }) => {
      const heads = [{ text: "param" }, { text: "value", right: true }];
      const rows = found.map(({ name, type, value }) => [
        { text: name },
        {
          text: `${shownParam(type, value.text)}${leftOut(value.left)}`,
          title: `${value.text}${leftOut(value.left)} (${type})`,
          right: NUMBERS.includes(type) || value.text.length < 40,
        },
      ]);
      const more = element("div", { class: "nbtrack-run-quiet" }, leftOut(left, "params"));
      body.replaceChildren(table("Params", heads, rows), more);
      count(String(found.length + left), found.length > 0);
    },
  );
  return block;
}
