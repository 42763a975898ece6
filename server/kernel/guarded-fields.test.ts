import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import {
  masked,
  readableWith,
  requiredScopedFields,
  scopedFieldsOf,
  scopesIn,
  secretsIn,
  shownOnce,
  withoutCredentials,
  withoutSecrets,
  withoutUnreadable,
} from "./guarded-fields.ts";

const Line = Type.Object({
  id: Type.String(),
  paid: Type.Optional(Type.String(readableWith("invoices:read"))),
});
const Deal = Type.Object({
  name: Type.String(),
  lines: Type.Array(Line),
  best: Type.Union([Line, Type.Null()]),
  contact: Type.Optional(Type.Object({ email: Type.String() }, readableWith("contacts:read"))),
});
const deal = {
  name: "D",
  lines: [{ id: "1", paid: "yes" }],
  best: { id: "2", paid: "no" },
  contact: { email: "a@b.example" },
  at: new Date(0),
};

test("fields are left out by the scopes they take, in lists and unions as well, and nothing else is touched", () => {
  const poor = withoutUnreadable(Deal, deal, new Set(["contacts:read"]));
  assert.deepEqual(poor, { ...deal, lines: [{ id: "1" }], best: { id: "2" } });
  assert.equal("contact" in withoutUnreadable(Deal, deal, new Set(["invoices:read"])), false);
  assert.deepEqual(withoutUnreadable(Deal, deal, new Set(["contacts:read", "invoices:read"])), deal);
  assert.equal(withoutUnreadable(Deal, deal, undefined), deal, "the program itself reads everything");
  assert.equal(withoutUnreadable(Type.Null(), null, new Set()), null);
  assert.deepEqual(withoutUnreadable(Deal, { ...deal, best: null }, new Set()).best, null);
  assert.deepEqual(deal.lines, [{ id: "1", paid: "yes" }], "the value itself stays whole");
});

test("the fields of a record are found in the record, in a list and in a page of it", () => {
  for (const schema of [Line, Type.Array(Line), Type.Object({ rows: Type.Array(Line) })]) {
    assert.deepEqual([...scopedFieldsOf(schema)], [["paid", "invoices:read"]]);
  }
  assert.deepEqual([...scopedFieldsOf(Deal)], [["contact", "contacts:read"]]);
});

test("the scopes that fields take are found however deep, and the fields that could not be left out", () => {
  assert.deepEqual(scopesIn(Deal).sort(), ["contacts:read", "invoices:read"]);
  assert.deepEqual(scopesIn(Type.Union([Type.Null(), Type.Array(Line)])), ["invoices:read"]);
  assert.deepEqual(scopesIn(Type.Object({ id: Type.String() })), []);
  const must = Type.Object({ name: Type.String(), price: Type.String(readableWith("prices:read")) });
  for (const schema of [must, Type.Array(must), Type.Union([must, Type.Null()]), Type.Object({ must })]) {
    assert.deepEqual(requiredScopedFields(schema), ["price"]);
  }
  assert.deepEqual(requiredScopedFields(Deal), []);
});

test("what no scope says anything of is handed on untouched", () => {
  const open = Type.Object({ id: Type.String() });
  const value = { id: "1" };
  assert.equal(withoutUnreadable(open, value, new Set()), value);
  const Mixed = Type.Object({ free: Type.Unknown(), list: Type.Unknown(), line: Line });
  const mixed = { free: { a: [1] }, list: [{ b: 1 }], line: { id: "1", paid: "yes" } };
  const read = withoutUnreadable(Mixed, mixed, new Set());
  assert.deepEqual(read, { ...mixed, line: { id: "1" } });
  assert.deepEqual([read.free === mixed.free, read.list === mixed.list], [true, true]);
});

const Hook = Type.Object({
  secret: Type.Optional(Type.Union([Type.String(), Type.Null()], shownOnce)),
  headers: Type.Optional(Type.Record(Type.String(), Type.String(), shownOnce)),
  many: Type.Optional(Type.Array(Type.Object({ pin: Type.String(shownOnce) }))),
  url: Type.Optional(Type.String()),
});

test("secrets are what the schema says, unless they are masked already", () => {
  assert.deepEqual(secretsIn(Hook, { secret: "0123456789abcdef", url: "https://a.example" }), [
    "0123456789abcdef",
  ]);
  assert.deepEqual(secretsIn(Hook, { secret: null }), []);
  assert.deepEqual(secretsIn(Hook, { secret: masked("0123456789abcdef") }), []);
  assert.deepEqual(secretsIn(Hook, { headers: { Authorization: "Bearer x", "x-env": "live" } }), [
    "Bearer x",
  ]);
  assert.deepEqual(secretsIn(Hook, { many: [{ pin: "1" }, { pin: "2" }] }), ["1", "2"]);
  assert.deepEqual(secretsIn(Line, { id: "1" }), []);
  assert.deepEqual(secretsIn(Hook, { secret: "" }), [], "nothing to hide");
  const Either = Type.Union([Type.Null(), Hook]);
  assert.deepEqual(secretsIn(Either, { secret: "s", other: "t" }), ["s"]);
  assert.deepEqual(secretsIn(Either, null), []);
  assert.deepEqual(secretsIn(Type.Array(Hook), [{ secret: "s" }, { secret: "s" }]), ["s"]);
});

test("a secret is masked wherever it stands; a short one only where it stands alone, and gives nothing away", () => {
  const long = "0123456789abcdef";
  const kept = withoutSecrets({ a: [`see ${long}, ${long}`], b: { c: long, d: 7, at: deal.at } }, [long]);
  assert.deepEqual(kept, { a: ["see ****cdef, ****cdef"], b: { c: "****cdef", d: 7, at: deal.at } });
  assert.deepEqual(withoutSecrets({ pin: "4711", text: "47110815" }, ["4711"]), {
    pin: "****",
    text: "47110815",
  });
  // Twelve characters are enough to be sure that it is the secret and no chance.
  assert.equal(withoutSecrets("see 0123456789ab", ["0123456789ab"]), "see ****89ab");
  assert.equal(withoutSecrets("see 0123456789a", ["0123456789a"]), "see 0123456789a");
  assert.equal(masked("0123456789ab"), "****89ab");
  assert.equal(masked("0123456789a"), "****");
  const value = { a: 1 };
  assert.equal(withoutSecrets(value, []), value);
});

test("headers show what is no credential", () => {
  assert.deepEqual(withoutCredentials({ "X-Api-Key": "0123456789abcdef", "x-env": "live" }), {
    "X-Api-Key": "****cdef",
    "x-env": "live",
  });
});
