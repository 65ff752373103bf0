import { element } from "../ui/dom.ts";
import { leftOut, oneLine } from "../ui/text.ts";
import { ask, followPart, type Page } from "./page.ts";
import { asPreview, previewed } from "./preview.ts";
import { section } from "./section.ts";

/** More are found among the artifacts. */
const MOST = 6;

/** The figures that the cell showed; asked for when the section is open. */
export function drawings(page: Page): HTMLElement {
  const { block, body, count, whenOpen } = section("Figures", page.signal, true, true);
  let wanted: string[] = [];
  let asked = "";
  const load = () => {
    const stamp = JSON.stringify([page.model.get("page").id, wanted]);
    if (stamp === asked || wanted.length === 0) {
      return;
    }
    asked = stamp;
    const places = wanted.slice(0, MOST).map((name) => {
      const place = element(
        "figure",
        { class: "nbtrack-run-figure" },
        element("figcaption", {}, oneLine(name)),
      );
      void draw(page, name, place);
      return place;
    });
    const more = element(
      "div",
      { class: "nbtrack-run-quiet" },
      leftOut(wanted.length - places.length, "figures"),
    );
    body.replaceChildren(element("div", { class: "nbtrack-run-figures" }, ...places), more);
  };
  followPart(
    page,
    ({ id, figures }) => ({ id, figures }),
    ({ figures }) => {
      wanted = figures;
      count(String(figures.length), figures.length > 0);
      if ((block as HTMLDetailsElement).open) {
        load();
      }
    },
  );
  whenOpen(load);
  return block;
}

async function draw(page: Page, name: string, place: HTMLElement): Promise<void> {
  const preview = asPreview(await ask(page, { kind: "preview", name }, "Reading the figures"));
  if (preview !== undefined) {
    place.prepend(previewed(preview));
  }
}
