import assert from "node:assert/strict";
import { test } from "node:test";
import { createLocalNotetaker } from "../../../providers/notetaker/local.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { MeetingBot, Notetaker, Recording } from "../../../providers/notetaker/port.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { reschedule } from "../bookings/reschedule.ts";
import { bookings, openCalendar } from "../test-calendar.ts";
import { expectedCredits, stayOf } from "./notetaker.ts";

// A Monday, with many Mondays before the clocks change: each test takes a week.
const frontdesk = await startHarness({ now: new Date("2026-01-05T09:00:00Z") });
const weekMs = 7 * 86_400_000;
const local = createLocalNotetaker(() => frontdesk.app.clock.now());

/** A notetaker that does as it is told, and remembers what that was. */
function scripted(recording: Recording): Notetaker & { bots: MeetingBot[]; cancelled: string[] } {
  const bots: MeetingBot[] = [];
  const cancelled: string[] = [];
  return {
    name: "local",
    bots,
    cancelled,
    schedule: (bot) => {
      bots.push(bot);
      return Promise.resolve({ providerId: `bot-${bot.key}` });
    },
    cancel: (providerId) => {
      cancelled.push(providerId);
      return Promise.resolve();
    },
    recording: () => Promise.resolve(recording),
  };
}

function use(notetaker: Notetaker): void {
  (frontdesk.app.ports as { notetaker: Notetaker }).notetaker = notetaker;
}

/** Tuesday at ten of the week the clock is in. */
function tuesdayAtTen(): number {
  const week = Math.floor(
    (frontdesk.app.clock.now().getTime() - Date.parse("2026-01-05T09:00:00Z")) / weekMs,
  );
  return Date.parse("2026-01-06T10:00:00Z") + week * weekMs;
}

/** A meeting on Tuesday at ten, an hour long, booked on Monday at nine; `link` and the setting as a test wants them. */
async function meeting(options: { link?: null; enabled?: false; credits?: number } = {}) {
  const since = (frontdesk.app.clock.now().getTime() - Date.parse("2026-01-05T09:00:00Z")) % weekMs;
  if (since > 0) await frontdesk.advance((weekMs - since) / 1000);
  const calendar = await openCalendar(frontdesk, { name: "Demo", is_meeting: true });
  const { workspace } = calendar;
  const enable = () =>
    workspace.call("PATCH", "/api/v1/company", { front_desk: { notetaker: { enabled: true } } });
  if (options.enabled !== false) await enable();
  const date = new Date(tuesdayAtTen()).toISOString().slice(0, 10);
  const answer = await calendar.book({ date, attendees: [{ email: "ann@example.com", name: "Ann Lee" }] });
  assert.equal(answer.status, 201, answer.text);
  const id = answer.body.data.booking.id as string;
  const setLink = (link: string | null) =>
    calendar.inside((ctx) =>
      ctx.db.update("bookings").set({ google_meet_link: link }).where("id", "=", id).execute(),
    );
  if (options.link !== null) await setLink("https://meet.example/abc");
  if (options.credits !== undefined) {
    const available = options.credits;
    await calendar.inside((ctx) =>
      ctx.db
        .update("credit_balances")
        .set({ available } as never)
        .execute(),
    );
  }
  return {
    calendar,
    id,
    dealId: answer.body.data.crm.deal_id as string,
    enable,
    setLink,
    attach: () => workspace.call("POST", `${bookings}/${id}/notetaker`),
    cancel: () => workspace.call("POST", `${bookings}/${id}/cancel`, {}),
    until: (at: number) => frontdesk.advance((at - frontdesk.app.clock.now().getTime()) / 1000),
    bots: () =>
      calendar.inside((ctx) => ctx.db.from("booking_notetakers").selectAll().orderBy("id").execute()),
    balance: () =>
      calendar.inside((ctx) =>
        ctx.db.from("credit_balances").select(["available", "held"]).executeTakeFirstOrThrow(),
      ),
    notes: async () =>
      (
        await workspace.call("GET", `/api/v1/activities?deal_id=${answer.body.data.crm.deal_id}&limit=100`)
      ).body.data.filter((activity: Json) => activity.created_by === "Notetaker") as Json[],
  };
}

