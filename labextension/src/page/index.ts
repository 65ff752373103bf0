import "../panel/index.css";
import "./page.css";
import { pageHost } from "../kernel/host.ts";
import { type ServedPanel, servedPanel } from "../panel/served.ts";
import { show } from "../panel/view.ts";
import { element } from "../ui/dom.ts";
import { counted, momentText, oneLine } from "../ui/text.ts";
import { PageAddress } from "./address.ts";
import { type Report, ReportModel } from "./report.ts";

/** Milliseconds between two looks for a store that is not there yet. */
const STORE_INTERVAL = 2000;

/** What the server writes into the page, see `nbtrack/widgets/server/page.py`. */
interface Config {
  path: string;
  writes: boolean;
  files: boolean;
}

async function start(main: HTMLElement, config: Config): Promise<void> {
  const { signal } = new AbortController();
  const address = new PageAddress();
  const found = await servedPanel(pageHost(), config, signal, (traits) => address.read(traits));
  if (found === null) {
    say(main, "status", "There are no runs here yet. They appear as soon as the first is tracked.");
    setTimeout(() => void begin(main, config), STORE_INTERVAL);
    return;
  }
  const { model } = found;
  model.onSaved = () => address.write(model);
  addEventListener("popstate", () => address.goBack(model));
  // Without a kernel what needs one is hidden.
  const place = element("div", { class: "nbtrack-page-panel", "data-nbtrack-served": "" });
  main.replaceChildren(head(found), place);
  show(model, place, signal);
}

/** The line above the panel: which store it shows, and whether it may change it. */
function head({ model, store }: ServedPanel): HTMLElement {
  const folder = store.replace(/[\\/]\.nbtrack$/u, "");
  document.title = `${folder.split(/[\\/]/u).at(-1)} – nbtrack`;
  const parts = [
    element("strong", {}, "nbtrack"),
    element("span", { class: "nbtrack-page-store", title: store }, store),
  ];
  if (model.get("_read_only")) {
    parts.push(element("span", { class: "nbtrack-page-mark" }, "read only"));
  }
  const lost = element("span", { class: "nbtrack-page-lost", role: "status" });
  model.onLost = (why) => {
    lost.textContent = why ?? "";
  };
  return element("header", { class: "nbtrack-page-top" }, ...parts, lost);
}

/** Show the runs that are in this file. */
function showReport(main: HTMLElement, report: Report): void {
  const { signal } = new AbortController();
  const model = new ReportModel(report);
  const address = new PageAddress();
  address.read(model.traits);
  model.onSaved = () => address.write(model);
  addEventListener("popstate", () => address.goBack(model));
  document.title = report.title;
  const attributes = { class: "nbtrack-page-panel", "data-nbtrack-served": "", "data-nbtrack-report": "" };
  const place = element("div", attributes);
  main.replaceChildren(reportHead(report), place);
  show(model, place, signal);
}

function reportHead({ title, made, version, table }: Report): HTMLElement {
  const runs = counted(table.total, "run");
  const about = `${runs}, as of ${momentText(made).slice(0, -":00".length)}`;
  return element(
    "header",
    { class: "nbtrack-page-top" },
    element("h1", {}, oneLine(title)),
    element("span", { class: "nbtrack-page-store" }, about),
    element("span", { class: "nbtrack-page-store", title: `nbtrack ${version}` }, "nbtrack"),
  );
}

function say(main: HTMLElement, role: "status" | "alert", text: string): void {
  main.replaceChildren(element("p", { class: "nbtrack-page-about", role }, text));
}

async function begin(main: HTMLElement, config: Config): Promise<void> {
  try {
    await start(main, config);
  } catch (error) {
    say(main, "alert", error instanceof Error ? error.message : String(error));
  }
}

/** Have the page follow the system's theme; the panel's style knows JupyterLab's attribute. */
function followTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const draw = () => {
    document.body.dataset["jpThemeLight"] = String(!dark.matches);
  };
  dark.addEventListener("change", draw);
  draw();
}

/** Take the token out of the address: the browser has it in a cookie, and the address is to be sent to others. */
function hideToken(): void {
  const address = new URL(location.href);
  if (address.searchParams.has("token")) {
    address.searchParams.delete("token");
    history.replaceState(null, "", address);
  }
}

const held = document.querySelector("#nbtrack-report");
const root = document.querySelector<HTMLElement>("#nbtrack");
if (root !== null) {
  followTheme();
  if (held === null) {
    hideToken();
    void begin(root, JSON.parse(root.dataset["config"] ?? "{}") as Config);
  } else {
    showReport(root, JSON.parse(held.textContent ?? "") as Report);
  }
}
