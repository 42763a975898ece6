/** The guards that look at nothing but their subject, and who meets which. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ctx } from "../../../kernel/context.ts";
import {
  approvedNumber,
  entitlement,
  isAutomatic,
  keepsQuietHours,
  quietHours,
  takenOver,
} from "./guards.ts";
import type { Decision, Subject } from "./guards.ts";
import type { Purpose, Sender } from "./message.ts";

const purposes: readonly Purpose[] = [
  ...([
    "text_back",
    "reply",
    "owner",
    "manual",
    "confirmation",
    "reminder",
    "birthday",
    "cancellation",
  ] as const),
  ...(["late", "no_show", "rebooking", "keyword", "notice"] as const),
];
const now = new Date("2026-03-02T22:00:00Z");
const reasonOf = async (decision: ReturnType<typeof quietHours>) =>
  ((await decision) as Decision | undefined)?.reason;
const ask = (guard: typeof quietHours, subject: object) =>
  reasonOf(guard({ now } as Ctx, subject as unknown as Subject));

test("the program writes text-backs, replies and notices of its own accord, and nothing that a person writes", () => {
  const of = (sender: Sender, tell: typeof isAutomatic) =>
    purposes.filter((purpose) => tell({ purpose, sender }));
  assert.deepEqual(of("ai", isAutomatic), ["text_back", "reply", "notice"]);
  assert.deepEqual(of("system", isAutomatic), ["text_back", "reply", "notice"]);
  assert.deepEqual(of("employee", isAutomatic), []);
  const patient = ["reminder", "birthday", "no_show", "rebooking"];
  assert.deepEqual(of("employee", keepsQuietHours), patient);
  assert.deepEqual(of("ai", keepsQuietHours), ["text_back", "reply", ...patient, "notice"]);
});

test("nothing leaves where messaging is off, or without an active number", async () => {
  const enabled = (on: boolean) => ({ workspace: { settings: { messaging: { enabled: on } } } });
  assert.equal(await ask(entitlement, enabled(true)), undefined);
  assert.equal(await ask(entitlement, enabled(false)), "messaging_disabled");
  assert.equal(await ask(approvedNumber, { number: { status: "ACTIVE" } }), undefined);
  for (const number of [{ status: "SUSPENDED" }, undefined]) {
    assert.equal(await ask(approvedNumber, { number }), "number_not_active");
  }
});

test("a reply is held where a person speaks, unless a person wants it to leave; anything else goes on", async () => {
  const conversation = { state: "human_active" };
  const reply = { conversation, purpose: "reply", byPerson: false };
  assert.equal(await ask(takenOver, reply), "human_active");
  for (const other of [
    { byPerson: true },
    { purpose: "notice" },
    { conversation: { state: "ai_active" } },
    { conversation: undefined },
  ]) {
    assert.equal(await ask(takenOver, { ...reply, ...other }), undefined, JSON.stringify(other));
  }
});

test("in quiet hours a text waits for their end, or is dropped where that is too late", async () => {
  const quiet = { enabled: true, start: "21:00", end: "07:00" };
  const workspace = { timeZone: "UTC", settings: { quiet_hours: quiet } };
  const end = new Date("2026-03-03T07:00:00Z");
  const later = new Date(end.getTime() + 1);
  for (const sendBefore of [undefined, later]) {
    const decision = await quietHours({ now } as Ctx, { workspace, sendBefore } as unknown as Subject);
    assert.deepEqual([decision?.decision, decision?.until], ["deferred", end]);
  }
  assert.equal(await ask(quietHours, { workspace, sendBefore: end }), "quiet_until_too_late");
  const awake = { timeZone: "UTC", settings: { quiet_hours: { ...quiet, enabled: false } } };
  assert.equal(await ask(quietHours, { workspace: awake, sendBefore: now }), undefined);
});
