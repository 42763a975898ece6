import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyMemo } from "./memo.ts";
import { readProof, withProof } from "./proof.ts";
import { now, plumber } from "./rehearsal.ts";
import type { Action, Reply, Turn } from "./turn.ts";

const proof = {
  code: "4821",
  until: new Date(now.getTime() + 60_000).toISOString(),
  tries: 0,
  bookingIds: ["one"],
};

const turnSaying = (text: string, memo = { ...emptyMemo(), proof }): Turn => ({
  messages: [
    { role: "assistant", text: "Shall I cancel it? Reply 4821 to cancel it." },
    { role: "user", text },
  ],
  business: plumber,
  policy: { discloseAi: false, priceRangesOnly: true, canOfferSlots: true, canText: true, canBook: true },
  bookings: [],
  customer: {},
  memo,
  now,
  slots: () => Promise.resolve([]),
});

const replyDoing = (...actions: Action[]): Reply => ({
  reply: "Done.",
  intent: "SMALL_TALK",
  suggestedSlots: [],
  escalate: false,
  confidence: 1,
  safety: { redactions: [] },
  actions,
  memo: emptyMemo(),
});

const cancel = (bookingId: string): Action => ({ kind: "cancel", bookingId });

function outcome(text: string, ...actions: Action[]): Reply {
  const { turn, shown } = readProof(turnSaying(text));
  return withProof(turn, replyDoing(...actions), shown);
}

test("the number stands for a yes, wherever in the text it is, and only as a number of its own", () => {
  const said = (text: string) => readProof(turnSaying(text)).turn.messages.at(-1)?.text;
  assert.equal(said("CANCEL 4821 please"), "CANCEL yes please");
  assert.equal(said("48210"), "48210");
  for (const copied of ["Reply 4821", "reply: 4821.", "the code is 4821", "It's 4821 please"]) {
    assert.equal(said(copied), "yes", copied);
  }
  assert.equal(said("no, 4821 is wrong"), "no, yes is wrong");
  assert.equal(said("reply 4822"), "reply 4822");
  assert.equal(readProof(turnSaying("4821")).turn.messages[0]?.text, turnSaying("").messages[0]?.text);
});

test("every booking of a deed has to be one the number was asked about", () => {
  assert.equal(outcome("4821", cancel("one")).actions.length, 1);
  const other = outcome("4821", cancel("two"));
  assert.deepEqual(other.actions, []);
  assert.notEqual(other.memo.proof?.code, "4821");
  assert.deepEqual(outcome("4821", cancel("one"), cancel("two")).actions, []);
  assert.deepEqual(outcome("yes", cancel("one")).actions, []);
  const move: Action = { kind: "move", bookingId: "two", startsAt: now, endsAt: now };
  assert.match(outcome("yes", move).reply, /reply \d{4} to move it/);
});

test("a booking that is made needs no number", () => {
  const book: Action = { kind: "book", serviceId: "drain", startsAt: now, endsAt: now };
  assert.equal(outcome("yes", book).reply, "Done.");
});

test("a number that is over is none", () => {
  const late = { ...turnSaying("4821"), now: new Date(proof.until) };
  const { turn, shown } = readProof(late);
  assert.equal(shown.proved, false);
  assert.deepEqual(withProof(turn, replyDoing(cancel("one")), shown).actions, []);
});

test("two wrong numbers are asked about again, the third goes to a person", () => {
  const after = (tries: number) => {
    const memo = { ...emptyMemo(), proof: { ...proof, tries } };
    const { turn, shown } = readProof(turnSaying("1234", memo));
    return withProof(turn, replyDoing(cancel("one")), shown);
  };
  assert.equal(after(1).escalate, false);
  assert.equal(after(1).memo.proof?.tries, 2);
  assert.equal(after(2).escalate, true);
  assert.deepEqual(after(2).actions, []);
});
