import { element } from "../../ui/dom.ts";

/** Milliseconds that a message stays. */
const STAYS = 8000;

/** Say something at a cell, for a while: why nothing was done. */
export function say(input: HTMLElement | null, text: string): void {
  if (input === null) {
    return;
  }
  input.querySelector(".nbtrack-cell-said")?.remove();
  const said = element("p", { class: "nbtrack-cell-said", role: "alert" }, text);
  input.append(said);
  setTimeout(() => said.remove(), STAYS);
}
