import {
  button,
  type Choice,
  check,
  choice,
  type Figures,
  fieldChoices,
  saveButtons,
} from "../plot/controls.ts";
import { fieldLabel } from "../plot/fields.ts";
import type { Stage } from "../plot/stage.ts";
import { element, freshId } from "../ui/dom.ts";
import { alongChoice, axisEnds } from "./axis.ts";
import type { Chosen, CurvesOptions, CurvesState } from "./state.ts";

interface Actions {
  /** The data must be loaded again. */
  ask: () => void;
  /** The loaded data must be drawn again. */
  draw: () => void;
  reset: () => void;
  figures: () => Figures;
}

/** The class of controls that are useless for a metric of one point. */
const CURVES_ONLY = "nbtrack-of-curves";

/** The row of controls above the curves. */
export function toolbar(
  state: CurvesState,
  stage: Pick<Stage, "savePng" | "saveSvg">,
  { ask, draw, reset, figures }: Actions,
): HTMLElement {
  const { chosen, options } = state;
  const controls: HTMLElement[] = [];
  const { noteOf, onOverview } = options;
  const metrics = fieldChoices(options.metrics ?? [], noteOf && ((name) => noteOf(`metrics.${name}`)));
  if (onOverview !== undefined) {
    controls.push(overviewButton(false, onOverview));
  }
  const along = alongChoice(chosen, options, () => {
    axis.fill();
    ask();
  });
  const axis = axisEnds(chosen, (isX) => {
    draw();
    if (isX) {
      ask();
    }
  });
  const askAnew = () => {
    along.fill();
    axis.fill();
    ask();
  };
  if (options.ask !== undefined && metrics.length > 0) {
    controls.push(
      choice("Metric", metrics, chosen.metric, (metric) => {
        Object.assign(chosen, { metric, zoom: { ...chosen.zoom, y: null } });
        askAnew();
      }),
    );
  }
  if (options.ask !== undefined) {
    along.root.classList.add(CURVES_ONLY);
    controls.push(along.root, ...grouping(chosen, options, askAnew));
  }
  const ofCurves = [
    smoothing(chosen, draw),
    toggle("Log x", "logX", chosen, () => {
      chosen.zoom = { x: null, y: null };
      ask();
      draw();
    }),
    toggle("Log y", "logY", chosen, () => {
      chosen.zoom = { ...chosen.zoom, y: null };
      draw();
    }),
    toggle("Band", "band", chosen, draw),
    toggle("Ignore outliers", "trimmed", chosen, draw),
    axis.root,
    button("Reset zoom", reset, "Also: double click, or 0"),
  ];
  for (const one of ofCurves) {
    one.classList.add(CURVES_ONLY);
  }
  controls.push(
    ...ofCurves,
    saveButtons(stage, () => chosen.metric, figures),
  );
  return element("div", { class: "nbtrack-controls" }, ...controls);
}

/** The button that switches between one metric and all metrics. */
export function overviewButton(on: boolean, pressed: () => void): HTMLElement {
  const title = on ? "Show one metric" : "Show all metrics, a small chart each";
  const made = button("All metrics", pressed, title);
  made.setAttribute("aria-pressed", String(on));
  return made;
}

export function toggle(
  label: string,
  name: "logX" | "logY" | "band" | "trimmed",
  chosen: Chosen,
  changed: () => void,
): HTMLElement {
  return check(label, chosen[name], (on) => {
    chosen[name] = on;
    changed();
  });
}

export function grouping(
  chosen: Chosen,
  { fields = [], noteOf, hidden }: Pick<CurvesOptions, "fields" | "noteOf" | "hidden">,
  ask: () => void,
): HTMLElement[] {
  if (fields.length === 0) {
    return [];
  }
  const none: Choice = { value: "", text: "no group" };
  const choices: Choice[] = [none, ...fieldChoices(fields, noteOf)];
  const { by } = chosen;
  const together = by.join(" ");
  if (by.length > 1) {
    choices.push({ value: together, text: by.map(fieldLabel).join(", ") });
  }
  return [
    choice("Group by", choices, together, (field) => {
      const one = field === "" ? [] : [field];
      chosen.by = field === together ? by : one;
      chosen.hidden = new Set(chosen.by.length === 0 ? hidden?.ids : []);
      ask();
    }),
  ];
}

export function smoothing(chosen: Chosen, draw: () => void): HTMLElement {
  const id = freshId();
  const slider = element("input", {
    type: "range",
    id,
    min: "0",
    max: "0.99",
    step: "0.01",
    value: String(chosen.smoothing),
  });
  const output = element("output", { for: id }, chosen.smoothing.toFixed(2));
  slider.addEventListener("input", () => {
    chosen.smoothing = Number(slider.value);
    output.textContent = chosen.smoothing.toFixed(2);
    draw();
  });
  return element(
    "span",
    { class: "nbtrack-control" },
    element("label", { for: id }, "Smoothing"),
    slider,
    output,
  );
}
