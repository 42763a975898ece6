import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "./message.ts";
import { robotSigns } from "./robots.ts";

const now = new Date("2026-03-02T09:00:00Z");

/** Messages, newest first, each so many seconds ago; those of ours begin with ">". */
function thread(...all: [body: string, secondsAgo: number][]): Message[] {
  return all.map(([body, secondsAgo]) => ({
    body: body.replace(/^>/, ""),
    direction: body.startsWith(">") ? "out" : "in",
    created_at: new Date(now.getTime() - secondsAgo * 1000),
  })) as unknown as Message[];
}

const many = (count: number, secondsAgo: number) =>
  thread(...Array.from({ length: count }, (_, n): [string, number] => [`Number ${n}`, secondsAgo]));

test("a machine is told by what it says, by saying it again and again, or by how fast it says it", () => {
  const machines: [string, Message[]][] = [
    ["an automatic reply", thread(["This is an automated message", 0])],
    ["out of office", thread(["I am currently out of the office until Monday.", 0])],
    ["driving", thread(["I’m busy. I am driving with notifications off", 0])],
    ["three times", thread(["Hello!", 0], ["hello", 60], ["HELLO.", 120])],
    [
      "three times with ours between",
      thread(["Hello", 0], [">Hi", 30], ["Hello", 60], ["Other", 90], ["Hello", 120]),
    ],
    ["within half an hour", thread(["Hello", 0], ["Hello", 900], ["Hello", 1800])],
    ["ten within a minute", many(10, 59.9)],
  ];
  for (const [what, messages] of machines) assert.ok(robotSigns(messages, now), what);
});

test("people repeat themselves, write fast, and say less than that", () => {
  const people: [string, Message[]][] = [
    ["nobody wrote", []],
    ["only we wrote", thread([">This is an automated message", 0])],
    ["twice", thread(["Hello", 0], ["Hello", 60])],
    ["short words", thread(["yes", 0], ["yes", 60], ["yes", 120])],
    ["a sign", thread(["👍", 0], ["👍", 60], ["👍", 120])],
    ["ours are no repetition", thread(["Hello", 0], [">Hello", 10], [">Hello", 20], ["Hello", 60])],
    ["more than half an hour", thread(["Hello", 0], ["Hello", 900], ["Hello", 1801])],
    ["an automatic reply before the last message", thread(["Back again, hello", 0], ["Automatic reply", 60])],
    ["an automatic reply long ago", thread(["Automatic reply", 1801])],
    ["nine within a minute", many(9, 10)],
    ["ten, a minute ago", many(10, 60)],
  ];
  for (const [what, messages] of people) assert.equal(robotSigns(messages, now), undefined, what);
});

test("four letters are enough to be a repetition", () => {
  assert.ok(robotSigns(thread(["okay", 0], ["okay", 60], ["okay", 120]), now));
});
