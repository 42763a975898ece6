import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { coerceText, invalidInput, propertyOf, validatorOf, withDefaults } from "./validation.ts";
import type { SchemaNode } from "./validation.ts";

const Thing = Type.Object(
  {
    name: Type.String({ minLength: 2 }),
    kind: Type.Optional(Type.Union([Type.Literal("a"), Type.Literal("b")])),
    mode: Type.Optional(Type.Enum(["on", "off"])),
    when: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    place: Type.Optional(Type.Object({ street: Type.String() }, { additionalProperties: false })),
    lines: Type.Optional(Type.Array(Type.Object({ count: Type.Integer() }))),
  },
  { additionalProperties: false },
);

const Either = Type.Object({
  shape: Type.Union([Type.Object({ a: Type.String() }), Type.Object({ b: Type.String() })]),
});

const fieldsOf = (value: unknown) =>
  validatorOf(Thing)
    .problems(value)
    .map(({ field }) => field);

test("every field that does not fit is named once, with its place", () => {
  const named: [unknown, string[]][] = [
    [{}, ["name"]],
    [{ name: "n" }, ["name"]],
    [{ name: "nn", place: {} }, ["place.street"]],
    [{ name: "nn", lines: [{ count: 1 }, { count: "x" }] }, ["lines.1.count"]],
    [{ name: "nn", when: 7 }, ["when"]],
    [{ name: "nn", kind: "c" }, ["kind"]],
    [{ name: "nn", mode: "c" }, ["mode"]],
    [{ name: "nn", wrong: 1 }, ["wrong"]],
    [{ name: "nn", place: { street: "s", wrong: 1 } }, ["place.wrong"]],
    [[], ["body"]],
    [null, ["body"]],
  ];
  for (const [value, wanted] of named) {
    assert.equal(validatorOf(Thing).check(value), false, JSON.stringify(value));
    assert.deepEqual(fieldsOf(value), wanted, JSON.stringify(value));
  }
  assert.equal(validatorOf(Thing).check({ name: "nn", kind: "a", mode: "on", when: null }), true);
  const either = validatorOf(Either).problems({ shape: {} });
  assert.deepEqual(
    either.map(({ field }) => field),
    ["shape.a", "shape.b"],
    "each shape by what it misses",
  );
  assert.deepEqual(fieldsOf({ wrong: 1, lines: 1 }).sort(), ["lines", "name", "wrong"]);
});

test("a choice tells all that may be chosen, a missing field that it is missing", () => {
  const messageOf = (value: object) => validatorOf(Thing).problems(value)[0]?.message ?? "";
  const fixOf = (value: object) => (validatorOf(Thing).problems(value)[0]?.fix ?? "").split(/[ ,.]+/);
  for (const choice of ["a", "b"]) assert.ok(fixOf({ name: "nn", kind: "c" }).includes(choice));
  for (const choice of ["on", "off"]) assert.ok(fixOf({ name: "nn", mode: 3 }).includes(choice));
  const [missing, short, unknown] = [{}, { name: "n" }, { name: "nn", x: 1 }].map(messageOf);
  assert.equal(new Set([missing, short, unknown]).size, 3, "three different complaints");
});

test("the 400 holds every problem, and counts those it does not say first", () => {
  const problems = [
    { field: "a", message: "is wrong", fix: "Send another a." },
    { field: "b", message: "is odd", fix: "Send an even b." },
  ];
  const both = invalidInput(problems);
  assert.equal(both.status, 400);
  assert.deepEqual(
    both.details?.["fields"],
    problems.map(({ field, message }) => ({ field, message })),
  );
  assert.match(both.message, /^a .*1/);
  assert.doesNotMatch(both.message, /\bodd\b/);
  assert.match(both.fix ?? "", /another a.*an even b/);
  assert.doesNotMatch(invalidInput(problems.slice(0, 1)).message, /\d/);
  assert.equal(invalidInput([]).status, 400);
});

test("a validator is made once for each schema", () => {
  assert.equal(validatorOf(Thing), validatorOf(Thing));
});

test("a property is one the schema declares itself", () => {
  const schema: { properties: Record<string, SchemaNode> } = { properties: { a: { type: "string" } } };
  assert.deepEqual(propertyOf(schema, "a"), { type: "string" });
  assert.equal(propertyOf(schema, "constructor"), undefined);
  assert.equal(propertyOf<SchemaNode>({}, "a"), undefined);
});

test("text becomes what its schema asks for, or stays what it was", () => {
  const integer = { type: "integer" };
  const flag = { type: "boolean" };
  const read: [string, SchemaNode | undefined, unknown][] = [
    ["7", undefined, "7"],
    ["7", integer, 7],
    ["7.5", { type: "number" }, 7.5],
    ["", integer, ""],
    ["  ", integer, "  "],
    ["x", integer, "x"],
    ["Infinity", integer, "Infinity"],
    ["true", flag, true],
    ["1", flag, true],
    ["false", flag, false],
    ["0", flag, false],
    ["yes", flag, "yes"],
    ["1, 2,x", { type: "array", items: integer }, [1, 2, "x"]],
    ["1,2", { type: "array" }, ["1", "2"]],
    ["1,2", { type: "string" }, "1,2"],
    ["true", { anyOf: [integer, flag] }, true],
    ["12", { anyOf: [{ type: "null" }, integer] }, 12],
    ["1", { anyOf: [{ type: "string" }] }, "1"],
  ];
  for (const [text, schema, wanted] of read) {
    assert.deepEqual(coerceText(text, schema), wanted, `${text} ${JSON.stringify(schema)}`);
  }
});

test("defaults fill in what is absent, and touch neither what was sent nor the object that came", () => {
  const schema: SchemaNode = {
    properties: { a: { default: 1 }, b: { default: false }, c: { type: "string" } },
  };
  const sent = { a: 7 };
  assert.deepEqual(withDefaults(schema, sent), { a: 7, b: false });
  assert.deepEqual(sent, { a: 7 });
  assert.deepEqual(withDefaults(schema, {}), { a: 1, b: false });
  assert.deepEqual(withDefaults(schema, { a: null }), { a: null, b: false });
  const whole = { a: 2, b: true };
  assert.equal(withDefaults(schema, whole), whole, "nothing to fill in");
  assert.deepEqual(withDefaults({}, { a: 1 }), { a: 1 });
});
