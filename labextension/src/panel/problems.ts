import type { Problem } from "./messages.ts";

/** Why a request has no result. */
export class RequestError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Return the problem that a request came to; what went wrong on this side is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) {
    return error.problem;
  }
  throw error;
}
