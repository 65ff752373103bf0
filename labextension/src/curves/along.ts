import { type Choice, choice } from "../charts/controls.ts";
import type { CurveX } from "../kernel/documents.ts";
import { element } from "../ui/dom.ts";
import { alongMetric, type Chosen, type CurvesOptions } from "./state.ts";

const ALONG: readonly Choice[] = [
  { value: "step", text: "Step" },
  { value: "relative", text: "Time since start" },
  { value: "time", text: "Wall time" },
];

/** Along what the curves run: steps, time, or another metric; `fill` brings the choices up to date. */
export function alongChoice(
  chosen: Chosen,
  { alongs = [] }: Pick<CurvesOptions, "alongs">,
  changed: () => void,
): { root: HTMLElement; fill: () => void } {
  const root = element("span", { class: "nbtrack-along" });
  const fill = () => {
    const isGrouped = chosen.by.length > 0;
    if (isGrouped && alongMetric(chosen.x) !== undefined) {
      // Where a curve may turn back, groups have no mean.
      Object.assign(chosen, { x: "step", zoom: { x: null, y: null } });
    }
    const own = alongMetric(chosen.x);
    const others = [...new Set([...alongs, ...(own === undefined ? [] : [own])])];
    const choices = others
      .filter((name) => name === own || name !== chosen.metric)
      .map((name) => ({ value: `metrics.${name}`, text: name, apart: "Another metric" }));
    const made = choice("Along", [...ALONG, ...(isGrouped ? [] : choices)], chosen.x, (x) => {
      Object.assign(chosen, { x: x as CurveX, zoom: { x: null, y: null } });
      changed();
    });
    root.replaceChildren(made);
  };
  fill();
  return { root, fill };
}
