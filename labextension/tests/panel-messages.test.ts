import assert from "node:assert/strict";
import { it } from "node:test";
import { isAccepted, isChanged, isReply, isRequest, READING } from "../src/panel/messages.ts";
import { panelExamples } from "./panel-kernel.ts";

for (const [name, is, { valid, invalid }] of [
  ["request", isRequest, panelExamples.requests],
  ["reply", isReply, panelExamples.replies],
  ["word of acceptance", isAccepted, panelExamples.accepted],
  ["change", isChanged, panelExamples.changed],
] as const) {
  it(`every valid ${name} of the panel is known`, () => {
    for (const message of valid) {
      assert.ok(is(message), JSON.stringify(message));
    }
  });

  it(`what is no ${name} of the panel is refused`, () => {
    for (const message of invalid) {
      assert.ok(!is(message), JSON.stringify(message));
    }
  });
}

it("both halves and the server know what only reads", () => {
  assert.deepEqual(READING, new Set(panelExamples.reading));
});
