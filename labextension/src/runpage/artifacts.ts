import { element } from "../ui/dom.ts";
import { leftOut, oneLine, shownSize, visible } from "../ui/text.ts";
import { button, copyButton } from "./controls.ts";
import { download, fileLink } from "./download.ts";
import type { Artifact } from "./messages.ts";
import { ask, followPart, type Page } from "./page.ts";
import { previewOf } from "./preview.ts";
import { section } from "./section.ts";

const ICONS: Record<string, string> = {
  folder: "📁",
  image: "▣",
  table: "▦",
  json: "{}",
  model: "◆",
  source: "‹›",
};
/** Deeper folders are not moved further to the right. */
const MAX_INDENT = 12;
const PAGE_ROWS = 10;

/** The artifacts of the run as a tree, and beside it a preview of the chosen one. */
export function artifacts(page: Page): HTMLElement {
  const { block, body, count } = section("Artifacts", page.signal, true, true);
  const pane = element("div", { class: "nbtrack-run-pane", role: "region", "aria-label": "Preview" });
  const tree = new Tree(
    page.signal,
    (artifact) => void showArtifact(page, artifact, pane),
    ({ path }) => fileLink(page, path, "↓", `Download ${oneLine(path, 80)}`),
  );
  const more = element("div", { class: "nbtrack-run-quiet" });
  const files = element("div", { class: "nbtrack-run-files" }, tree.block, more);
  body.append(element("div", { class: "nbtrack-run-split" }, files, pane));
  let run = "";
  followPart(
    page,
    ({ id, artifacts: found, artifacts_left: left, artifacts_size: size }) => ({ id, found, left, size }),
    ({ id, found, left, size }) => {
      if (id !== run) {
        run = id;
        tree.reset();
        pane.replaceChildren(element("p", { class: "nbtrack-run-quiet" }, "Choose a file to look into it."));
      }
      tree.draw(found);
      more.textContent = leftOut(left, "files");
      const number = found.filter(({ kind }) => kind !== "folder").length + left;
      count(`${number.toLocaleString("en")} · ${shownSize(size)}`, number > 0);
    },
  );
  return block;
}

async function showArtifact(page: Page, artifact: Artifact, pane: HTMLElement): Promise<void> {
  const title = element("div", { class: "nbtrack-run-line" });
  title.append(
    element("strong", {}, oneLine(artifact.path)),
    element("span", { class: "nbtrack-run-quiet" }, shownSize(artifact.size)),
    ...downloadButtons(page, artifact),
  );
  if (artifact.kind === "folder") {
    pane.replaceChildren(title);
    return;
  }
  pane.replaceChildren(title, element("p", { class: "nbtrack-run-quiet" }, "Reading…"));
  const preview = await ask(page, "preview", { name: artifact.path }, "Reading the file");
  // The user may have chosen another artifact meanwhile.
  if (pane.firstChild === title) {
    const shown = preview === undefined ? element("p", {}, "It could not be read.") : previewOf(preview);
    pane.replaceChildren(title, shown);
  }
}

/** The buttons that download an artifact and copy its path. */
function downloadButtons(page: Page, artifact: Artifact): HTMLElement[] {
  const label = oneLine(artifact.path, 80);
  const text = artifact.kind === "folder" ? "Download as ZIP" : "Download";
  const link = fileLink(page, artifact.path, text, `Download ${label}`);
  link?.classList.add("nbtrack-run-button");
  const fetch = link ?? button(text, () => download(page, artifact), page.signal, `Download ${label}`);
  const path = async () => {
    const result = await ask(page, "path", { name: artifact.path }, "Finding the file");
    return result?.path;
  };
  const copy = copyButton("Copy path", path, page.signal, `Copy where ${label} lies`);
  return [fetch, copy];
}

/** A tree for mouse and keys: arrows go, right opens, left closes, Enter chooses. */
class Tree {
  readonly block = element("div", { class: "nbtrack-run-tree", role: "tree", "aria-label": "Artifacts" });
  readonly #closed = new Set<string>();
  readonly #choose: (artifact: Artifact) => void;
  readonly #link: (artifact: Artifact) => HTMLAnchorElement | undefined;
  #rows: Artifact[] = [];
  #chosen = "";
  #current = "";

  constructor(
    signal: AbortSignal,
    choose: (artifact: Artifact) => void,
    link: (artifact: Artifact) => HTMLAnchorElement | undefined,
  ) {
    this.#choose = choose;
    this.#link = link;
    this.block.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.block.addEventListener(
      "click",
      (event) => {
        const target = event.target as Element;
        if (target.closest("a") !== null) {
          return;
        }
        const row = target.closest<HTMLElement>("[role=treeitem]");
        const found = this.#rows[Number(row?.dataset["place"])];
        if (row !== null && found !== undefined) {
          this.#act(found);
        }
      },
      { signal },
    );
  }

  reset(): void {
    this.#closed.clear();
    this.#rows = [];
    this.#chosen = "";
    this.#current = "";
  }

