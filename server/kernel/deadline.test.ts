import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlineExceeded, within } from "./deadline.ts";

const hopeless = new RegExp("^(?:a|aa)+$");

test("what takes too long is ended, an expression that backtracks for ever included", () => {
  const started = performance.now();
  assert.throws(() => within(50, () => hopeless.test(`${"a".repeat(200)}!`)), DeadlineExceeded);
  assert.throws(() => {
    within(50, () => {
      for (;;) {
        // for ever
      }
    });
  }, DeadlineExceeded);
  assert.ok(performance.now() - started < 5000);
});

test("results and errors come through, and the next call has its own time", () => {
  assert.equal(
    within(1000, () => "result"),
    "result",
  );
  assert.throws(
    () =>
      within(1000, () => {
        throw new TypeError("mine");
      }),
    new TypeError("mine"),
  );
  assert.equal(
    within(1000, () => 2),
    2,
  );
});

test("what is inside ends with what is outside", () => {
  let came = "";
  assert.throws(
    () =>
      within(50, () => {
        within(60_000, () => hopeless.test(`${"a".repeat(200)}!`));
        came = "past it";
      }),
    DeadlineExceeded,
  );
  assert.equal(came, "");
});
