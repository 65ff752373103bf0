import { showCompare } from "../../compare/view.ts";
import type { PanelState } from "../state.ts";
import { documentView } from "./document.ts";

/** Show runs side by side in the body of the tab. */
export function drawCompare(state: PanelState, body: HTMLElement): void {
  const { colours } = state;
  const baseline: { id: string | null } = { id: null };
  documentView(state, "compare", body, async ({ place, ask, signal }) => {
    const compare = () => ask("side_by_side", {});
    const shown = showCompare(place, await compare(), { colours, baseline, ask }, signal);
    return () => void compare().then((document) => shown.update(document));
  });
}
