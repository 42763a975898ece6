import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleOf } from "./json-schema.ts";
import type { JsonSchema } from "./json-schema.ts";

const whole: JsonSchema = {
  type: "object",
  properties: {
    name: { type: "string" },
    note: { type: "string" },
    lines: { type: "array", items: { type: "integer" } },
  },
  required: ["name", "lines"],
};

test("an example is what the schema says itself, else the plainest value that fits", () => {
  const samples: [JsonSchema, unknown][] = [
    [{ const: false, type: "boolean" }, false],
    [{ examples: ["a", "b"], default: "c" }, "a"],
    [{ examples: [], default: "c" }, "c"],
    [{ default: null, type: "string" }, null],
    [{ enum: ["x", "y"], type: "string" }, "x"],
    [{ enum: [], type: "string" }, "text"],
    [{ anyOf: [{ type: "integer" }, { type: "null" }] }, 1],
    [{ oneOf: [{ type: "boolean" }] }, true],
    [{ anyOf: [], type: "boolean" }, true],
    [
      { allOf: [{ type: "object", properties: { a: { const: 1 } }, required: ["a"] }, whole] },
      { a: 1, name: "text", lines: [] },
    ],
    [{ type: ["string", "null"] }, "text"],
    [{ type: "string", format: "date" }, "2026-03-02"],
    [{ type: "string", format: "unheard-of" }, "text"],
    [{ type: "string", format: "constructor" }, "text"],
    [{ type: "string", minLength: 6 }, "textxx"],
    [{ type: "string", maxLength: 2 }, "te"],
    [{ type: "string", minLength: 200 }, `text${"x".repeat(96)}`],
    [{ type: "integer" }, 1],
    [{ type: "number", minimum: 0 }, 0],
    [{ type: "integer", maximum: 0 }, 0],
    [{ type: "integer", maximum: 9 }, 1],
    [{ type: "boolean" }, true],
    [{ type: "array", items: { type: "integer" } }, []],
    [{ type: "array", items: { type: "integer" }, minItems: 1 }, [1]],
    [{ type: "array", minItems: 1 }, []],
    [{ type: "object" }, {}],
    [whole, { name: "text", lines: [] }],
    [{}, null],
  ];
  for (const [schema, wanted] of samples) assert.deepEqual(sampleOf(schema), wanted, JSON.stringify(schema));
});

test("with everything, what is optional is there as well, at every level", () => {
  const full = { name: "text", note: "text", lines: [1] };
  assert.deepEqual(sampleOf(whole, true), full);
  assert.deepEqual(sampleOf({ type: "array", items: whole }, true), [full]);
  assert.deepEqual(sampleOf({ type: "array" }, true), []);
  assert.deepEqual(sampleOf({ anyOf: [whole] }, true), full);
  assert.deepEqual(sampleOf({ allOf: [whole] }, true), full);
  assert.deepEqual(sampleOf({ type: "object", properties: { inner: whole } }, true), { inner: full });
});
