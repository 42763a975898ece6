import assert from "node:assert/strict";
import { test } from "node:test";
import { isEmail } from "./emails.ts";

test("an address that a mail server would take is one", () => {
  for (const address of [
    "a@b.example",
    "first.last+tag@mail.example.com",
    "o'brien@example.co.uk",
    "a-.-b@x.example",
    "-a@x.example",
    "_@x-y.example",
    "a@1.example",
    "josé@müller.example",
    "a@उदाहरण.परीक्षा",
    "a@xn--e1afmkfd.xn--p1ai",
    `${"a".repeat(310)}@x.example`,
  ])
    assert.equal(isEmail(address), true, address);
});

test("dots and hyphens stand between something, and only one address is one", () => {
  for (const text of [
    "a..b@x.example",
    ".a@x.example",
    "a.@x.example",
    "a@-b.example",
    "a@b-.example",
    "a@x.-b.example",
    "a@b.example-",
    "a@b..example",
    "a@.example",
    "a@b.example.",
    "a@b",
    "a@b.e",
    "a@1.2.3.4",
    "a@b.12",
    "@x.example",
    "a@",
    "nobody",
    "",
    "a@b@x.example",
    "a b@x.example",
    "a@x y.example",
    "a@b.example\n",
    "Ann <a@x.example>",
    "a@x.example,b",
    "a@x,y.example",
    "a@x_y.example",
    `${"a".repeat(311)}@x.example`,
  ])
    assert.equal(isEmail(text), false, text);
});
