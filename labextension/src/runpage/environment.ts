import { element } from "../ui/dom.ts";
import { leftOut } from "../ui/text.ts";
import { followPart, type Page } from "./page.ts";
import { section } from "./section.ts";
import { table } from "./table.ts";

/** Python, the machine, the state of the repository, and the packages. */
export function environment(page: Page): HTMLElement {
  const { block, body, count } = section("Environment", page.signal, false);
  followPart(
    page,
    ({ environment: found }) => found,
    (found) => {
      const { facts = [], packages = [], packages_left: left = 0 } = found ?? {};
      const rows = (pairs: readonly [string, string][]) =>
        pairs.map(([name, text]) => [{ text: name }, { text, right: true }]);
      body.replaceChildren(
        table("Environment", [], rows(facts)),
        element(
          "details",
          { hidden: packages.length === 0 },
          element("summary", {}, `${packages.length + left} packages`),
          table("Packages", [{ text: "package" }, { text: "version", right: true }], rows(packages)),
          element("div", { class: "nbtrack-run-quiet" }, leftOut(left, "packages")),
        ),
      );
      count(facts.find(([name]) => name === "Python")?.[1] ?? "", found !== null);
    },
  );
  return block;
}