const minute = 60_000;

test("workspace.attach_booking_notetaker#0 asked again it answers already_scheduled with the same bot", async () => {
  use(scripted({ state: "recording" }));
  const { attach, bots } = await meeting();
  const first = await attach();
  assert.equal(first.status, 200, first.text);
  const { bot_id, already_scheduled, success } = first.body.data;
  assert.deepEqual([success, already_scheduled], [true, false]);
  for (const again of await Promise.all([attach(), attach()])) {
    assert.deepEqual([again.body.data.bot_id, again.body.data.already_scheduled], [bot_id, true]);
  }
  assert.equal((await bots()).length, 1);
});

test("workspace.attach_booking_notetaker#0 many at once are one bot", async () => {
  use(scripted({ state: "recording" }));
  const { attach, bots } = await meeting();
  const answers = await Promise.all(Array.from({ length: 6 }, attach));
  assert.equal(answers.filter((answer) => !answer.body.data.already_scheduled).length, 1);
  assert.equal((await bots()).length, 1);
});

test("workspace.attach_booking_notetaker#1 switched off, without a link, cancelled: each says how to mend it", async () => {
  use(scripted({ state: "recording" }));
  const { attach, enable, setLink, cancel, bots } = await meeting({ link: null, enabled: false });
  const refusal = async () => {
    const { status, body } = await attach();
    return [status, body.error.code, body.error.fix] as const;
  };
  const off = await refusal();
  assert.deepEqual(off.slice(0, 2), [409, "NOTETAKER_DISABLED"]);
  assert.match(off[2], /PATCH \/company.*"notetaker": \{"enabled": true\}/);
  await enable();
  const linkless = await refusal();
  assert.deepEqual(linkless.slice(0, 2), [409, "MEETING_LINK_MISSING"]);
  assert.match(linkless[2], /Google calendar/);
  await setLink("https://meet.example/abc");
  await cancel();
  const cancelled = await refusal();
  assert.deepEqual(cancelled.slice(0, 2), [409, "BOOKING_CANCELLED"]);
  assert.match(cancelled[2], /new booking/);
  assert.deepEqual(await bots(), []);
});

test("workspace.attach_booking_notetaker#2 the bot joins 60 seconds before the start, and what was said is on the opportunity by speaker", async () => {
  const said = [
    { speaker: "John Smith", atSeconds: 65, text: "The tap drips." },
    { speaker: "Ann Lee", atSeconds: 70.4, text: "Since Monday." },
  ];
  const notetaker = scripted({ state: "ended", recordedMinutes: 41, parts: said });
  use(notetaker);
  const { attach, bots, until, notes, dealId } = await meeting();
  const start = tuesdayAtTen();
  await attach();
  await frontdesk.settle();
  assert.deepEqual(
    notetaker.bots.map(({ meetingUrl, joinAt, leaveAt, title }) => [
      meetingUrl,
      joinAt.getTime(),
      leaveAt.getTime(),
      title,
    ]),
    [["https://meet.example/abc", start - minute, start + 60 * minute, "Demo"]],
  );
  await until(start - minute - 1000);
  assert.equal((await bots())[0]?.status, "scheduled");
  await until(start - minute);
  assert.equal((await bots())[0]?.status, "joined");
  assert.deepEqual(await notes(), []);
  await until(start + 60 * minute);
  const [note, ...more] = await notes();
  assert.deepEqual(more, []);
  assert.deepEqual(
    [note.deal_id, note.activity_type, note.subject],
    [dealId, "note", "Transcript: Demo - John Smith"],
  );
  assert.deepEqual(note.description.split("\n"), [
    "Recorded 41 minutes of Demo.",
    "[01:05] John Smith: The tap drips.",
    "[01:10] Ann Lee: Since Monday.",
  ]);
  assert.deepEqual((await bots())[0]?.transcript?.parts, said);
});

