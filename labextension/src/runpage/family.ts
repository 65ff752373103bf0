import { element } from "../ui/dom.ts";
import { ago, exactTime, leftOut, oneLine } from "../ui/text.ts";
import { button, styled } from "./controls.ts";
import type { Relative } from "./messages.ts";
import { ask, followPart, type Page } from "./page.ts";
import { section } from "./section.ts";

/** The runs that were begun inside this one, each opened by a click. */
export function children(page: Page): HTMLElement {
  const { block, body, count } = section("Child runs", page.signal);
  followPart(
    page,
    ({ children: found, children_left: left }) => ({ found, left }),
    ({ found, left }) => {
      const rows = found.map((run) => {
        const started = element("span", { class: "nbtrack-run-quiet" }, ago(run.started, Date.now() / 1000));
        started.title = exactTime(run.started);
        const status = element("span", { class: "nbtrack-run-quiet" }, run.status.toLowerCase());
        return element("li", { class: "nbtrack-run-line" }, opener(page, run), status, started);
      });
      const more = element("li", { class: "nbtrack-run-quiet" }, leftOut(left, "runs"));
      body.replaceChildren(element("ul", { class: "nbtrack-run-list" }, ...rows, more));
      count(String(found.length + left), found.length > 0);
    },
  );
  return block;
}

/** A run's name, to go to its page. */
export function opener(page: Page, { id, name }: Relative): HTMLButtonElement {
  const open = () => ask(page, { kind: "open", run: id }, "Opening the run");
  return styled("link", button(oneLine(name, 80), open, page.signal, `Open the run ${oneLine(name, 80)}`));
}
