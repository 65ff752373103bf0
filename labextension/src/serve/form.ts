import { element } from "../ui/dom.ts";
import type { Json } from "../widget/replies.ts";
import { type Input, InputError, makeInput } from "./inputs.ts";
import type { Field, Row } from "./messages.ts";
import { type Outcome, outcome } from "./outcome.ts";
import { follow, type Panel } from "./panel.ts";

/** The form that asks the model for one prediction. What was typed is the view's own, and stays. */
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
    let asked: { row: Row; params: Row };
    try {
      asked = { row: read(row.inputs()), params: read(params.inputs()) };
    } catch (error) {
      result.failed(error instanceof Error ? error.message : String(error));
      return;
    }
    pending = true;
    draw();
    try {
      await predict(panel, asked, result);
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

/** By hand: inside a notebook of JupyterLab, Enter in an input does not submit its form. */
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

async function predict(panel: Panel, asked: { row: Row; params: Row }, result: Outcome): Promise<void> {
  result.pending("Predicting…");
  const answer = await panel.requests.send({ kind: "predict", ...asked }, (stage) => {
    result.pending(stage === "waiting" ? "Waiting for the kernel: a cell is running" : "Predicting…");
  });
  if (answer.ok) {
    result.predicted(answer.result["predictions"] ?? null, answer.result["ms"] ?? null);
  } else {
    result.failed(answer.error.message);
  }
}

/** Return one group of inputs, made anew when the kernel names others. */
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

/** Return what was typed; the input that cannot be read is marked and has the focus. */
function read(inputs: Input[]): Row {
  const told: [string, Json][] = [];
  for (const { field, control, read: value } of inputs) {
    control.removeAttribute("aria-invalid");
    try {
      const given = value();
      if (given !== undefined) {
        told.push([field.name, given]);
      }
    } catch (error) {
      if (error instanceof InputError) {
        control.setAttribute("aria-invalid", "true");
        control.focus();
      }
      throw error;
    }
  }
  // A column may be called `__proto__`: assigning to it would lose it.
  return Object.fromEntries(told);
}
