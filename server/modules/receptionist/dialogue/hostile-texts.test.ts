/** Texts made to hold up the house: read in time, or handed to a person, and never lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlineExceeded } from "../../../kernel/deadline.ts";
import { startHarness } from "../../../testing/harness.ts";
import { readWish } from "../../calendar/voice/wish.ts";
import { outbox, inside } from "../../messaging/testing.ts";
import { plumber, talk, text } from "../testing.ts";
import { redact } from "../understanding/understand.ts";
import { attended, recallGently } from "./recall.ts";
import { now, plumber as shopInMemory } from "./rehearsal.ts";
import { respond } from "./respond.ts";
import type { Spoken, Turn } from "./turn.ts";

const frontdesk = await startHarness();

const length = 1600;
const many = (pump: string, end = "x!", start = "") =>
  start + pump.repeat(Math.ceil(length / pump.length)).slice(0, length - end.length - start.length) + end;

/** What an expression of ours was once slow on, and what is alike. */
const hostile = [
  "bit ",
  "any bit ",
  "much ",
  " pls",
  ", thanks",
  "3 please ",
  "WHERE'S ",
  "when is ",
  "why ",
  "how long ",
  "how much for ",
  "cost ",
  "Sorry,isn't free?",
  "See you on ",
  "from Tue 3 to ",
  "book ",
  "cancel ",
  "per job ",
  "i'm free ",
  "is it not ",
  "if not ",
  "not do ",
  "what emergency? ",
  "how big ",
  "-",
  "T.",
  "a-",
  "a@",
  "a.b@",
  "0,0",
  "1 ",
  "11 ",
  "1, ",
  "9:00 ",
  "Jan ",
  "Thanks-Aa",
  "Aa ",
  "sk_aaaaaaaaaaaaaaa-",
  "4242 ",
  "12 High ",
  "flat 1 ",
  "early ",
  "morning ",
  "tomorrow ",
  "not friday or ",
  "·",
  " ",
  "!",
  "\n",
  "yes ",
  "um ",
  "no, ",
  "drain ",
  "\u0000is\u0000s",
  "I WHEN'IS ",
];

const turnOf = (...messages: Spoken[]): Turn => ({
  messages,
  business: shopInMemory,
  policy: { discloseAi: true, priceRangesOnly: true, canOfferSlots: true, canText: true, canBook: true },
  bookings: [],
  customer: {},
  now,
  slots: () => Promise.resolve([]),
});
const quiet = { warn: () => undefined };
const threadMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

test("no text takes the thread for more than 50 ms", async () => {
  await respond(turnOf({ role: "user", text: "hello" }), undefined, quiet);
  readWish("tomorrow", "at 10", { date: "2026-03-02", minutes: 540, country: "GB" });
  for (const pump of hostile) {
    for (const body of [many(pump), many(pump, "?", "ok 3 ")]) {
      const took: Record<string, number> = {};
      for (let tries = 0; tries < 3; tries += 1) {
        const measured: [string, () => unknown][] = [
          ["reply", () => respond(turnOf({ role: "user", text: body }), undefined, quiet)],
          [
            "after an offer",
            () =>
              respond(
                turnOf(
                  { role: "user", text: "hi" },
                  { role: "assistant", text: body },
                  { role: "user", text: body },
                ),
                undefined,
                quiet,
              ),
          ],
          ["voice", () => readWish(body, body, { date: "2026-03-02", minutes: 540, country: "GB" })],
          ["redaction", () => redact(body)],
        ];
        for (const [what, read] of measured) {
          const before = threadMs();
          await read();
          took[what] = Math.min(took[what] ?? Number.POSITIVE_INFINITY, threadMs() - before);
        }
        if (Object.values(took).every((ms) => ms < 50)) break;
      }
      for (const [what, ms] of Object.entries(took)) {
        // "after an offer" reads three texts.
        assert.ok(
          ms < (what === "after an offer" ? 100 : 50),
          `${what} of ${JSON.stringify(pump)}: ${ms} ms`,
        );
      }
    }
  }
});

