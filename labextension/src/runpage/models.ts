import { element } from "../ui/dom.ts";
import { leftOut, oneLine, shownSize, visible } from "../ui/text.ts";
import { button, copyButton } from "./controls.ts";
import { safeAddress } from "./markdown.ts";
import type { Column, SavedModel, Server } from "./messages.ts";
import { ask, follow, followPart, type Page } from "./page.ts";
import { registered } from "./registered.ts";
import { section } from "./section.ts";
import { table } from "./table.ts";

const WORDS: Record<Server["state"], string> = {
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
    // The registry changes without the model: its part follows for itself.
    ({ id, models: found }) => ({
      id,
      found: found.map((one) => ({ ...one, versions: [], versions_left: 0 })),
    }),
    ({ found }) => {
      // What the earlier cards listened to goes with them.
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
    parts.push(registered(page, model.path));
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

function counted(number: number, word: string): string {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}

/** The button that serves the model, and what became of that. */
function serving(page: Page, { path }: SavedModel): HTMLElement {
  const press = (kind: "serve" | "stop") =>
    ask(page, { kind, model: path }, kind === "serve" ? "Starting the server" : "Stopping the server");
  const serve = button("Serve this model", () => press("serve"), page.signal);
  const stop = button("Stop", () => press("stop"), page.signal, "Stop the server");
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
    const word = server === undefined ? "" : WORDS[server.state];
    if (state.textContent !== word) {
      state.textContent = word;
    }
    address.replaceChildren(...(server?.state === "ready" ? [shownAddress(server.address)] : []));
    error.textContent = visible(server?.error ?? "");
    error.hidden = error.textContent === "";
  });
  const shown = element("div", { class: "nbtrack-run-line" }, serve, stop, state, address);
  return element("div", {}, shown, error);
}

function shownAddress(address: string): HTMLElement {
  const full = address.startsWith("/") ? new URL(address, location.href).href : address;
  const safe = safeAddress(full);
  if (safe === undefined) {
    return element("span", {}, visible(full));
  }
  return element("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, visible(full));
}
