import { button, check, choice, keepers } from "../charts/controls.ts";
import type { CurveX } from "../charts/documents.ts";
import type { Stage } from "../charts/stage.ts";
import { element, freshId } from "../widget/dom.ts";
import type { CurvesState } from "./state.ts";

const ALONG = [
  { value: "step", text: "Step" },
  { value: "relative", text: "Time since start" },
  { value: "time", text: "Wall time" },
];

export interface Actions {
  /** The kernel must be asked. */
  ask: () => void;
  /** What is there must be drawn anew. */
  draw: () => void;
  reset: () => void;
}

/** The row of controls above the curves. */
export function toolbar(state: CurvesState, stage: Stage, { ask, draw, reset }: Actions): HTMLElement {
  const { chosen, options } = state;
  const controls: HTMLElement[] = [];
  const metrics = (options.metrics ?? []).map((name) => ({ value: name, text: name }));
  if (options.ask !== undefined && metrics.length > 0) {
    controls.push(
      choice("Metric", metrics, chosen.metric, (metric) => {
        Object.assign(chosen, { metric, zoom: { ...chosen.zoom, y: null } });
        ask();
      }),
    );
  }
  if (options.ask !== undefined) {
    controls.push(
      choice("Along", ALONG, chosen.x, (x) => {
        Object.assign(chosen, { x: x as CurveX, zoom: { x: null, y: null } });
        ask();
      }),
      ...grouping(state, ask),
    );
  }
  const toggle = (name: "logX" | "logY" | "band") => (on: boolean) => {
    chosen[name] = on;
    const inner = name === "logY" ? { ...chosen.zoom, y: null } : chosen.zoom;
    chosen.zoom = name === "logX" ? { x: null, y: null } : inner;
    if (name === "logX") {
      ask();
    }
    draw();
  };
  controls.push(
    smoothing(state, draw),
    check("Log x", chosen.logX, toggle("logX")),
    check("Log y", chosen.logY, toggle("logY")),
    check("Band", chosen.band, toggle("band")),
    button("Reset zoom", reset, "Also: double click, or 0"),
    keepers(stage, () => chosen.metric),
  );
  return element("div", { class: "nbtrack-controls" }, ...controls);
}

function grouping(state: CurvesState, ask: () => void): HTMLElement[] {
  const fields = state.options.fields ?? [];
  if (fields.length === 0) {
    return [];
  }
  const none = { value: "", text: "no group" };
  const choices = [none, ...fields.map((field) => ({ value: field, text: field }))];
  const [chosen = ""] = state.chosen.by;
  return [
    choice("Group by", choices, chosen, (field) => {
      state.chosen.by = field === "" ? [] : [field];
      state.chosen.hidden = new Set();
      ask();
    }),
  ];
}

function smoothing({ chosen }: CurvesState, draw: () => void): HTMLElement {
  const id = freshId();
  const slider = element("input", {
    type: "range",
    id,
    min: "0",
    max: "0.99",
    step: "0.01",
    value: String(chosen.smoothing),
  });
  const told = element("output", { for: id }, chosen.smoothing.toFixed(2));
  slider.addEventListener("input", () => {
    chosen.smoothing = Number(slider.value);
    told.textContent = chosen.smoothing.toFixed(2);
    draw();
  });
  return element(
    "span",
    { class: "nbtrack-control" },
    element("label", { for: id }, "Smoothing"),
    slider,
    told,
  );
}
