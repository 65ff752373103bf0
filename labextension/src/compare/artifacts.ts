import { nameOf } from "../curves/lines.ts";
import type { ArtifactRow, ArtifactsDocument, Ask, Picture, PicturesDocument } from "../kernel/documents.ts";
import { cautions, choice } from "../plot/controls.ts";
import { Notice } from "../plot/view.ts";
import { bitmap, svgImage } from "../runpage/preview.ts";
import { element } from "../ui/dom.ts";
import { oneLine, shownSize } from "../ui/text.ts";

const PICTURE = /\.(?:png|jpe?g|gif|webp|svg)$/iu;

/** Which run has which artifact, and pictures of one name side by side. Loaded when the section is opened. */
export class Artifacts {
  readonly root: HTMLDetailsElement;
  readonly #ask: Ask;
  readonly #signal: AbortSignal;
  readonly #notice: Notice;
  readonly #list = element("div");
  readonly #pick = element("div", { class: "nbtrack-controls" });
  readonly #waiting: Notice;
  readonly #pictures = element("div", { class: "nbtrack-compare-pictures" });
  /** The name of the chosen picture. */
  #name = "";
  #isOutdated = true;
  #listed = "";

  constructor(ask: Ask, signal: AbortSignal) {
    this.#ask = ask;
    this.#signal = signal;
    this.#notice = new Notice(signal);
    this.#waiting = new Notice(signal);
    const parts = [this.#notice.root, this.#pick, this.#waiting.root, this.#pictures, this.#list];
    this.root = element(
      "details",
      { class: "nbtrack-compare-artifacts" },
      element("summary", {}, element("h3", {}, "Artifacts")),
      ...parts,
    );
    this.root.addEventListener("toggle", () => this.#look());
  }

  /** Load the artifacts again, as soon as the section is open. */
  outdate(): void {
    this.#isOutdated = true;
    this.#look();
  }

  #look(): void {
    if (this.root.open && this.#isOutdated) {
      this.#isOutdated = false;
      void this.#read();
    }
  }

  async #read(): Promise<void> {
    const found = await this.#notice.wait(this.#ask("artifacts", {}));
    const text = JSON.stringify(found);
    if (found === undefined || this.#signal.aborted || text === this.#listed) {
      return;
    }
    this.#listed = text;
    const scroll = {
      class: "nbtrack-compare-scroll",
      tabindex: "0",
      role: "region",
      "aria-label": "Artifacts",
    };
    const some = found.rows.length > 0;
    const none = element("p", { class: "nbtrack-empty" }, "None of these runs has artifacts.");
    this.#list.replaceChildren(
      cautions(cautionsOf(found)),
      some ? element("div", scroll, sizesTable(found)) : none,
    );
    const shown = found.rows.filter((row) => row.picture);
    const isPicture = ({ name }: ArtifactRow) => PICTURE.test(name);
    this.#offer([...shown.filter(isPicture), ...shown.filter((row) => !isPicture(row))]);
  }

  /** List pictures, and after them tables and texts. At first the picture that most runs have is shown. */
  #offer(rows: readonly ArtifactRow[]): void {
    const [first] = rows;
    if (first === undefined) {
      this.#pick.replaceChildren();
      this.#pictures.replaceChildren();
      return;
    }
    const name = rows.find((row) => row.name === this.#name)?.name ?? first.name;
    const choices = rows.map((row) => {
      const count = row.sizes.filter((size) => size !== null).length;
      return { value: row.name, text: `${oneLine(row.name, 80)} (${count} of ${row.sizes.length} runs)` };
    });
    this.#pick.replaceChildren(
      choice("Beside each other", choices, name, (wanted) => void this.#show(wanted)),
    );
    void this.#show(name);
  }

  async #show(name: string): Promise<void> {
    this.#name = name;
    const found = await this.#waiting.wait(this.#ask("pictures", { name }));
    if (found !== undefined && !this.#signal.aborted) {
      this.#pictures.replaceChildren(...figures(found));
    }
  }
}

function cautionsOf({ faults, left_out: left }: ArtifactsDocument): string[] {
  const messages = faults.map((fault) => oneLine(fault));
  return left > 0 ? [...messages, `${left.toLocaleString("en")} more names are too many to list.`] : messages;
}

/** Show the picture of each run that has it, and name the others in one line. */
function figures({ name, runs, pictures }: PicturesDocument): HTMLElement[] {
  const lacking: string[] = [];
  const made: HTMLElement[] = [];
  for (const [place, run] of runs.entries()) {
    const found = pictures[place] ?? null;
    if (found === null) {
      lacking.push(nameOf(run));
    } else {
      const title = { title: `${run.name}\n${run.id}` };
      const caption = element(
        "figcaption",
        title,
        oneLine(nameOf(run), 80),
        element("small", {}, run.id.slice(0, 8)),
      );
      made.push(element("figure", {}, caption, pictured(found, `${name} of ${nameOf(run)}`)));
    }
  }
  return lacking.length === 0
    ? made
    : [...made, element("p", {}, oneLine(`Without it: ${lacking.join(", ")}`, 600))];
}

function pictured({ kind, type, data, columns, rows, why }: Picture, name: string): HTMLElement {
  switch (kind) {
    case "table":
      return smallTable(columns, rows, name);
    case "text":
      return element("pre", { tabindex: "0", "aria-label": name }, data);
    case "image":
      return bitmap(type, data, name);
    case "svg":
      return svgImage(data, name);
    default:
      return element("p", {}, `${oneLine(why)}.`);
  }
}

/** Return the first rows of a table. A column of numbers is aligned to the right. */
function smallTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  name: string,
): HTMLElement {
  const numeric = columns.map((_, at) => rows.every((row) => !(row[at] ?? "").trim() || isNumeric(row[at])));
  const line = (row: readonly string[], tag: "th" | "td") =>
    element(
      "tr",
      {},
      ...row.map((text, at) => element(tag, { class: numeric[at] ? "nbtrack-file-number" : false }, text)),
    );
  const table = element(
    "table",
    {},
    element("thead", {}, line(columns, "th")),
    element("tbody", {}, ...rows.map((row) => line(row, "td"))),
  );
  return element(
    "div",
    { class: "nbtrack-compare-file", tabindex: "0", role: "region", "aria-label": name },
    table,
  );
}

function isNumeric(text: string | undefined): boolean {
  return Number.isFinite(Number(text));
}

function sizesTable({ runs, rows }: ArtifactsDocument): HTMLElement {
  const heads = runs.map((run) => {
    const short = element("small", {}, run.id.slice(0, 8));
    return element("th", { scope: "col", title: `${run.name}\n${run.id}` }, oneLine(nameOf(run), 80), short);
  });
  const corner = element("td", {}, element("span", { class: "nbtrack-unseen" }, "Artifact"));
  const body = rows.map(({ name, sizes }) => {
    const cells = sizes.map((size) =>
      size === null
        ? element("td", { class: "nbtrack-lacking", title: "the run has none" }, "–")
        : element("td", { title: `${size.toLocaleString("en")} bytes` }, shownSize(size)),
    );
    return element("tr", {}, element("th", { scope: "row", title: oneLine(name) }, oneLine(name)), ...cells);
  });
  const head = element("thead", {}, element("tr", {}, corner, ...heads));
  return element("table", { class: "nbtrack-compare-table" }, head, element("tbody", {}, ...body));
}
