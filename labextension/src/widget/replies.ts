/** What the messages of all widgets share, as `nbtrack/widgets/replies.py` has it. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The kernel has the request and works on it. */
export interface Accepted {
  id: string;
  accepted: true;
}
export interface Done {
  id: string;
  ok: true;
  result: Record<string, Json>;
}
export interface Failed {
  id: string;
  ok: false;
  error: { type: string; message: string };
}
export type Answer = Done | Failed;
export type Reply = Accepted | Answer;

export function isReply(value: unknown): value is Reply {
  if (!isObject(value) || !isId(value["id"])) {
    return false;
  }
  if (value["ok"] === true) {
    return hasOnly(value, "id", "ok", "result") && isObject(value["result"]);
  }
  if (value["ok"] === false) {
    return hasOnly(value, "id", "ok", "error") && isError(value["error"]);
  }
  return hasOnly(value, "id", "accepted") && value["accepted"] === true;
}

function isError(value: unknown): boolean {
  return (
    isObject(value) && hasOnly(value, "type", "message") && isText(value["type"]) && isText(value["message"])
  );
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isId(value: unknown): boolean {
  return isText(value) && value.length <= 100;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function hasOnly(value: object, ...names: string[]): boolean {
  const found = Object.keys(value);
  return found.length === names.length && names.every((name) => found.includes(name));
}
