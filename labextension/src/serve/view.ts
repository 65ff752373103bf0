import { Client } from "../kernel/client.ts";
import { follow } from "../kernel/traits.ts";
import { element, keepKeys } from "../ui/dom.ts";
import { curl, form } from "./form.ts";
import type { Model } from "./model.ts";
import type { Panel } from "./panel.ts";
import { figures, header, logTail } from "./status.ts";

/** Show a server's panel in an element until the signal is aborted. */
export function show(model: Model, place: HTMLElement, signal: AbortSignal): void {
  const panel: Panel = { model, client: new Client(model, signal), signal };
  const label = `Model server ${model.get("title")}`;
  const section = element(
    "section",
    { class: "nbtrack-serve", "aria-label": label },
    header(panel),
    form(panel),
    curl(panel),
    figures(panel),
    logTail(panel),
  );
  // A model that is not served yet shows one button, and nothing more.
  follow(panel, ["state"], () =>
    section.classList.toggle("nbtrack-offered", model.get("state") === "offered"),
  );
  keepKeys(section, signal);
  place.replaceChildren(section);
}
