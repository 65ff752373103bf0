import { readFileSync } from "node:fs";
import type { Traits } from "../src/serve/messages.ts";

interface Examples {
  requests: { valid: unknown[]; invalid: unknown[] };
  state: Traits;
}

/** The examples that the Python tests read too. */
export const examples: Examples = JSON.parse(
  readFileSync(new URL("../../tests/unit/widgets/messages.json", import.meta.url), "utf8"),
);
