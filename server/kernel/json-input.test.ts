import assert from "node:assert/strict";
import { test } from "node:test";
import { OperationError } from "./errors.ts";
import { deepestJson, mostKeys, mostValues, parseJson } from "./json-input.ts";

const nested = (depth: number, open = '{"a":', close = "}") => open.repeat(depth) + "1" + close.repeat(depth);
const keys = (count: number) => `{${Array.from({ length: count }, (_, n) => `"k${n}":1`).join()}}`;

function refusal(text: string): { field?: string; message: string } {
  try {
    parseJson(text);
  } catch (error) {
    assert.ok(error instanceof OperationError, String(error));
    assert.equal(error.status, 400);
    assert.ok(error.fix);
    const [field] = (error.details?.["fields"] ?? []) as { field: string; message: string }[];
    return field ?? { message: error.message };
  }
  throw new assert.AssertionError({ message: `taken: ${text.slice(0, 80)}` });
}

test("what is within the bounds is read as it stands", () => {
  assert.deepEqual(parseJson('{"a":[1,{"b":null}],"constructor":"Ann","prototype":{}}'), {
    a: [1, { b: null }],
    constructor: "Ann",
    prototype: {},
  });
  assert.deepEqual(parseJson('"text"'), "text");
  const letter = "x".repeat(mostKeys + 1);
  assert.equal(parseJson(JSON.stringify(letter)), letter, "letters are no properties");
  assert.equal(parseJson("null"), null);
  parseJson(nested(deepestJson));
  parseJson(nested(deepestJson, "[", "]"));
  parseJson(keys(mostKeys));
  parseJson(`{"contacts":[${Array.from({ length: 100 }, () => keys(400)).join()}]}`);
  parseJson(JSON.stringify(Array.from({ length: mostValues }, () => 1)));
});

test("one level, one property or one value more is refused, and where", () => {
  assert.deepEqual(refusal(`{"metadata":${nested(deepestJson)}}`), {
    field: `metadata.${"a.".repeat(7)}…`,
    message: `is nested more than ${deepestJson} deep`,
  });
  assert.match(refusal(nested(deepestJson + 1, "[", "]")).message, /nested/);
  assert.match(refusal(nested(300_000, "[", "]")).message, /nested/);
  assert.equal(refusal(`{"metadata":${keys(mostKeys + 1)}}`).field, "metadata");
  assert.match(refusal(keys(mostKeys + 1)).message, /^The body has more than 1000 properties/);
  assert.match(refusal(JSON.stringify(Array.from({ length: mostValues + 1 }, () => 1))).message, /values/);
  const spread = `[${Array.from({ length: 60 }, () => keys(900)).join()}]`;
  assert.match(refusal(spread).message, /values/, "counted over all objects");
  const inside = `{"a":{"b":${keys(mostKeys + 1)}}}`;
  assert.equal(refusal(inside).field, "a.b");
  const eight = "[".repeat(7);
  assert.equal(refusal(`{"a":${eight}${keys(mostKeys + 1)}${"]".repeat(7)}}`).field, `a${".0".repeat(7)}`);
  assert.equal(refusal(`{"${"n".repeat(90)}":${keys(mostKeys + 1)}}`).field, "n".repeat(60));
});

test("names that would make it another object are refused at any depth, and where", () => {
  assert.equal(refusal('{"__proto__":{"name":"X"}}').field, "__proto__");
  assert.equal(refusal('{"a":[{"__proto__":null}]}').field, "a.0.__proto__");
  assert.equal(refusal('{"a":{"\\u005f_proto__":1}}').field, "a.__proto__");
  assert.equal(refusal('{"constructor":{"prototype":{}}}').field, "constructor");
  const harmless = '{"constructor":{"name":"Ann"},"builder":{"prototype":1},"list":[{"constructor":null}]}';
  assert.deepEqual(parseJson(harmless), JSON.parse(harmless));
});

test("what is no JSON says so and how it would be", () => {
  assert.match(refusal("{first_name:1}").message, /not valid JSON/);
  assert.match(refusal("").message, /not valid JSON/);
});