test("workspace.attach_booking_notetaker#2 the local notetaker says that it heard nothing, and invents no word", async () => {
  use(local);
  const { attach, until, notes } = await meeting();
  const start = tuesdayAtTen();
  assert.match((await attach()).body.data.message, /local one, which hears nothing/);
  await until(start + 60 * minute);
  const [note] = await notes();
  const [remark, minutes, ...lines] = note.description.split("\n");
  assert.match(remark, /^This is the local notetaker: .* hears nothing\. No word below was spoken/);
  assert.equal(minutes, "Recorded 60 minutes of Demo.");
  assert.deepEqual(
    lines.toSorted(),
    [
      "[00:00] Ann Lee: (nothing was heard)",
      "[00:00] John Smith: (nothing was heard)",
      "[00:00] Olive Owner: (nothing was heard)",
    ].toSorted(),
  );
});

test("workspace.attach_booking_notetaker#3 each recorded minute costs 23 credits, billed when the meeting is over", async () => {
  use(scripted({ state: "ended", recordedMinutes: 41, parts: [] }));
  const { attach, until, balance, bots } = await meeting({ credits: 2000 });
  const start = tuesdayAtTen();
  await attach();
  assert.deepEqual(await balance(), { available: 2000, held: 0 });
  await until(start);
  assert.deepEqual(await balance(), { available: 2000 - 60 * 23, held: 60 * 23 });
  await until(start + 60 * minute);
  assert.deepEqual(await balance(), { available: 2000 - 41 * 23, held: 0 });
  assert.equal((await bots())[0]?.credits_charged, 41 * 23);
});

test("workspace.attach_booking_notetaker#3 a meeting that runs over is billed for all of it, as far as there are credits", async () => {
  for (const [credits, charged] of [
    [2000, 80 * 23],
    [1500, 60 * 23],
  ] as const) {
    use(scripted({ state: "ended", recordedMinutes: 79.2, parts: [] }));
    const { attach, until, balance, notes } = await meeting({ credits });
    await attach();
    await until(tuesdayAtTen() + 60 * minute);
    assert.deepEqual(await balance(), { available: credits - charged, held: 0 });
    assert.equal((await notes()).length, 1);
  }
});

test("without credits for it the bot stays away, and the opportunity says so", async () => {
  const notetaker = scripted({ state: "recording" });
  use(notetaker);
  const { attach, until, notes, bots, balance } = await meeting({ credits: 100 });
  await attach();
  await until(tuesdayAtTen());
  const [bot] = await bots();
  assert.deepEqual([bot?.status, bot?.reason], ["failed", "the workspace has too few credits"]);
  assert.equal((await notes())[0].subject, "No transcript: Demo - John Smith");
  assert.deepEqual(notetaker.cancelled, [`bot-${bot?.id}`]);
  assert.deepEqual(await balance(), { available: 100, held: 0 });
});

test("a meeting that goes on is asked again every minute; one that yields nothing costs nothing", async () => {
  use(scripted({ state: "recording" }));
  const { attach, until, bots, balance, notes } = await meeting({ credits: 2000 });
  const end = tuesdayAtTen() + 60 * minute;
  await attach();
  await until(end + 5 * minute);
  assert.equal((await bots())[0]?.status, "joined");
  use(scripted({ state: "ended", recordedMinutes: 60, parts: [] }));
  await until(end + 7 * minute);
  assert.equal((await bots())[0]?.status, "completed");
  use(scripted({ state: "failed", reason: "nobody let the bot in" }));
  const next = await meeting({ credits: 2000 });
  await next.attach();
  await next.until(tuesdayAtTen() + 60 * minute);
  assert.match((await next.notes())[0].description, /nobody let the bot in/);
  assert.deepEqual(await next.balance(), { available: 2000, held: 0 });
  assert.equal((await notes()).length, 1);
  assert.equal((await balance()).held, 0);
});

