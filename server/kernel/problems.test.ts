/** What a caller is told of a value that does not fit: what is wrong, and what to send. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { OperationError, conflict, invalidField, usualFix } from "./errors.ts";
import { editDistance, nearMiss } from "./near-misses.ts";
import { invalidInput, validatorOf } from "./validation.ts";

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()]);

const schema = Type.Object(
  {
    first_name: Type.Optional(Type.String({ minLength: 1, maxLength: 5 })),
    contact_id: Type.Optional(nullable(Type.String({ format: "uuid" }))),
    day: Type.Optional(Type.String({ format: "date" })),
    starts_at: Type.Optional(Type.String({ format: "date-time" })),
    phone: Type.Optional(nullable(Type.String())),
    status: Type.Optional(Type.Union([Type.Literal("open"), Type.Literal("won")])),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    price: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    is_open: Type.Optional(Type.Boolean()),
    tags: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 2, uniqueItems: true })),
    colour: Type.Optional(Type.String({ pattern: "^#[0-9a-f]{6}$", description: "Like #3b82f6. Or none." })),
    place: Type.Optional(
      Type.Union([
        Type.Object({ kind: Type.Literal("room"), room: Type.String() }),
        Type.Object({ kind: Type.Literal("seat"), seat: Type.Integer() }),
      ]),
    ),
    api_key: Type.Optional(Type.Integer()),
    code: Type.Optional(Type.String({ pattern: "^[a-z]+$", "x-shown-once": true })),
    nested: Type.Optional(Type.Array(Type.Object({ a: Type.String() }, { additionalProperties: false }))),
  },
  { additionalProperties: false, minProperties: 1 },
);

const told = (value: unknown, of: Parameters<typeof validatorOf>[0] = schema) => {
  assert.equal(validatorOf(of).check(value), false);
  const { message, fix } = invalidInput(validatorOf(of).problems(value));
  return [message, fix];
};

const id = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";
const cases: [object, string, string][] = [
  [{ firstName: "Ann" }, "firstName is not a known field.", "Did you mean first_name?"],
  [{ first_name: "" }, "first_name may not be empty.", "Send 1 to 5 characters."],
  [{ first_name: "Johanna" }, "first_name is too long with 7 characters.", "Send 1 to 5 characters."],
  [
    { contact_id: "12" },
    'contact_id must be an id (a UUID), not "12".',
    `Send an id as an answer gave it, such as ${id}.`,
  ],
  [
    { day: "Monday" },
    'day must be a valid date, not "Monday".',
    "Send a day of the calendar, such as 2026-03-02.",
  ],
  [
    { starts_at: "9:00" },
    'starts_at must be an ISO 8601 instant, not "9:00".',
    "Send date, time and offset, such as 2026-03-02T09:00:00Z.",
  ],
  [{ phone: 44 }, "phone must be a text or null, not 44.", 'Send phone as "+447700900123", for example.'],
  [
    { status: "opne" },
    'status is "opne", which is not allowed.',
    "Did you mean open? Send one of open, won.",
  ],
  [{ status: "lost" }, 'status is "lost", which is not allowed.', "Send one of open, won."],
  // What stands in an object or a list may be a secret, and is not repeated.
  [
    { first_name: { pin: "1" } },
    "first_name must be a text, not an object.",
    'Send first_name as "some text", for example.',
  ],
  [
    { first_name: ["1"] },
    "first_name must be a text, not a list.",
    'Send first_name as "some text", for example.',
  ],
  [
    { first_name: null },
    "first_name must be a text, not null.",
    'Send first_name as "some text", for example.',
  ],
  [{ limit: 0 }, "limit is 0, which is out of bounds.", "Send a whole number from 1 to 100."],
  [{ limit: "x" }, 'limit must be a whole number, not "x".', "Send limit as 1, for example."],
  [{ price: -1 }, "price is -1, which is out of bounds.", "Send a number above 0."],
  [{ is_open: "y" }, 'is_open must be true or false, not "y".', "Send is_open as true, for example."],
  [{ tags: [] }, "tags has 0 items.", "Send 1 to 2 items."],
  [{ tags: ["a", "a"] }, "tags holds an item twice.", "Send every item once."],
  [{ tags: "a" }, 'tags must be a list, not "a".', 'Send tags as ["some text"], for example.'],
  [
    { colour: "red" },
    'colour has not the form it must have, not "red".',
    "Send what fits ^#[0-9a-f]{6}$. Like #3b82f6.",
  ],
  [{ place: { kind: "seat" } }, "place.seat is required.", "Send place.seat, a whole number."],
  [
    { place: 1 },
    "place must be an object, not 1.",
    'Send place as {"kind": "room", "room": "some text"}, for example.',
  ],
  [{ nested: [{ a: "b", c: 1 }] }, "nested.0.c is not a known field.", "Leave it out. There are: a."],
  [{ code: "A1" }, "code has not the form it must have.", "Send what fits ^[a-z]+$."],
  [{ api_key: "hush" }, "api_key must be a whole number.", "Send api_key as 1, for example."],
  [
    { first_name: "A\0" },
    "first_name may not contain the NUL character.",
    String.raw`Take the character \u0000 out of it.`,
  ],
];

test("a name may not contain the NUL character either, wherever names are free", () => {
  const free = Type.Object({ metadata: Type.Object({}, { additionalProperties: true }) });
  assert.deepEqual(told({ metadata: { "a\0b": 1 } }, free), [
    String.raw`metadata.a\u0000b may not contain the NUL character.`,
    String.raw`Take the character \u0000 out of it.`,
  ]);
});

for (const [value, message, fix] of cases) {
  test(`${JSON.stringify(value)}: ${message}`, () => assert.deepEqual(told(value), [message, fix]));
}

test("what is missing is told with its meaning and an example, and every field with its own fix", () => {
  const of = Type.Object({
    contact_id: Type.String({ format: "uuid", description: "Whom it is about. Never a company." }),
    status: Type.Union([Type.Literal("open"), Type.Literal("won")]),
  });
  const [message, fix] = told({}, of);
  assert.equal(message, "contact_id is required (and 1 more).");
  assert.equal(
    fix,
    `contact_id: Send contact_id, an id as an answer gave it, such as ${id}: Whom it is about. status: Send status, one of open, won.`,
  );
});

test("of many names the first thirty are told", () => {
  const names = Array.from({ length: 31 }, (_, n) => `name_${n}`);
  const many = (count: number) =>
    Type.Object(
      Object.fromEntries(names.slice(0, count).map((name) => [name, Type.Optional(Type.String())])),
      {
        additionalProperties: false,
      },
    );
  const listed = (count: number) => told({ zebra: 1 }, many(count))[1];
  assert.equal(listed(30), `Leave it out. There are: ${names.slice(0, 30).join(", ")}.`);
  assert.equal(listed(31), `Leave it out. There are: ${names.slice(0, 30).join(", ")}, ….`);
});

test("an empty object where something has to be is told what there is", () => {
  const [message, fix] = told({});
  assert.equal(message, "body has 0 fields.");
  assert.match(fix ?? "", /^Send at least 1 field: first_name, contact_id/);
});

test("a fix that only says the message again gives way to one that helps", () => {
  for (const repeated of ["Is taken", "slug: is taken.", "SLUG -- is taken!", "", "…"]) {
    assert.equal(invalidField("slug", "is taken", repeated).fix, usualFix(400), repeated);
  }
  assert.equal(conflict("It is over.", { fix: "it is over" }).fix, usualFix(409));
  assert.equal(invalidField("slug", "is taken", "Send another slug.").fix, "Send another slug.");
  for (const status of [400, 401, 402, 403, 404, 405, 409, 413, 415, 418, 429, 500, 503]) {
    assert.ok(new OperationError("X", status, "Broken.", { fix: "Broken" }).fix.length > 15, String(status));
  }
});

test("a near miss is a slip or two, or other letters of the same sound; never another number or another short word", () => {
  const known = ["first_name", "email", "line_1", "sku", "date"];
  const near: [string, string | undefined][] = [
    ["firstName", "first_name"],
    ["FIRST NAME", "first_name"],
    ["frist_name", "first_name"],
    ["fisrt_nmae", "first_name"],
    ["emial", "email"],
    ["emails", "email"],
    ["line_2", undefined],
    ["line_12", undefined],
    ["sk", undefined],
    ["name", undefined],
    ["dates", "date"],
    ["__", undefined],
    ["entirely_else", undefined],
  ];
  for (const [written, expected] of near) assert.equal(nearMiss(written, known), expected, written);
  assert.deepEqual(
    [editDistance("a", "a"), editDistance("ab", "ba"), editDistance("abc", "abd"), editDistance("", "abc")],
    [0, 1, 1, 3],
  );
});
