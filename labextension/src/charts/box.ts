import type { Ask, Box, BoxDocument, Range } from "../kernel/documents.ts";
import { drawAxes, labelRoom, type Plot } from "../plot/axes.ts";
import { slotColour } from "../plot/colours.ts";
import { cautions, choice, dataTable, type FieldNote, fieldChoices } from "../plot/controls.ts";
import { fieldLabel } from "../plot/fields.ts";
import { categories, extent, linear, padded, type Scale } from "../plot/scales.ts";
import { type Sheet, Stage } from "../plot/stage.ts";
import { type Chart, ChartView, Tooltip } from "../plot/view.ts";
import { numberText } from "../ui/text.ts";

interface BoxOptions {
  ask?: Ask;
  /** Numeric fields to choose from, and fields to group by: columns of the run table. */
  values?: readonly string[];
  fields?: readonly string[];
  /** Returns the note on a field. */
  noteOf?: (name: string) => FieldNote;
  /** Called with the choice of the user. */
  onChoose?: (chosen: { field: string; by: string | null }) => void;
}

const TOGETHER = { value: "", text: "all together" };
const TOP = 24;
const BOTTOM = 44;
const RIGHT = 14;
const MOST_DOTS = 300;

/** Show box plots in an element until the signal is aborted. */
export function showBox(
  place: HTMLElement,
  document: BoxDocument,
  { ask, values = [], fields = [], noteOf, onChoose }: BoxOptions,
  signal: AbortSignal,
): void {
  const chartView = new ChartView(boxesOf, signal);
  const chosen = { field: document.field, by: document.by };
  const change = (next: Partial<typeof chosen>) => {
    Object.assign(chosen, next);
    onChoose?.({ ...chosen });
    if (ask !== undefined) {
      void chartView.wait(ask("box", { ...chosen }));
    }
  };
  const controls = [
    choice("Values", fieldChoices(values, noteOf), chosen.field, (field) => change({ field })),
    choice("By", [TOGETHER, ...fieldChoices(fields, noteOf)], chosen.by ?? "", (by) =>
      change({ by: by === "" ? null : by }),
    ),
  ];
  place.replaceChildren(
    chartView.view("box", `Box plots of ${document.field}`, ask === undefined ? [] : controls),
  );
  chartView.take(document);
}

function boxesOf(document: BoxDocument, signal: AbortSignal): Chart {
  const { boxes } = document;
  const tip = new Tooltip();
  let x: Scale = categories([], [0, 1]);
  const stage = new Stage(
    {
      height: () => 340,
      draw: (sheet) => {
        x = drawBoxes(sheet, document);
      },
    },
    `Box plots of ${document.field}${document.by === null ? "" : ` by ${document.by}`}; the table below has the figures`,
    signal,
    false,
  );
  stage.surface.addEventListener("pointermove", (event) => {
    const box = boxes[Math.round(x.value(event.offsetX))];
    if (box === undefined) {
      tip.hide();
      return;
    }
    const lines = figures(box).map(([name = "", value = ""]) => ({ name, value }));
    tip.show(box.label, lines, { x: event.offsetX, y: event.offsetY, width: stage.size.width });
  });
  stage.surface.addEventListener("pointerleave", () => tip.hide());
  stage.root.append(tip.root);
  const names = (boxes[0] === undefined ? [] : figures(boxes[0])).map(([name = ""]) => name);
  const rows = () => boxes.map((box) => [box.label, ...figures(box).map(([, value = ""]) => value)]);
  const table = dataTable([document.by ?? "", ...names], rows);
  return {
    stage,
    name: `box-${document.field}`,
    shown: [cautions(document.cautions), stage.root, table],
    figures: () => ({
      heads: ["run_id", "run", document.by ?? "group", document.field],
      rows: boxes.flatMap(({ label, runs, values }) =>
        runs.map((id, run) => [id, document.names[id], label, values[run]]),
      ),
    }),
  };
}

function figures(box: Box): [string, string][] {
  return [
    ["runs", numberText(box.values.length)],
    ["highest", numberText(Math.max(...box.values))],
    ["upper quartile", numberText(box.q3)],
    ["median", numberText(box.median)],
    ["mean", numberText(box.mean)],
    ["lower quartile", numberText(box.q1)],
    ["lowest", numberText(Math.min(...box.values))],
  ];
}

function drawBoxes(sheet: Sheet, { boxes, field, by }: BoxDocument): Scale {
  const { width, height } = sheet.size;
  const up: Range = [height - BOTTOM, TOP];
  const y = linear(padded(extent(boxes.flatMap(({ values }) => values))), up, 6);
  const left = labelRoom(y) + 4;
  const plot: Plot = {
    left,
    top: TOP,
    width: Math.max(60, width - left - RIGHT),
    height: height - TOP - BOTTOM,
  };
  const x = categories(
    boxes.map(({ label }) => label),
    [left, left + plot.width],
  );
  drawAxes(sheet, plot, { x, y }, { x: fieldLabel(by ?? ""), y: fieldLabel(field) });
  const half = Math.min(34, (plot.width / Math.max(1, boxes.length)) * 0.3);
  for (const [place, box] of boxes.entries()) {
    drawBox(sheet, box, { middle: x.place(place), half, y }, slotColour(place, sheet.theme.dark));
  }
  return x;
}

function drawBox(
  { pen, theme }: Sheet,
  box: Box,
  { middle, half, y }: { middle: number; half: number; y: Scale },
  colour: string,
): void {
  const [low, q1, median, q3, high] = [box.low, box.q1, box.median, box.q3, box.high].map(y.place) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const sides = { colour, width: 1.5 };
  pen.rectangle([middle - half, q3, half * 2, Math.max(1, q1 - q3)], colour, 0.18);
  const corners = [middle - half, middle + half];
  pen.line([...corners, ...corners.toReversed(), middle - half], [q3, q3, q1, q1, q3], sides);
  pen.line([middle, middle], [high, q3], sides);
  pen.line([middle, middle], [q1, low], sides);
  for (const end of [low, high]) {
    pen.line([middle - half / 2, middle + half / 2], [end, end], sides);
  }
  pen.line(corners, [median, median], { colour: theme.ink, width: 2 });
  const beyond = new Set(box.outliers);
  for (const [run, value] of box.values.entries()) {
    if (beyond.has(run) || box.values.length <= MOST_DOTS) {
      // The spread depends on the index of the run, so the picture is the same each time.
      const aside = (((run * 37) % 17) / 16 - 0.5) * half * 1.2;
      pen.circle([middle + aside, y.place(value)], 2.5, colour, { alpha: beyond.has(run) ? 1 : 0.55 });
    }
  }
}
