import { cut, textWidth } from "../charts/axes.ts";
import type { Sheet } from "../charts/stage.ts";
import type { CurvesState } from "./state.ts";

const ROW = 18;
const SWATCH = 22;
const GAP = 16;
const LONGEST = 180;
const MOST = 60;

/** Draw the names of the curves that are shown, from a height on; return how high that is. */
export function drawKey(state: CurvesState, width: number, sheet?: Sheet, top = 0): number {
  let [x, y] = [GAP, top + ROW / 2];
  for (const { id, name } of state.shown.slice(0, MOST)) {
    const text = cut(name, LONGEST);
    const long = SWATCH + textWidth(text) + GAP;
    if (x + long > width && x > GAP) {
      [x, y] = [GAP, y + ROW];
    }
    if (sheet !== undefined) {
      const colour = state.colours.of(id, sheet.inks.dark);
      sheet.pen.line([x, x + SWATCH - 6], [y, y], { colour, width: 3, dash: state.colours.dash(id) });
      sheet.pen.text(text, [x + SWATCH, y], { colour: sheet.inks.ink });
    }
    x += long;
  }
  return y - top + ROW;
}