test("the bot goes where the booking goes, and nowhere when it is cancelled", async () => {
  const notetaker = scripted({ state: "ended", recordedMinutes: 60, parts: [] });
  use(notetaker);
  const { calendar, id, attach, bots, until, cancel, notes, balance } = await meeting({ credits: 2000 });
  const start = tuesdayAtTen();
  const { bot_id } = (await attach()).body.data;
  await frontdesk.settle();
  await calendar.inside((ctx) => reschedule(ctx, id, { startsAt: new Date(start + 120 * minute) }));
  await frontdesk.settle();
  assert.deepEqual(
    notetaker.bots.map((bot) => [bot.key, bot.joinAt.getTime()]),
    [
      [bot_id, start - minute],
      [bot_id, start + 119 * minute],
    ],
  );
  await until(start + 60 * minute);
  assert.equal((await bots())[0]?.status, "scheduled");
  await until(start + 125 * minute);
  assert.deepEqual([(await bots())[0]?.status, (await balance()).held], ["joined", 1380]);
  await cancel();
  await frontdesk.settle();
  assert.deepEqual(
    [(await bots())[0]?.status, (await bots())[0]?.reason],
    ["cancelled", "the booking is cancelled"],
  );
  assert.deepEqual(notetaker.cancelled, [`bot-${bot_id}`]);
  assert.deepEqual(await balance(), { available: 2000, held: 0 });
  await until(start + 300 * minute);
  assert.deepEqual(await notes(), []);
});

test("a provider that refuses for good ends the attempt; one that is away is asked again", async () => {
  let refusals = 0;
  const away = scripted({ state: "recording" });
  use({
    ...away,
    schedule: (bot) => {
      refusals += 1;
      if (refusals > 2) return away.schedule(bot);
      const about = { provider: "bots", code: "http-503", message: "not now", retryable: true };
      return Promise.reject(new ProviderError(about));
    },
  });
  const patient = await meeting();
  await patient.attach();
  await frontdesk.advance(120);
  assert.equal(refusals, 3);
  assert.ok((await patient.bots())[0]?.provider_id);
  const about = { provider: "bots", code: "http-400", message: "no such meeting", retryable: false };
  use({ ...away, schedule: () => Promise.reject(new ProviderError(about)) });
  const refused = await meeting();
  await refused.attach();
  await frontdesk.settle();
  const [bot] = await refused.bots();
  assert.equal(bot?.status, "failed");
  assert.match((await refused.notes())[0].description, /no such meeting/);
  // A failed one does not stand in the way of another attempt.
  use(away);
  assert.equal((await refused.attach()).body.data.already_scheduled, false);
});

test("another workspace's booking, or one whose meeting is over, takes no bot", async () => {
  use(scripted({ state: "recording" }));
  const { attach, until, id } = await meeting();
  const stranger = await openCalendar(frontdesk);
  const path = `${bookings}/${id}/notetaker`;
  assert.equal((await stranger.workspace.call("POST", path)).status, 404);
  await until(tuesdayAtTen() + 61 * minute);
  const late = await attach();
  assert.deepEqual([late.status, late.body.error.code], [409, "CONFLICT"]);
});

test("a bot stays from a minute before the start, or from now, until the booked end, and every begun minute counts", () => {
  const at = (clock: string) => new Date(`2026-01-06T${clock}Z`);
  const visit = { starts_at: at("10:00:00"), ends_at: at("10:30:01") };
  const joins = (now: string) => stayOf(visit, at(now)).joins_at.toISOString().slice(11, 19);
  assert.deepEqual(
    [joins("08:00:00"), joins("09:59:30"), joins("10:10:00")],
    ["09:59:00", "09:59:30", "10:10:00"],
  );
  assert.equal(stayOf(visit, at("08:00:00")).leaves_at, visit.ends_at);
  assert.equal(expectedCredits(visit), 31 * 23);
  assert.equal(expectedCredits({ ...visit, ends_at: at("10:30:00") }), 30 * 23);
});