test("sixty words that once stopped the house are answered like any other text", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  const reply = await customer.say(`Could you come ${"bit ".repeat(60)}please`);
  assert.match(reply, /Drain cleaning/);
  assert.notEqual((await customer.conversation()).state, "escalated");
});

test("a text that is not read in time goes to a person, whole", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  const { ports } = frontdesk.app;
  const before = ports.languageModel;
  ports.languageModel = {
    respond: () => Promise.reject(new DeadlineExceeded(200)),
  } as unknown as typeof before;
  try {
    const reply = await customer.say("a text nobody gets to the end of");
    assert.match(reply, /passed it to .*a person will get back to you/);
  } finally {
    ports.languageModel = before;
  }
  assert.equal((await customer.conversation()).state, "escalated");
  const told = (await outbox(frontdesk, shop.owner)).map(({ body }) => body);
  assert.match(told.at(-1) ?? "", /could not read a text in time.*a text nobody gets to the end of/);
  const warned: unknown[] = [];
  const log = { warn: (...args: unknown[]) => warned.push(args) };
  const late = await respond(turnOf({ role: "user", text: "hi" }), undefined, log as never, undefined, () =>
    Promise.reject(new DeadlineExceeded(200)),
  );
  assert.deepEqual([late.escalate, late.intent, late.actions], [true, "ESCALATE", []]);
  assert.equal(warned.length, 1);
  // A machine that has just begun compiles what it reads with, and is given another two turns.
  let readings = 0;
  const slow = (needed: number) => {
    readings = 0;
    return respond(turnOf({ role: "user", text: "hi" }), undefined, quiet, undefined, () =>
      (readings += 1) < needed
        ? Promise.reject(new DeadlineExceeded(200))
        : Promise.resolve({ ...late, escalate: false }),
    );
  };
  assert.deepEqual([(await slow(3)).escalate, readings], [false, 3]);
  assert.deepEqual([(await slow(4)).escalate, readings], [true, 3]);
  await assert.rejects(
    respond(turnOf({ role: "user", text: "hi" }), undefined, quiet, undefined, () =>
      Promise.reject(new TypeError("a mistake")),
    ),
    TypeError,
    "a mistake is not taken for a hostile text",
  );
});

test("a long text is kept whole and understood in part; of many in a row the latest are read", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  const body = `${"so, ".repeat(420)} boiler service thursday at 10`;
  await text(frontdesk, { from: customer.from, to: shop.number, body });
  await frontdesk.advance(65);
  const stored = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("sms_messages").select("body").where("direction", "=", "in").execute(),
  );
  assert.deepEqual(stored, [{ body }]);
  assert.doesNotMatch((await customer.replies()).at(-1) ?? "", /Thu 5 Mar/);

  const texts = Array.from({ length: 40 }, (_, index): Spoken => ({
    role: "user",
    text: `${index} ${"a".repeat(90)}`,
  }));
  const heard = attended(turnOf({ role: "assistant", text: "b".repeat(5000) }, ...texts)).messages;
  assert.equal(heard[0]?.text.length, length);
  assert.deepEqual(heard.slice(1), texts.slice(-17), "the latest that make up 1,600 characters");
  const one = attended(turnOf({ role: "user", text: "c".repeat(5000) })).messages;
  assert.deepEqual(one, [{ role: "user", text: "c".repeat(length) }], "never nothing");
});

test("what was said long ago in a long conversation is remembered, and others have their turns meanwhile", async () => {
  const messages: Spoken[] = [
    { role: "user", text: "my name is Sam Jones" },
    { role: "assistant", text: "Hi Sam, what do you need?" },
  ];
  for (let n = 0; n < 60; n += 1)
    messages.push({ role: "user", text: "hm, let me think" }, { role: "assistant", text: "Take your time." });
  let others = 0;
  const timer = setInterval(() => (others += 1), 1);
  const memo = await recallGently(turnOf(...messages, { role: "user", text: "ok" }));
  clearInterval(timer);
  assert.equal(memo.name, "Sam Jones");
  assert.ok(others > 0);
});
