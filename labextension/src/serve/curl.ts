import { element } from "../ui/dom.ts";
import { copyText } from "../ui/export.ts";
import { follow, type Panel } from "./panel.ts";

/** So long the button says what it did. */
const SAID = 2000;

/** The command that asks the server from a terminal, to be copied. */
export function curl(panel: Panel): HTMLElement {
  const { model, signal } = panel;
  const line = element("code");
  const button = element("button", { type: "button", class: "nbtrack-serve-button" }, "Copy");
  const said = element("span", { class: "nbtrack-serve-unseen", "aria-live": "polite" });
  let timer: ReturnType<typeof setTimeout> | undefined;

  const press = async () => {
    const copied = await copyText(model.get("curl"));
    button.textContent = copied ? "Copied" : "Select it and copy";
    said.textContent = button.textContent;
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = "Copy";
      said.textContent = "";
    }, SAID);
  };
  button.addEventListener("click", () => void press(), { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));

  const block = element(
    "pre",
    { class: "nbtrack-serve-mono", tabindex: "0", "aria-label": "curl command" },
    line,
  );
  const made = element("div", { class: "nbtrack-serve-curl" }, block, button, said);
  follow(panel, ["curl"], () => {
    line.textContent = model.get("curl");
    made.hidden = line.textContent === "";
  });
  return made;
}