  draw(rows: Artifact[]): void {
    // A model's folder holds what machines read: it is closed when it is seen first.
    const known = new Set(this.#rows.map(({ path }) => path));
    for (const { path, name } of rows) {
      if (name === "MLmodel" && !known.has(path)) {
        this.#closed.add(path.slice(0, -"/MLmodel".length));
      }
    }
    this.#rows = rows;
    this.#redraw(false);
  }

  #redraw(focus: boolean): void {
    const shown = this.#shown();
    if (!shown.some(({ path }) => path === this.#current)) {
      this.#current = shown[0]?.path ?? "";
    }
    this.block.replaceChildren(...shown.map((row) => this.#item(row)));
    if (focus) {
      [...this.block.querySelectorAll<HTMLElement>("[tabindex]")]
        .find(({ tabIndex }) => tabIndex === 0)
        ?.focus();
    }
  }

  /** The rows that are not inside a closed folder. */
  #shown(): Artifact[] {
    let within = "";
    return this.#rows.filter(({ path, kind }) => {
      if (within !== "" && path.startsWith(within)) {
        return false;
      }
      within = kind === "folder" && this.#closed.has(path) ? `${path}/` : "";
      return true;
    });
  }

  #item(row: Artifact): HTMLElement {
    const { path, name, depth, kind, size } = row;
    const folder = kind === "folder";
    const made = element(
      "div",
      {
        role: "treeitem",
        class: "nbtrack-run-item",
        tabindex: path === this.#current ? "0" : "-1",
        "aria-level": String(depth + 1),
        "aria-selected": String(path === this.#chosen),
        "aria-expanded": folder && String(!this.#closed.has(path)),
      },
      element(
        "span",
        { "aria-hidden": "true", class: "nbtrack-run-icon" },
        folder ? this.#arrow(path) : (ICONS[kind] ?? "·"),
      ),
      element("span", { class: "nbtrack-run-file" }, oneLine(name)),
      element("span", { class: "nbtrack-run-quiet" }, shownSize(size)),
    );
    const link = this.#link(row);
    if (link !== undefined) {
      // For the mouse: keys choose the file, and find a link beside its preview.
      link.tabIndex = -1;
      link.classList.add("nbtrack-run-fetch");
      made.append(link);
    }
    made.title = visible(path);
    made.style.paddingInlineStart = `${6 + Math.min(depth, MAX_INDENT) * 16}px`;
    made.dataset["place"] = String(this.#rows.indexOf(row));
    return made;
  }

  #arrow(path: string): string {
    return this.#closed.has(path) ? "▸" : "▾";
  }

  #act(row: Artifact): void {
    this.#current = row.path;
    this.#chosen = row.path;
    if (row.kind === "folder") {
      this.#toggle(row.path, this.#closed.has(row.path));
    } else {
      this.#redraw(true);
    }
    this.#choose(row);
  }

  #toggle(path: string, open: boolean): void {
    this.#closed[open ? "delete" : "add"](path);
    this.#redraw(true);
  }

  #key(event: KeyboardEvent): void {
    const shown = this.#shown();
    const place = shown.findIndex(({ path }) => path === this.#current);
    const row = shown[place];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: PAGE_ROWS,
      PageUp: -PAGE_ROWS,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      this.#go(shown, place + step);
    } else if (event.key === "Home" || event.key === "End") {
      this.#go(shown, event.key === "Home" ? 0 : shown.length - 1);
    } else if (event.key === "ArrowRight" && row.kind === "folder") {
      this.#toggle(row.path, true);
    } else if (event.key === "ArrowLeft") {
      this.#left(shown, row);
    } else if (event.key === "Enter" || event.key === " ") {
      this.#act(row);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Close a folder, or go to the one that this is in. */
  #left(shown: readonly Artifact[], row: Artifact): void {
    if (row.kind === "folder" && !this.#closed.has(row.path)) {
      this.#toggle(row.path, false);
      return;
    }
    const parent = shown.findIndex(({ path }) => path === row.path.slice(0, row.path.lastIndexOf("/")));
    if (parent >= 0) {
      this.#go(shown, parent);
    }
  }

  #go(shown: readonly Artifact[], place: number): void {
    const to = shown[Math.max(0, Math.min(shown.length - 1, place))];
    this.#current = to?.path ?? "";
    this.#redraw(true);
  }
}

/** How many figures the section shows. The others are among the artifacts. */
const MAX_FIGURES = 6;

/** The figures that the cell showed. They are fetched when the section is opened. */
export function figures(page: Page): HTMLElement {
  const { block, body, count, whenOpen } = section("Figures", page.signal, true, true);
  let wanted: string[] = [];
  let loaded = "";
  const load = () => {
    const stamp = JSON.stringify([page.model.get("page").id, wanted]);
    if (stamp === loaded || wanted.length === 0) {
      return;
    }
    loaded = stamp;
    const places = wanted.slice(0, MAX_FIGURES).map((name) => {
      const place = element(
        "figure",
        { class: "nbtrack-run-figure" },
        element("figcaption", {}, oneLine(name)),
      );
      void drawFigure(page, name, place);
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
    ({ id, figures: names }) => ({ id, names }),
    ({ names }) => {
      wanted = names;
      count(String(names.length), names.length > 0);
      if ((block as HTMLDetailsElement).open) {
        load();
      }
    },
  );
  whenOpen(load);
  return block;
}

async function drawFigure(page: Page, name: string, place: HTMLElement): Promise<void> {
  const preview = await ask(page, "preview", { name }, "Reading the figures");
  if (preview !== undefined) {
    place.prepend(previewOf(preview));
  }
}
