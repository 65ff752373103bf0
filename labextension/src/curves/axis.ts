import type { CurveX } from "../kernel/documents.ts";
import { button, type Choice, choice } from "../plot/controls.ts";
import { element, freshId } from "../ui/dom.ts";
import { alongMetric, type Chosen, type CurvesOptions, type Ends } from "./state.ts";

const NAMES = { step: "Step", relative: "Seconds since start", time: "Wall time" };

/** The boxes for the ends of the axes. `fill` shows the ends of the current metric. */
export function axisEnds(
  chosen: Chosen,
  changed: (isX: boolean) => void,
): { root: HTMLElement; fill: () => void } {
  const summary = element("summary", { title: "Where the axes begin and end" }, "Axis");
  const place = element("div", { class: "nbtrack-axis-ends", role: "group", "aria-label": "Axis" });
  const root = element("details", { class: "nbtrack-control nbtrack-axis" }, summary, place);
  const { x: xs, y: ys } = chosen.ends;
  const mark = () => {
    const isSet = ys.has(chosen.metric) || xs.has(chosen.x);
    summary.textContent = isSet ? "Axis: set" : "Axis";
  };
  const fill = () => {
    mark();
    const { metric, x } = chosen;
    const rows = [
      endsRow("y", metric, ys.get(metric), (ends) => {
        put(ys, metric, ends);
        chosen.zoom = { ...chosen.zoom, y: null };
        mark();
        changed(false);
      }),
    ];
    // Times are not typed as numbers.
    if (x !== "time") {
      rows.push(
        endsRow("x", alongMetric(x) ?? NAMES[x as keyof typeof NAMES], xs.get(x), (ends) => {
          put(xs, x, ends);
          chosen.zoom = { ...chosen.zoom, x: null };
          mark();
          changed(true);
        }),
      );
    }
    const free = button("Automatic", () => {
      const hadX = xs.delete(x);
      ys.delete(metric);
      fill();
      changed(hadX);
    });
    place.replaceChildren(...rows, free);
  };
  fill();
  closes(root, fill);
  return { root, fill };
}

function put<Key>(held: Map<Key, Ends>, key: Key, ends: Ends): void {
  if (ends[0] === null && ends[1] === null) {
    held.delete(key);
  } else {
    held.set(key, ends);
  }
}

/** Two boxes for one axis. `take` is called when both can be read and the first is below the second. */
function endsRow(
  axis: "x" | "y",
  name: string,
  held: Ends | undefined,
  take: (ends: Ends) => void,
): HTMLElement {
  const [low, high] = held ?? [null, null];
  const wrong = element("small", { id: freshId(), role: "alert" });
  const box = (label: string, value: number | null) =>
    element("input", {
      type: "text",
      inputmode: "decimal",
      size: "7",
      placeholder: "auto",
      value: value === null ? "" : String(value),
      "aria-label": `${label} of ${axis}`,
      "aria-describedby": wrong.id,
    });
  const [from, to] = [box("Least", low), box("Greatest", high)];
  const look = () => {
    const [least, most] = [typed(from.value), typed(to.value)];
    wrong.textContent = fault(least, most);
    const isTurned = least !== null && most !== null && least >= most;
    from.setAttribute("aria-invalid", String(isTurned || Number.isNaN(least)));
    to.setAttribute("aria-invalid", String(isTurned || Number.isNaN(most)));
    if (wrong.textContent === "") {
      take([least, most]);
    }
  };
  for (const input of [from, to]) {
    input.addEventListener("change", look);
  }
  const title = element("span", { title: name }, axis, " ", element("small", {}, name));
  return element("div", {}, title, from, "to", to, wrong);
}

function fault(least: number | null, most: number | null): string {
  if (Number.isNaN(least) || Number.isNaN(most)) {
    return "A number, or nothing";
  }
  return least !== null && most !== null && least >= most ? "The first is not below the second" : "";
}

function typed(text: string): number | null {
  const plain = text.trim().replace("\u2212", "-");
  if (plain === "") {
    return null;
  }
  const value = Number(plain);
  // A scale with more digits could not tell its ticks apart.
  return Math.abs(value) < 1e300 ? value : Number.NaN;
}

/** Close the boxes over the chart at Escape, or at a click elsewhere. Escape drops what is being typed. */
function closes(root: HTMLDetailsElement, fill: () => void): void {
  const outside = (event: Event) => {
    if (!root.isConnected || !event.composedPath().includes(root)) {
      // A box that is hidden while it has the focus would send no change event.
      root.querySelector<HTMLElement>("input:focus")?.blur();
      root.open = false;
    }
  };
  root.addEventListener("toggle", () => {
    if (root.open) {
      document.addEventListener("pointerdown", outside, { capture: true });
      root.querySelector("input")?.focus();
    } else {
      document.removeEventListener("pointerdown", outside, { capture: true });
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.open) {
      event.stopPropagation();
      fill();
      root.open = false;
      root.querySelector("summary")?.focus();
    }
  });
}

const X_AXES: readonly Choice[] = [
  { value: "step", text: "Step" },
  { value: "relative", text: "Time since start" },
  { value: "time", text: "Wall time" },
];

/** The choice of the x axis: steps, time, or another metric. `fill` updates the choices. */
export function alongChoice(
  chosen: Chosen,
  { alongs = [] }: Pick<CurvesOptions, "alongs">,
  changed: () => void,
): { root: HTMLElement; fill: () => void } {
  const root = element("span", { class: "nbtrack-along" });
  const fill = () => {
    const isGrouped = chosen.by.length > 0;
    if (isGrouped && alongMetric(chosen.x) !== undefined) {
      // Along another metric, where curves may turn back, groups have no mean.
      Object.assign(chosen, { x: "step", zoom: { x: null, y: null } });
    }
    const own = alongMetric(chosen.x);
    const others = [...new Set([...alongs, ...(own === undefined ? [] : [own])])];
    const choices = others
      .filter((name) => name === own || name !== chosen.metric)
      .map((name) => ({ value: `metrics.${name}`, text: name, apart: "Another metric" }));
    const made = choice("Along", [...X_AXES, ...(isGrouped ? [] : choices)], chosen.x, (x) => {
      Object.assign(chosen, { x: x as CurveX, zoom: { x: null, y: null } });
      changed();
    });
    root.replaceChildren(made);
  };
  fill();
  return { root, fill };
}
