import type { Json } from "../kernel/replies.ts";
import { element, freshId } from "../ui/dom.ts";
import type { Field } from "./messages.ts";

/** The user typed what cannot be sent. The message names the field. */
export class InputError extends Error {}

/** One labelled input of the form. */
export interface Input {
  field: Field;
  block: HTMLElement;
  control: HTMLElement;
  /** Return the value, or undefined where the field is empty and may be. */
  read: () => Json | undefined;
}

const INTEGER_TYPES = new Set(["integer", "long"]);
const NUMBER_TYPES = new Set([...INTEGER_TYPES, "float", "double"]);
const TEXT_TYPES = new Set(["string", "binary"]);
const DATETIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/u;

/** Return the input that suits a field's type. */
export function makeInput(field: Field): Input {
  if (field.type === "boolean") {
    return field.required ? checkbox(field) : choice(field);
  }
  if (NUMBER_TYPES.has(field.type)) {
    return number(field);
  }
  if (TEXT_TYPES.has(field.type)) {
    return line(field, "text", field.value === null ? "" : String(field.value));
  }
  if (field.type === "datetime") {
    const text = field.value === null ? "" : String(field.value);
    const known = text === "" || DATETIME.test(text);
    return line(
      field,
      known ? "datetime-local" : "text",
      known ? text.replace(/(\.\d{3})\d+$/u, "$1") : text,
    );
  }
  return json(field);
}

function checkbox(field: Field): Input {
  const control = element("input", { type: "checkbox", id: freshId(), checked: field.value === true });
  return { field, control, block: labelled(field, control), read: () => control.checked };
}

function choice(field: Field): Input {
  const options = ["", "true", "false"].map((text) =>
    element("option", { value: text, selected: text === String(field.value ?? "") }, text || "not given"),
  );
  const control = element("select", { id: freshId() }, ...options);
  const read = () => (control.value === "" ? undefined : control.value === "true");
  return { field, control, block: labelled(field, control), read };
}

function number(field: Field): Input {
  const value = field.value === null ? "" : String(field.value);
  const control = element("input", {
    type: "number",
    step: "any",
    id: freshId(),
    value,
    placeholder: hint(field),
  });
  const read = () => {
    if (control.validity.badInput) {
      throw new InputError(`${field.name}: this is no number`);
    }
    const text = given(field, control.value);
    if (text === undefined) {
      return;
    }
    const parsed = Number(text);
    // JavaScript would round a larger whole number, so the kernel gets the text.
    const exact = !INTEGER_TYPES.has(field.type) || Number.isSafeInteger(parsed) || !/^-?\d+$/u.test(text);
    return Number.isFinite(parsed) && exact ? parsed : text;
  };
  return { field, control, block: labelled(field, control), read };
}

function line(field: Field, type: string, value: string): Input {
  const plain = {
    type,
    id: freshId(),
    value,
    placeholder: hint(field),
    autocomplete: "off",
    spellcheck: "false",
  };
  const control = element("input", type === "text" ? plain : { ...plain, step: "any" });
  const empties = field.type === "string" && field.required;
  // Where a text is required, the empty text is one.
  const read = () => (empties ? control.value : given(field, control.value));
  return { field, control, block: labelled(field, control), read };
}

function json(field: Field): Input {
  const text = field.value === null ? "" : JSON.stringify(field.value, null, 1);
  const control = element(
    "textarea",
    { id: freshId(), rows: "4", placeholder: hint(field), spellcheck: "false" },
    text,
  );
  const read = () => {
    const typed = given(field, control.value.trim());
    if (typed === undefined) {
      return;
    }
    try {
      return JSON.parse(typed) as Json;
    } catch (error) {
      throw new InputError(
        `${field.name}: this is no JSON (${error instanceof Error ? error.message : error})`,
        {
          cause: error,
        },
      );
    }
  };
  const block = labelled(field, control);
  block.classList.add("nbtrack-serve-wide");
  return { field, control, block, read };
}

/** Return the text, or undefined where it is empty and may be. */
function given(field: Field, text: string): string | undefined {
  if (text !== "") {
    return text;
  }
  if (field.required) {
    throw new InputError(`${field.name}: a value is needed`);
  }
  return undefined;
}

function hint(field: Field): string {
  const kind = field.type === "json" ? "JSON" : field.type;
  return field.required ? kind : `${kind}, may be empty`;
}

function labelled(field: Field, control: HTMLElement): HTMLElement {
  const name = element("span", { class: "nbtrack-serve-name" }, field.name);
  const type = element("span", { class: "nbtrack-serve-quiet" }, field.type === "json" ? "JSON" : field.type);
  const label = element("label", { for: control.id, title: `${field.name} (${field.type})` }, name, type);
  return element("div", { class: "nbtrack-serve-field" }, label, control);
}
