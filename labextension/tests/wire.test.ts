import assert from "node:assert/strict";
import { it } from "node:test";
import { isAccepted, isAnswer } from "../src/kernel/replies.ts";
import { isChanged } from "../src/panel/messages.ts";
import { examplesIn, isRequest } from "./wire.ts";

for (const [widget, file] of [
  ["front", "front.json"],
  ["panel", "panel/messages.json"],
  ["runpage", "runpage/messages.json"],
  ["serve", "messages.json"],
] as const) {
  it(`every request of the widget ${widget} is declared`, () => {
    for (const message of examplesIn(file).requests.valid) {
      assert.ok(isRequest(widget, message), JSON.stringify(message));
    }
  });
}

const replies = examplesIn("replies.json");

for (const [name, is, { valid, invalid }] of [
  ["answer", isAnswer, replies.answers],
  ["word of acceptance", isAccepted, replies.accepted],
  ["change", isChanged, replies.changed],
] as const) {
  it(`every ${name} is known, and nothing else is one`, () => {
    for (const message of valid) {
      assert.ok(is(message), JSON.stringify(message));
    }
    for (const message of invalid) {
      assert.ok(!is(message), JSON.stringify(message));
    }
  });
}
