/** What the kernel says, as `nbtrack/widgets/replies.py` has it. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The kernel has the request: what takes longer now is the work, not a cell that it runs. */
export interface Accepted {
  id: string;
  accepted: true;
}

export interface Done {
  id: string;
  ok: true;
  result: Record<string, unknown>;
}

/** What went wrong; of a filter also where, and what may have been meant. */
export interface Problem {
  type: string;
  message: string;
  start: number | null;
  end: number | null;
  suggestion: string | null;
}

export interface Failed {
  id: string;
  ok: false;
  error: Problem;
}

export type Answer = Done | Failed;

/** Why a request has no result. */
export class RequestError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Return a problem that has a message and nothing more. */
export function problemSaying(message: string, type = "Error"): Problem {
  return { type, message, start: null, end: null, suggestion: null };
}

/** Return the problem that a request came to; what went wrong on this side is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) {
    return error.problem;
  }
  throw error;
}

export function isAccepted(value: unknown): value is Accepted {
  return (
    isObject(value) && hasOnly(value, "id", "accepted") && isId(value["id"]) && value["accepted"] === true
  );
}

export function isAnswer(value: unknown): value is Answer {
  if (!isObject(value) || !isId(value["id"])) {
    return false;
  }
  if (value["ok"] === true) {
    return hasOnly(value, "id", "ok", "result") && isObject(value["result"]);
  }
  return value["ok"] === false && hasOnly(value, "id", "ok", "error") && isProblem(value["error"]);
}

function isProblem(value: unknown): boolean {
  return (
    isObject(value) &&
    hasOnly(value, "type", "message", "start", "end", "suggestion") &&
    isText(value["type"]) &&
    isText(value["message"]) &&
    [value["start"], value["end"]].every((place) => place === null || isCount(place)) &&
    (value["suggestion"] === null || isText(value["suggestion"]))
  );
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
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
