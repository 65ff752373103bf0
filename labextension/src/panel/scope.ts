import { element } from "../ui/dom.ts";
import { popover } from "./popover.ts";
import type { Table } from "./table.ts";

/** The button that says in which experiments to look. */
export function experimentsButton(table: Table): HTMLElement {
  const { root, button } = popover(
    "",
    "Experiments",
    (place) => {
      const list = element("div", { class: "nbtrack-panel-list" }, "…");
      place.append(list);
      void table.requests.ask("names", {}).then(
        ({ experiments }) =>
          list.replaceChildren(all(table), ...experiments.map((one) => choice(table, one))),
        (error: Error) => list.replaceChildren(error.message),
      );
    },
    table.signal,
  );
  const draw = () => {
    const { experiments } = table.query;
    button.textContent = scopeText(experiments);
    button.title = experiments?.join("\n") ?? "";
  };
  table.on(["query"], draw);
  draw();
  return root;
}

function scopeText(experiments: readonly string[] | null): string {
  if (experiments === null) {
    return "All experiments";
  }
  return experiments.length === 1
    ? (experiments[0] ?? "")
    : `${experiments.length.toLocaleString("en")} experiments`;
}

function all(table: Table): HTMLElement {
  const button = element("button", { type: "button", class: "nbtrack-panel-link" }, "All experiments");
  button.addEventListener("click", () => {
    for (const box of button.parentElement?.querySelectorAll("input") ?? []) {
      box.checked = false;
    }
    table.ask({ experiments: null });
  });
  return element("div", {}, button);
}

function choice(table: Table, { name, runs }: { name: string; runs: number }): HTMLElement {
  const box = element("input", { type: "checkbox" });
  box.checked = table.query.experiments?.includes(name) ?? false;
  box.addEventListener("change", () => {
    const others = (table.asked.experiments ?? []).filter((other) => other !== name);
    const chosen = box.checked ? [...others, name] : others;
    table.ask({ experiments: chosen.length > 0 ? chosen : null });
  });
  const count = element("span", { class: "nbtrack-panel-quiet" }, ` ${runs.toLocaleString("en")}`);
  return element("label", { class: "nbtrack-panel-choice" }, box, element("span", {}, name, count));
}

/** A button that is on or off. */
export function toggle(text: string, title: string, press: (on: boolean) => void): HTMLButtonElement {
  const button = element("button", {
    type: "button",
    class: "nbtrack-panel-button",
    title,
    "aria-pressed": "false",
  });
  button.textContent = text;
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    press(on);
  });
  return button;
}
