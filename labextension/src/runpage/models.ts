import { follow } from "../kernel/traits.ts";
import { element } from "../ui/dom.ts";
import { counted, leftOut, oneLine, shownSize, visible } from "../ui/text.ts";
import { button, copyButton, editor, edits, focusIn, knownNames, styled } from "./controls.ts";
import { safeAddress } from "./markdown.ts";
import type { Column, SavedModel, Server, Version } from "./messages.ts";
import { ask, followPart, type Page } from "./page.ts";
import { section } from "./section.ts";
import { table } from "./table.ts";

const STATE_LABELS: Record<Server["state"], string> = {
  offered: "",
  starting: "Starting…",
  ready: "Ready",
  failed: "Failed",
  stopped: "Stopped",
};

/** The models that the run fitted or saved; those that it saved can be served. */
export function models(page: Page): HTMLElement {
  const { block, body, count } = section("Models", page.signal);
  let drawn = new AbortController();
  followPart(
    page,
    // The registry changes without the model, and `registry` follows it.
    ({ id, models: found }) => ({
      id,
      found: found.map((one) => ({ ...one, versions: [], versions_left: 0 })),
    }),
    ({ found }) => {
      // The listeners of the earlier cards go with them.
      drawn.abort();
      drawn = new AbortController();
      const cards = { ...page, signal: AbortSignal.any([page.signal, drawn.signal]) };
      body.replaceChildren(...found.map((model) => card(cards, model)));
      count(String(found.length), found.length > 0);
    },
  );
  return block;
}

function card(page: Page, model: SavedModel): HTMLElement {
  const short = element("strong", {}, oneLine(model.class.split(".").at(-1) ?? model.class));
  short.title = visible(model.class);
  const facts = [model.name, model.flavour, model.path === "" ? "not saved" : shownSize(model.size)];
  const head = element(
    "div",
    { class: "nbtrack-run-line" },
    short,
    element("span", { class: "nbtrack-run-quiet" }, oneLine(facts.filter((fact) => fact !== "").join(" · "))),
  );
  const parts: HTMLElement[] = [head];
  if (model.path !== "") {
    const uri = element("code", { class: "nbtrack-run-address" }, oneLine(model.uri));
    const copy = copyButton("Copy", () => model.uri, page.signal, "Copy the model's address");
    parts.push(element("div", { class: "nbtrack-run-line" }, uri, copy), serving(page, model));
    parts.push(registry(page, model.path));
  }
  parts.push(...signature("Takes", model.inputs), ...signature("Gives", model.outputs));
  if (model.params.length > 0) {
    const rows = model.params.map(([name, value]) => [{ text: name }, { text: value, right: true }]);
    const more = element("div", { class: "nbtrack-run-quiet" }, leftOut(model.params_left, "params"));
    const title = element(
      "summary",
      {},
      `Set: ${counted(model.params.length + model.params_left, "parameter")}`,
    );
    parts.push(element("details", {}, title, table("Parameters", [], rows), more));
  }
  return element("div", { class: "nbtrack-run-card" }, ...parts);
}

function signature(title: string, columns: readonly Column[]): HTMLElement[] {
  if (columns.length === 0) {
    return [];
  }
  const rows = columns.map(({ name, type }) => [{ text: name }, { text: type, right: true }]);
  const summary = element("summary", {}, `${title} ${counted(columns.length, "column")}`);
  return [element("details", {}, summary, table(`${title}`, [], rows))];
}

