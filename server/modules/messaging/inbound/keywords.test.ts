import assert from "node:assert/strict";
import { test } from "node:test";
import { keywordOf } from "./keywords.ts";

test("keywords count as the whole message, however they are spelled", () => {
  const spellings: [string, string | undefined][] = [
    ["STOP", "stop"],
    [" stop. ", "stop"],
    ["Stop!!", "stop"],
    ["“stop”", "stop"],
    ["Stop all", "stop"],
    ["STOP-ALL", "stop"],
    ["unsubscribe", "stop"],
    ["Cancel", "stop"],
    ["END", "stop"],
    ["quit", "stop"],
    ["START", "start"],
    ["unstop", "start"],
    ["Yes.", "start"],
    ["help?", "help"],
    ["stop it please", undefined],
    ["please stop", undefined],
    ["cancel my booking", undefined],
    ["yes please", undefined],
    ["help me", undefined],
    ["the end", undefined],
    ["stop 5", undefined],
    ["", undefined],
    ["👍", undefined],
  ];
  for (const [text, keyword] of spellings) assert.equal(keywordOf(text)?.keyword, keyword, text);
});
