import assert from "node:assert/strict";
import { it } from "node:test";
import { isRequest } from "../src/serve/messages.ts";
import { isReply } from "../src/widget/replies.ts";
import { examples } from "./examples.ts";

for (const [name, is, { valid, invalid }] of [
  ["request", isRequest, examples.requests],
  ["reply", isReply, examples.replies],
] as const) {
  it(`every valid ${name} is known`, () => {
    for (const message of valid) {
      assert.ok(is(message), JSON.stringify(message));
    }
  });

  it(`what is no ${name} is refused`, () => {
    for (const message of invalid) {
      assert.ok(!is(message), JSON.stringify(message));
    }
  });
}