/** The button that serves the model, and the state of its server. */
function serving(page: Page, { path }: SavedModel): HTMLElement {
  const press = (kind: "serve" | "stop") =>
    ask(page, kind, { model: path }, kind === "serve" ? "Starting the server" : "Stopping the server");
  // Who may only look starts no process.
  const serve = edits(button("Serve this model", () => press("serve"), page.signal));
  const stop = edits(button("Stop", () => press("stop"), page.signal, "Stop the server"));
  const state = element("span", { role: "status", "aria-live": "polite" });
  const address = element("span", { class: "nbtrack-run-address" });
  const error = element("pre", { class: "nbtrack-run-mono nbtrack-run-bad", hidden: true });
  follow(page, ["servers"], () => {
    const server = page.model.get("servers")[path];
    const alive = server?.state === "starting" || server?.state === "ready";
    serve.hidden = alive;
    stop.hidden = !alive;
    serve.textContent =
      server === undefined || server.state === "offered" ? "Serve this model" : "Start again";
    const word = server === undefined ? "" : STATE_LABELS[server.state];
    if (state.textContent !== word) {
      state.textContent = word;
    }
    address.replaceChildren(...(server?.state === "ready" ? [shownAddress(server.address)] : []));
    error.textContent = visible(server?.error ?? "");
    error.hidden = error.textContent === "";
  });
  const shown = element("div", { class: "nbtrack-run-line" }, serve, stop, state, address);
  return element("div", { class: "nbtrack-of-kernel" }, shown, error);
}

function shownAddress(address: string): HTMLElement {
  const full = address.startsWith("/") ? new URL(address, location.href).href : address;
  const safe = safeAddress(full);
  if (safe === undefined) {
    return element("span", {}, visible(full));
  }
  return element("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, visible(full));
}

/** The registered versions of a model with their aliases, and the button that registers another. */
function registry(page: Page, path: string): HTMLElement {
  const list = element("ul", { class: "nbtrack-run-list", "aria-label": "Registered as" });
  const more = element("div", { class: "nbtrack-run-quiet" });
  const rows = new Map<string, VersionRow>();
  followPart(
    page,
    (run) => run.models.find((model) => model.path === path),
    (model) => {
      const kept = new Map<string, VersionRow>();
      for (const version of model?.versions ?? []) {
        const key = `${version.version} ${version.name}`;
        const row = rows.get(key) ?? new VersionRow(page, version);
        row.draw(version);
        kept.set(key, row);
      }
      rows.clear();
      for (const [key, row] of kept) {
        rows.set(key, row);
      }
      const blocks = [...kept.values()].map(({ block }) => block);
      // Rows that have not changed stay in place, with what is being written in them.
      if (blocks.length !== list.children.length || blocks.some((block, at) => list.children[at] !== block)) {
        list.replaceChildren(...blocks);
      }
      list.hidden = blocks.length === 0;
      more.textContent = leftOut(model?.versions_left ?? 0, "versions");
    },
  );
  return element("div", { class: "nbtrack-run-stack" }, list, more, registerButton(page, path));
}

function registerButton(page: Page, path: string): HTMLElement {
  const place = element("div");
  const open = () => {
    const save = async (name: string) =>
      (await ask(page, "register", { model: path, name }, "Registering the model")) !== undefined;
    const options = knownNames(page, "models");
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

/** A registered version. What is being written in its row stays when its aliases change. */
class VersionRow {
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
    const drop = () => ask(this.#page, "delete_alias", { name, alias }, "Removing the alias");
    const label = oneLine(alias, 60);
    const text = element("span", { class: "nbtrack-run-alias" }, `@${label}`);
    text.title = visible(`models:/${name}@${alias}`);
    const remove = button("×", drop, this.#page.signal, `Remove the alias ${label}`);
    return element("li", { class: "nbtrack-run-chip" }, text, edits(styled("quietly", remove)));
  }

  #adding(): HTMLElement {
    const { signal } = this.#page;
    const { name, version } = this.#version;
    const place = element("span");
    const label = `${oneLine(name, 60)} version ${version}`;
    const open = () => {
      const save = async (typed: string) => {
        const parts = { name, version, alias: typed.replace(/^@/u, "") };
        return (await ask(this.#page, "set_alias", parts, "Setting the alias")) !== undefined;
      };
      const made = editor(
        { text: "", label: `New alias of ${label}`, done: "Set", save, closed: close },
        signal,
      );
      place.replaceChildren(made);
      focusIn(made);
    };
    const start = edits(styled("quietly", button("Add alias", open, signal, `Give ${label} an alias`)));
    const close = () => {
      place.replaceChildren(start);
      start.focus();
    };
    place.append(start);
    return place;
  }
}
