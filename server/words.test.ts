import assert from "node:assert/strict";
import { test } from "node:test";
import { greetingName, holdsLink, oneLine, saysSomething, withoutBreaks } from "./words.ts";

test("a text on one line, without what cannot be seen, and not longer than asked for", () => {
  assert.equal(oneLine(" Ann\r\n\u2028\u200bLee\u202e\t ", 80), "Ann Lee");
  assert.equal(oneLine("😀😀😀", 2), "😀😀");
  assert.equal(oneLine("abc def", 4), "abc");
});

test("a text that is one line keeps everything but its breaks, and what joins the letters of a script", () => {
  assert.equal(withoutBreaks(" Ann\r\n\u2029\u0085Lee\u0000 "), "Ann Lee");
  assert.equal(withoutBreaks("می\u200cخواهم  x"), "می\u200cخواهم  x");
});

test("what says something, in whatever script", () => {
  for (const text of ["a", "7", "李", "й", "€", " x "]) assert.equal(saysSomething(text), true, text);
  for (const text of ["", "   ", "\u200b\u2060", "\n\t", "--", "..."])
    assert.equal(saysSomething(text), false, text);
});

test("links in a text, however they are written", () => {
  for (const text of ["see https://x.test", "www.x", "evil.example", "me@x", "x.co/1"]) {
    assert.equal(holdsLink(text), true, text);
  }
  for (const text of ["Ann Lee", "J. R. Smith", "St. John", "12 High St., Flat 3.", "10.30"]) {
    assert.equal(holdsLink(text), false, text);
  }
});

test("a name greets when it can be nothing but a name", () => {
  for (const name of ["Ann Lee", "José Ñandú-O’Brien", "J. R. Smith", "李小龍", "Maria de la Cruz"]) {
    assert.equal(greetingName(name), name);
  }
  assert.equal(greetingName(" Ann\nLee "), "Ann Lee");
  for (const name of [
    "Call 0900 123 4567",
    "pay at evil.example",
    "One two three four five six",
    "Ann: urgent",
    "a".repeat(81),
    "",
    "<b>",
  ]) {
    assert.equal(greetingName(name), undefined, name);
  }
});
