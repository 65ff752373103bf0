import type { Stage } from "../kernel/client.ts";
import { type Json, problemOf } from "../kernel/replies.ts";
import { follow } from "../kernel/traits.ts";
import { element } from "../ui/dom.ts";
import { copyText } from "../ui/export.ts";
import { shownTime } from "../ui/text.ts";
import { type Input, InputError, makeInput } from "./inputs.ts";
import type { Field, Row } from "./messages.ts";
import type { Panel } from "./panel.ts";

/** The form that asks the model for one prediction. What the user typed stays in this view. */
export function form(panel: Panel): HTMLElement {
  const { model, signal } = panel;
  const row = group(panel, "fields", "Input");
  const params = group(panel, "params", "Parameters");
  const button = element(
    "button",
    { type: "submit", class: "nbtrack-serve-button nbtrack-serve-primary" },
    "Predict",
  );
  const result = outcome();
  const made = element(
    "form",
    { novalidate: true, autocomplete: "off" },
    row.block,
    params.block,
    element("div", { class: "nbtrack-serve-ask" }, button, result.block),
  );
  let pending = false;

  const draw = () => {
    button.disabled = pending || model.get("state") !== "ready";
    button.title = model.get("state") === "ready" ? "" : "The server is not ready";
  };
  const submit = async () => {
    if (button.disabled) {
      return;
    }
    let payload: { row: Row; params: Row };
    try {
      payload = { row: read(row.inputs()), params: read(params.inputs()) };
    } catch (error) {
      result.failed(error instanceof Error ? error.message : String(error));
      return;
    }
    pending = true;
    draw();
    try {
      await predict(panel, payload, result);
    } finally {
      pending = false;
      draw();
    }
  };

  follow(panel, ["state"], draw);
  submitOnEnter(made, signal);
  made.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      void submit();
    },
    { signal },
  );
  return made;
}

/** Submit the form on Enter. JupyterLab keeps the browser from doing so inside a notebook. */
function submitOnEnter(made: HTMLFormElement, signal: AbortSignal): void {
  const onKey = (event: KeyboardEvent) => {
    const typed = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key === "Enter" && !event.isComposing && typed) {
      event.preventDefault();
      made.requestSubmit();
    }
  };
  made.addEventListener("keydown", onKey, { signal });
}

async function predict(panel: Panel, payload: { row: Row; params: Row }, result: Outcome): Promise<void> {
  result.pending("Predicting…");
  const onStage = (stage: Stage) => {
    result.pending(stage === "waiting" ? "Waiting for the kernel: a cell is running" : "Predicting…");
  };
  try {
    const { predictions, ms } = await panel.client.ask("predict", payload, { onStage });
    result.predicted(predictions, ms);
  } catch (error) {
    result.failed(problemOf(error).message);
  }
}

/** Return one group of inputs. It is made again when the kernel names other fields. */
function group(panel: Panel, trait: "fields" | "params", legend: string) {
  const grid = element("div", { class: "nbtrack-serve-grid" });
  const block = element("fieldset", {}, element("legend", {}, legend), grid);
  let inputs: Input[] = [];
  follow(panel, [trait], () => {
    inputs = panel.model.get(trait).map((field: Field) => makeInput(field));
    grid.replaceChildren(...inputs.map((input) => input.block));
    block.hidden = inputs.length === 0;
  });
  return { block, inputs: () => inputs };
}

/** Return what the user typed. An input that cannot be read is marked and gets the focus. */
function read(inputs: Input[]): Row {
  const entries: [string, Json][] = [];
  for (const { field, control, read: value } of inputs) {
    control.removeAttribute("aria-invalid");
    try {
      const given = value();
      if (given !== undefined) {
        entries.push([field.name, given]);
      }
    } catch (error) {
      if (error instanceof InputError) {
        control.setAttribute("aria-invalid", "true");
        control.focus();
      }
      throw error;
    }
  }
  // A column may be called `__proto__`, and an assignment to that would be lost.
  return Object.fromEntries(entries);
}

/** The place that shows a prediction. */
interface Outcome {
  block: HTMLElement;
  pending: (text: string) => void;
  predicted: (predictions: Json, ms: Json) => void;
  failed: (message: string) => void;
}

/** Return an empty place for the outcome of a prediction. */
function outcome(): Outcome {
  const block = element("div", { class: "nbtrack-serve-outcome", role: "status", "aria-live": "polite" });
  const put = (kind: string, ...children: HTMLElement[]) => {
    block.dataset["kind"] = kind;
    block.replaceChildren(...children);
  };
  return {
    block,
    pending: (text) => put("pending", element("span", { class: "nbtrack-serve-quiet" }, text)),
    predicted: (predictions, ms) => {
      const { text, exact, single } = shownPredictions(predictions);
      const value = single
        ? element("output", { class: "nbtrack-serve-value", title: exact }, text)
        : element("pre", { class: "nbtrack-serve-mono", tabindex: "0", "aria-label": "Prediction" }, text);
      const took =
        typeof ms === "number" ? [element("span", { class: "nbtrack-serve-quiet" }, shownTime(ms))] : [];
      put("predicted", value, ...took);
    },
    failed: (message) => put("failed", element("span", { class: "nbtrack-serve-error" }, message)),
  };
}

/** For how many milliseconds the button says that it copied. */
const FEEDBACK_TIME = 2000;

/** The curl command that asks the server from a terminal, with a button that copies it. */
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
    }, FEEDBACK_TIME);
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

/** Return predictions as text. A single value stands alone, without its brackets. */
export function shownPredictions(predictions: Json): { text: string; exact: string; single: boolean } {
  let one = predictions;
  while (Array.isArray(one) && one.length === 1) {
    one = one[0] ?? null;
  }
  if (typeof one === "object" && one !== null) {
    const text = JSON.stringify(one, null, 1);
    return { text, exact: text, single: false };
  }
  const exact = String(one);
  const whole = typeof one !== "number" || Number.isInteger(one);
  return { text: whole ? exact : String(Number((one as number).toPrecision(6))), exact, single: true };
}
