import assert from "node:assert/strict";
import { test } from "node:test";
import { segmentsOf } from "./message.ts";

test("a text costs a segment for 160 plain characters or 70 others, and fewer to each when there are several", () => {
  const costs: [string, number][] = [
    ["", 1],
    ["a".repeat(160), 1],
    ["a".repeat(161), 2],
    ["a".repeat(306), 2],
    ["a".repeat(307), 3],
    // Characters of the extension count twice.
    ["€".repeat(80), 1],
    [`${"€".repeat(80)}a`, 2],
    ["ж".repeat(70), 1],
    ["ж".repeat(71), 2],
    [`${"ж".repeat(69)}€`, 1],
    ["ж".repeat(134), 2],
    ["ж".repeat(135), 3],
    [`${"a".repeat(70)}’`, 2],
    ["é\n".repeat(80), 1],
  ];
  for (const [body, segments] of costs) {
    assert.equal(segmentsOf(body), segments, `${body.length} of ${body.slice(0, 2)}`);
  }
});
