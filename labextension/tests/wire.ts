import { readFileSync } from "node:fs";
import { hasOnly } from "../src/kernel/replies.ts";
import { PARTS } from "../src/wire.ts";

/** Return examples of messages, which the Python tests read too. */
export function examplesIn(file: string) {
  return JSON.parse(readFileSync(new URL(`../../tests/unit/widgets/${file}`, import.meta.url), "utf8"));
}

/** Whether a message is a request of a widget, as `src/wire.ts` has it. */
export function isRequest(widget: keyof typeof PARTS, message: unknown): boolean {
  const { id, kind, ...parts } = message as Record<string, unknown>;
  const declared = PARTS[widget]?.[String(kind)];
  return (
    typeof id === "string" &&
    id !== "" &&
    declared !== undefined &&
    hasOnly(parts, ...Object.keys(declared)) &&
    Object.entries(parts).every(([name, value]) => isOf(declared[name] ?? "", value))
  );
}

/** Whether a value is of a type that is written in TypeScript. */
function isOf(type: string, value: unknown): boolean {
  if (type.startsWith("{") || type.startsWith("Record") || type === "object") {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }
  return type.split(" | ").some((one) => {
    if (one.endsWith("[]")) {
      return Array.isArray(value) && value.every((item) => isOf(one.slice(0, -2), item));
    }
    if (one === "null") {
      return value === null;
    }
    return one.startsWith('"') ? JSON.stringify(value) === one : typeof value === one;
  });
}