test("the bot is told where, when and who will be there; a notetaker that hears says nothing of being deaf", async () => {
  const notetaker = scripted({ state: "recording" });
  use({ ...notetaker, name: "recall" as never });
  const { calendar, id, attach } = await meeting();
  await calendar.inside((ctx) =>
    ctx.db
      .update("bookings")
      .set({
        attendees: JSON.stringify([
          { email: "tim@example.com" },
          { email: "j@example.com", name: "John Smith" },
        ]),
      })
      .where("id", "=", id)
      .execute(),
  );
  const answer = await attach();
  assert.doesNotMatch(answer.body.data.message, /local one/);
  assert.match(answer.body.data.message, /about 1380 credits/);
  await frontdesk.settle();
  const [bot] = notetaker.bots;
  assert.deepEqual(
    [bot?.meetingUrl, bot?.title, bot?.joinAt.getTime(), bot?.leaveAt.getTime()],
    ["https://meet.example/abc", "Demo", tuesdayAtTen() - minute, tuesdayAtTen() + 60 * minute],
  );
  assert.deepEqual(bot?.participants.toSorted(), ["John Smith", "Olive Owner", "tim@example.com"]);
});

test("moved while the bot sits in the meeting, another one goes to the new time", async () => {
  const notetaker = scripted({ state: "recording" });
  use(notetaker);
  const { calendar, id, attach, bots, until, balance } = await meeting({ credits: 2000 });
  const start = tuesdayAtTen();
  const { bot_id } = (await attach()).body.data;
  await until(start);
  assert.deepEqual([(await bots())[0]?.status, (await balance()).held], ["joined", 1380]);
  await calendar.inside((ctx) => reschedule(ctx, id, { startsAt: new Date(start + 180 * minute) }));
  await frontdesk.settle();
  const [first, second, ...more] = await bots();
  assert.deepEqual(more, []);
  assert.deepEqual([first?.id, first?.status, first?.reason], [bot_id, "cancelled", "the booking was moved"]);
  assert.deepEqual([second?.status, second?.joins_at.getTime()], ["scheduled", start + 179 * minute]);
  assert.equal(second?.meeting_url, "https://meet.example/abc");
  assert.deepEqual(notetaker.cancelled, [`bot-${bot_id}`]);
  assert.deepEqual(await balance(), { available: 2000, held: 0 });
});

test("called off while the provider is being told, it hears of that as well; what is completed is left alone", async () => {
  const notetaker = scripted({ state: "ended", recordedMinutes: 60, parts: [] });
  const { calendar, attach, bots } = await meeting();
  use({
    ...notetaker,
    schedule: async (bot) => {
      await calendar.inside((ctx) =>
        ctx.db.update("booking_notetakers").set({ status: "cancelled" }).execute(),
      );
      return notetaker.schedule(bot);
    },
  });
  await attach();
  await frontdesk.settle();
  const [bot] = await bots();
  assert.deepEqual([bot?.status, bot?.provider_id], ["cancelled", `bot-${bot?.id}`]);
  assert.deepEqual(notetaker.cancelled, [`bot-${bot?.id}`]);
  use(notetaker);
  const done = await meeting({ credits: 2000 });
  await done.attach();
  await done.until(tuesdayAtTen() + 60 * minute);
  assert.equal((await done.bots())[0]?.status, "completed");
  await done.cancel();
  await frontdesk.settle();
  assert.equal((await done.bots())[0]?.status, "completed");
  assert.equal(notetaker.cancelled.length, 1);
});

test("a meeting that is over for four hours without a recording is given up, and its credits go back", async () => {
  use(scripted({ state: "recording" }));
  const { calendar, attach, until, bots, balance, notes } = await meeting({ credits: 2000 });
  const end = tuesdayAtTen() + 60 * minute;
  await attach();
  await until(end);
  const leaves_at = new Date(end + minute - 4 * 60 * minute);
  await calendar.inside((ctx) => ctx.db.update("booking_notetakers").set({ leaves_at }).execute());
  await until(end + minute);
  assert.deepEqual([(await bots())[0]?.status, (await balance()).held], ["joined", 1380]);
  await until(end + 2 * minute);
  const [bot] = await bots();
  assert.deepEqual([bot?.status, bot?.reason], ["failed", "no recording came of the meeting"]);
  assert.deepEqual(await balance(), { available: 2000, held: 0 });
  assert.equal((await notes()).length, 1);
});
