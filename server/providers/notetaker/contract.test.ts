/** What every notetaker must do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLocalNotetaker } from "./local.ts";
import type { MeetingBot } from "./port.ts";

let now = new Date("2026-03-03T09:00:00Z");
const notetaker = createLocalNotetaker(() => now);
const bot: MeetingBot = {
  key: "b1",
  meetingUrl: "https://meet.example/abc",
  title: "Demo",
  joinAt: new Date("2026-03-03T09:59:00Z"),
  leaveAt: new Date("2026-03-03T10:30:00Z"),
  participants: ["Ada Price", "Sam Host"],
};

test("the same key is the same bot, however often it is sent", async () => {
  const first = await notetaker.schedule(bot);
  assert.deepEqual(await notetaker.schedule({ ...bot, joinAt: bot.leaveAt }), first);
  assert.notDeepEqual(await notetaker.schedule({ ...bot, key: "b2" }), first);
});

test("a bot waits, records and ends with its minutes and who spoke", async () => {
  const { providerId } = await notetaker.schedule(bot);
  assert.deepEqual(await notetaker.recording(providerId, bot), { state: "waiting" });
  now = bot.joinAt;
  assert.deepEqual(await notetaker.recording(providerId, bot), { state: "recording" });
  now = bot.leaveAt;
  const recording = await notetaker.recording(providerId, bot);
  assert.equal(recording.state, "ended");
  assert.ok(recording.state === "ended");
  assert.equal(recording.recordedMinutes, 30);
  assert.deepEqual(
    recording.parts.map((part) => part.speaker),
    bot.participants,
  );
});

test("the local one says that it heard nothing", async () => {
  now = bot.leaveAt;
  const recording = await notetaker.recording("local-b1", bot);
  assert.ok(recording.state === "ended");
  assert.match(recording.remark ?? "", /local notetaker.*hears nothing/);
  assert.ok(recording.parts.every((part) => part.text === "(nothing was heard)"));
});

test("calling a bot off twice is as good as once", async () => {
  const { providerId } = await notetaker.schedule(bot);
  await notetaker.cancel(providerId);
  await notetaker.cancel(providerId);
});
