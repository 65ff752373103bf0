import { element } from "../ui/dom.ts";
import { leftOut, oneLine, visible } from "../ui/text.ts";
import { button, editor, edits, focusIn, styled } from "./controls.ts";
import type { Version } from "./messages.ts";
import { offered } from "./offered.ts";
import { ask, followPart, type Page } from "./page.ts";

/** The versions that a model of the run is in the registry, with their aliases, and the button that makes another. */
export function registered(page: Page, path: string): HTMLElement {
  const list = element("ul", { class: "nbtrack-run-list", "aria-label": "Registered as" });
  const more = element("div", { class: "nbtrack-run-quiet" });
  const rows = new Map<string, Row>();
  followPart(
    page,
    ({ models }) => models.find((model) => model.path === path),
    (model) => {
      const kept = new Map<string, Row>();
      for (const version of model?.versions ?? []) {
        const key = `${version.version} ${version.name}`;
        const row = rows.get(key) ?? new Row(page, version);
        row.draw(version);
        kept.set(key, row);
      }
      rows.clear();
      for (const [key, row] of kept) {
        rows.set(key, row);
      }
      const blocks = [...kept.values()].map(({ block }) => block);
      // What has not changed stays where it is, and what is being written in it.
      if (blocks.length !== list.children.length || blocks.some((block, at) => list.children[at] !== block)) {
        list.replaceChildren(...blocks);
      }
      list.hidden = blocks.length === 0;
      more.textContent = leftOut(model?.versions_left ?? 0, "versions");
    },
  );
  return element("div", { class: "nbtrack-run-stack" }, list, more, registering(page, path));
}

function registering(page: Page, path: string): HTMLElement {
  const place = element("div");
  const open = () => {
    const save = async (name: string) =>
      (await ask(page, { kind: "register", model: path, name }, "Registering the model")) !== undefined;
    const options = offered(page, "models");
    const label = "Register under the name";
    const made = editor({ text: "", label, options, done: "Register", save, closed: close }, page.signal);
    place.replaceChildren(made);
    focusIn(made);
  };
  const start = edits(
    button("Register…", open, page.signal, "Make this model a version of a registered one"),
  );
  const close = () => {
    place.replaceChildren(start);
    start.focus();
  };
  place.append(start);
  return place;
}

/** One version; what is being written beside it stays when aliases change. */
class Row {
  readonly block: HTMLElement;
  readonly #aliases = element("ul", { class: "nbtrack-run-chips", "aria-label": "Aliases" });
  readonly #page: Page;
  readonly #version: Version;

  constructor(page: Page, version: Version) {
    this.#page = page;
    this.#version = version;
    const { name, version: number } = version;
    const title = element("span", {}, element("strong", {}, oneLine(name, 80)), ` version ${number}`);
    title.title = visible(name);
    this.block = element("li", { class: "nbtrack-run-line" }, title, this.#aliases, this.#adding());
  }

  draw({ aliases }: Version): void {
    this.#aliases.replaceChildren(...aliases.map((alias) => this.#chip(alias)));
    this.#aliases.hidden = aliases.length === 0;
  }

  #chip(alias: string): HTMLElement {
    const { name } = this.#version;
    const drop = () => ask(this.#page, { kind: "delete_alias", name, alias }, "Removing the alias");
    const told = oneLine(alias, 60);
    const text = element("span", { class: "nbtrack-run-alias" }, `@${told}`);
    text.title = visible(`models:/${name}@${alias}`);
    const remove = button("×", drop, this.#page.signal, `Remove the alias ${told}`);
    return element("li", { class: "nbtrack-run-chip" }, text, edits(styled("quietly", remove)));
  }

  #adding(): HTMLElement {
    const { signal } = this.#page;
    const { name, version } = this.#version;
    const place = element("span");
    const told = `${oneLine(name, 60)} version ${version}`;
    const open = () => {
      const asked = { kind: "set_alias", name, version } as const;
      const save = async (typed: string) =>
        (await ask(this.#page, { ...asked, alias: typed.replace(/^@/u, "") }, "Setting the alias")) !==
        undefined;
      const made = editor(
        { text: "", label: `New alias of ${told}`, done: "Set", save, closed: close },
        signal,
      );
      place.replaceChildren(made);
      focusIn(made);
    };
    const start = edits(styled("quietly", button("Add alias", open, signal, `Give ${told} an alias`)));
    const close = () => {
      place.replaceChildren(start);
      start.focus();
    };
    place.append(start);
    return place;
  }
}
