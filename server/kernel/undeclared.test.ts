import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { undeclaredIn } from "./undeclared.ts";

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
