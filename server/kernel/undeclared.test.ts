import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { workspaceApi } from "../surfaces/workspace-api.ts";
import { operation } from "./operation.ts";
import { mustBeAsDeclared, undeclaredIn } from "./undeclared.ts";

const Person = Type.Object({ id: Type.String(), at: Type.Optional(Type.Object({ street: Type.String() })) });

test("a property that a schema does not name is found at every level", () => {
  const Page = Type.Object({ rows: Type.Array(Person), owner: Type.Union([Person, Type.Null()]) });
  const clean = { rows: [{ id: "1", at: { street: "A" } }], owner: null };
  assert.deepEqual(undeclaredIn(Page, clean), []);
  const leaking = {
    rows: [{ id: "1" }, { id: "2", search_text: "x", at: { street: "A", hidden: null } }],
    owner: { id: "3", secret: 1 },
    more: {},
  };
  assert.deepEqual(undeclaredIn(Page, leaking), [
    "rows.1.search_text",
    "rows.1.at.hidden",
    "owner.secret",
    "more",
  ]);
  assert.deepEqual(undeclaredIn(Type.Object({}), { constructor: 1 }), ["constructor"]);
});

test("what is declared to be free in form is, and its values are still looked at", () => {
  for (const free of [Type.Unknown(), Type.Object({}, { additionalProperties: true }), Type.Any()]) {
    assert.deepEqual(undeclaredIn(Type.Object({ free }), { free: { any: [{ thing: 1 }] } }), []);
  }
  for (const named of [
    Type.Record(Type.String(), Person),
    Type.Object({}, { additionalProperties: Person }),
  ]) {
    assert.deepEqual(undeclaredIn(named, { anna: { id: "1" }, paul: { id: "2", age: 3 } }), ["paul.age"]);
  }
});

test("of several shapes one has to name it all", () => {
  const Shape = Type.Union([
    Type.Object({ kind: Type.Literal("a"), one: Type.Integer() }),
    Type.Object({ kind: Type.Literal("b"), two: Type.Integer() }),
    Type.Array(Person),
  ]);
  assert.deepEqual(undeclaredIn(Shape, { kind: "b", two: 2 }), []);
  assert.deepEqual(undeclaredIn(Shape, { kind: "a", one: 1, two: 2 }), ["two"]);
  assert.deepEqual(undeclaredIn(Shape, [{ id: "1", two: 2 }]), ["0.two"]);
});

test("a shape is told by its type and by what has one value only, before it is counted what it names", () => {
  const told: [schema: unknown, value: unknown, undeclared: string[]][] = [
    // A text among the shapes says nothing of an object, nor an object of a list.
    [Type.Union([Type.String(), Person]), { id: "1", more: 1 }, ["more"]],
    [Type.Union([Person, Type.Array(Person)]), [{ id: "1", more: 1 }], ["0.more"]],
    [Type.Union([Type.Array(Type.Unknown()), Person]), { id: "1", more: 1 }, ["more"]],
    [Type.Union([Person, Type.Array(Person)]), "text", []],
    [Type.Union([Person, Type.Null()]), null, []],
    // Of two that fit, the one that names more.
    [
      Type.Union([Person, Type.Object({ id: Type.String(), age: Type.Integer() })]),
      { id: "1", age: 2, x: 3 },
      ["x"],
    ],
    [{ anyOf: [Person, { patternProperties: { "^k": { type: "string" } } }] }, { k1: "a", k2: "b" }, []],
    [{ type: "array" }, [{ any: 1 }], []],
    [{ type: "object", properties: { a: {} }, additionalProperties: true }, { a: 1, b: { c: 1 } }, []],
    [{ type: "object", properties: { a: {} }, additionalProperties: false }, { a: 1, b: 1 }, ["b"]],
    [{ type: "object", additionalProperties: false }, { b: 1 }, []],
    [{ patternProperties: { "^k": Person } }, { k1: { id: "1", more: 1 } }, ["k1.more"]],
    [{ type: "object", additionalProperties: Person }, { anna: { id: "1", more: 1 } }, ["anna.more"]],
    [Person, "text", []],
    [Person, null, []],
  ];
  for (const [schema, value, undeclared] of told) {
    assert.deepEqual(undeclaredIn(schema, value), undeclared, JSON.stringify([schema, value]));
  }
});

test("an answer that is not as declared, or holds more, is a mistake of ours that names where", () => {
  const getPerson = operation({
    name: "get_person",
    surface: workspaceApi,
    section: "People",
    scopes: ["people:read"],
    effect: "read",
    noun: "person",
    summary: "Get it.",
    input: Type.Object({}),
    output: Type.Union([Person, Type.Null()]),
    run: () => Promise.resolve(null),
  });
  mustBeAsDeclared(getPerson, { id: "1", at: undefined });
  mustBeAsDeclared(getPerson, undefined);
  assert.throws(() => mustBeAsDeclared(getPerson, { id: 1 }), /get_person/);
  assert.throws(() => mustBeAsDeclared(getPerson, { id: "1", secret: "s" }), /get_person.*: secret$/);
});
