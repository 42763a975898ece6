import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { formatDate } from "../slots/wall-clock.ts";
import { bookings, openCalendar } from "../test-calendar.ts";
import type { TestCalendar } from "../test-calendar.ts";
import { reschedule } from "./reschedule.ts";

// A Monday, with many Mondays before the clocks change: a test that moves the clock leaves the next one a week later.
const frontdesk = await startHarness({ now: new Date("2026-01-05T09:00:00Z") });
const weekMs = 7 * 86_400_000;
const absent = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";

/** A booking on Tuesday at ten, an hour long, made on Monday at nine, and what can be asked about it. */
async function booked(fields: Record<string, unknown> = {}, booking: Record<string, unknown> = {}) {
  const sinceMonday = (frontdesk.app.clock.now().getTime() - Date.parse("2026-01-05T09:00:00Z")) % weekMs;
  if (sinceMonday > 0) await frontdesk.advance((weekMs - sinceMonday) / 1000);
  const calendar = await openCalendar(frontdesk, fields);
  const date = tuesdayPlus(0).slice(0, 10);
  const answer = await calendar.book({ date, ...booking });
  assert.equal(answer.status, 201, answer.text);
  const { booking: made, crm } = answer.body.data;
  return { calendar, id: made.id as string, dealId: crm.deal_id as string, ...on(calendar, made.id) };
}

/** An instant after Tuesday at ten of this week. */
function tuesdayPlus(minutes: number): string {
  const week = Math.floor(
    (frontdesk.app.clock.now().getTime() - Date.parse("2026-01-05T09:00:00Z")) / weekMs,
  );
  return new Date(Date.parse("2026-01-06T10:00:00Z") + week * weekMs + minutes * 60_000).toISOString();
}

function on({ workspace }: TestCalendar, id: string) {
  const call = workspace.call.bind(workspace);
  return {
    mark: (as: string) => call("POST", `${bookings}/${id}/mark-${as}`),
    cancel: () => call("POST", `${bookings}/${id}/cancel`, {}),
    messages: async () => (await call("GET", `${bookings}/${id}/messages`)).body.data as Json[],
    activities: async () =>
      ((await call("GET", "/api/v1/activities?limit=100")).body.data as Json[])
        .filter((activity) => activity.description?.includes(id))
        .map((activity) => activity.subject as string)
        .toReversed(),
  };
}

const untilTen = 25 * 3600;

test("workspace.mark_booking_attended#0 attended clears the next action, ends what was waiting and is logged with the whole booking", async () => {
  const { calendar, id, dealId, mark, messages, activities } = await booked(
    {},
    { message: "Bring a ladder", attendees: [{ email: "ann@example.com", name: "Ann" }] },
  );
  const deal = `/api/v1/opportunities/${dealId}`;
  const next = { next_action: "Ring before", next_action_date: "2026-03-03T09:00:00Z" };
  await calendar.workspace.call("PATCH", deal, next);
  assert.ok((await messages()).some((message) => message.status === "pending"));
  const answer = await mark("attended");
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(
    [answer.body.data.success, answer.body.data.status, answer.body.data.attended_at],
    [true, "attended", "2026-01-05T09:00:00.000Z"],
  );
  const after = (await calendar.workspace.call("GET", deal)).body.data;
  assert.deepEqual([after.next_action, after.next_action_date], [null, null]);
  assert.deepEqual(
    (await messages()).filter((message) => message.kind === "reminder" && message.status !== "cancelled"),
    [],
  );
  assert.deepEqual(await activities(), [
    "Booked: Leak repair - John Smith",
    "Attended: Leak repair - John Smith",
  ]);
  const [activity] = (await calendar.workspace.call("GET", `/api/v1/activities?deal_id=${dealId}`)).body.data;
  assert.equal(activity.activity_type, "meeting");
  assert.equal(activity.contact_id, answer.body.data.contact_id);
  for (const line of [
    "Service: Leak repair",
    "When: Tuesday, January 6, 2026 at 10:00 AM, 60 minutes (Europe/London)",
    "Status: confirmed → attended",
    "Customer: John Smith, john@example.com, +447700900123",
    "Attendees: Ann <ann@example.com>",
    "Notes: Bring a ladder",
    `Booking: ${id}`,
  ]) {
    assert.ok(activity.description.split("\n").includes(line), `${line} in ${activity.description}`);
  }
  assert.ok(!activity.description.includes(answer.body.data.management_token));
});

test("workspace.mark_booking_attended#0 a next action without a date is cleared as well, and a date without one", async () => {
  for (const next of [{ next_action: "Ring before" }, { next_action_date: "2026-03-03T09:00:00Z" }]) {
    const { calendar, dealId, mark } = await booked();
    const deal = `/api/v1/opportunities/${dealId}`;
    const before = (await calendar.workspace.call("PATCH", deal, next)).body.data;
    assert.ok(before.next_action ?? before.next_action_date);
    await mark("attended");
    const after = (await calendar.workspace.call("GET", deal)).body.data;
    assert.deepEqual([after.next_action, after.next_action_date], [null, null]);
  }
});

test("workspace.mark_booking_attended#0 workspace.cancel_scheduling_booking#1 only attended clears the next action", async () => {
  for (const how of ["late", "no-show", "cancel"] as const) {
    const { calendar, dealId, mark, cancel } = await booked();
    const deal = `/api/v1/opportunities/${dealId}`;
    await calendar.workspace.call("PATCH", deal, { next_action: "Ring before" });
    await (how === "cancel" ? cancel() : mark(how));
    assert.equal((await calendar.workspace.call("GET", deal)).body.data.next_action, "Ring before", how);
  }
});

test("workspace.mark_booking_attended#0 workspace.mark_booking_late#0 workspace.mark_booking_no_show#0 marking twice is harmless: one activity, one event, nothing cleared again", async () => {
  for (const [as, subject] of [
    ["attended", "Attended"],
    ["late", "Late"],
    ["no-show", "No-show"],
  ] as const) {
    const { calendar, id, dealId, mark, activities } = await booked();
    const first = await mark(as);
    await frontdesk.advance(60);
    await calendar.workspace.call("PATCH", `/api/v1/opportunities/${dealId}`, {
      next_action: "Send the bill",
    });
    const again = await mark(as);
    assert.deepEqual([again.status, again.body.data], [200, first.body.data]);
    assert.deepEqual(await activities(), [
      "Booked: Leak repair - John Smith",
      `${subject}: Leak repair - John Smith`,
    ]);
    const deal = await calendar.workspace.call("GET", `/api/v1/opportunities/${dealId}`);
    assert.equal(deal.body.data.next_action, "Send the bill");
    const events = await calendar.inside((ctx) =>
      ctx.db.from("events").select("type").where("record_id", "=", id).orderBy("position").execute(),
    );
    assert.deepEqual(
      events.map((event) => event.type),
      ["booking.created", `booking.${as.replace("-", "_")}`],
    );
  }
});

test("a cancelled booking is marked by nobody, and says what to do; one that does not exist is a 404", async () => {
  const { calendar, mark, cancel } = await booked();
  await cancel();
  for (const as of ["attended", "late", "no-show"]) {
    const answer = await mark(as);
    assert.deepEqual([answer.status, answer.body.error.code], [409, "CONFLICT"]);
    assert.match(answer.body.error.message, /cancelled/);
    assert.match(answer.body.error.fix, /new booking/);
    assert.equal((await on(calendar, absent).mark(as)).status, 404);
  }
});

test("workspace.mark_booking_no_show#0 a no-show gives its time back; late and attended keep it", async () => {
  const { calendar, mark } = await booked();
  const taken = async () =>
    (await calendar.check({ date: tuesdayPlus(0).slice(0, 10), time: "10:00" })).body.data.available;
  await mark("late");
  assert.equal(await taken(), false);
  await mark("attended");
  assert.equal(await taken(), false);
  await mark("no-show");
  assert.equal(await taken(), true);
  // Corrected while nobody took it: it is held again.
  assert.equal((await mark("attended")).status, 200);
  assert.equal(await taken(), false);
  await mark("no-show");
  const next = await calendar.book({
    date: tuesdayPlus(0).slice(0, 10),
    email: "eve@example.com",
    fullName: "Eve",
    phone: undefined,
  });
  assert.equal(next.status, 201, next.text);
  const refused = await mark("attended");
  assert.deepEqual([refused.status, refused.body.error.code], [409, "CONFLICT"]);
  assert.match(refused.body.error.message, /time went to another booking/);
});

const noticed = (more: Record<string, unknown> = {}) => ({
  channels: ["email"],
  recipients: "booker",
  ...more,
});

test("workspace.mark_booking_late#0 late tells those the event type names, on their channels, filled in, once", async () => {
  const { calendar, id, mark, messages } = await booked(
    {
      booking_notifications: {
        late: [
          noticed({
            recipients: "booker_and_attendees",
            email_subject: "Late for {event_type}",
            email_body:
              "{booker_name}|{event_type}|{date}|{time}|{duration}|{meet_link}|{rebook_link}|{management_url}",
          }),
          noticed({ recipients: "team", label: "Tell the team" }),
        ],
      },
    },
    { attendees: [{ email: "ann@example.com", name: "Ann" }, { email: "JOHN@example.com" }] },
  );
  await calendar.inside(async (ctx) => {
    await ctx.db
      .update("bookings")
      .set({ google_meet_link: "https://meet.example/abc" })
      .where("id", "=", id)
      .execute();
    await ctx.db.update("members").set({ email: "team@example.com" }).execute();
  });
  await frontdesk.advance(untilTen + 300);
  assert.deepEqual(
    (await messages()).filter((message) => message.kind === "late"),
    [],
  );
  assert.equal((await mark("late")).status, 200);
  await mark("late");
  await frontdesk.settle();
  const sent = (await messages()).filter((message) => message.kind === "late");
  assert.deepEqual(
    sent.map((message) => [message.audience, message.recipient, message.status, message.label]),
    [
      ["customer", null, "sent", null],
      ["attendee", "ann@example.com", "sent", null],
      ["team", "team@example.com", "sent", "Tell the team"],
    ],
  );
  const mails = (await frontdeskMails()).filter((mail) => sent.some((message) => message.id === mail.key));
  const page = `http://frontdesk.test/book/${calendar.workspace.slug}`;
  const token = (await calendar.workspace.call("GET", `${bookings}/${id}`)).body.data.management_token;
  const day = formatDate(Date.parse(tuesdayPlus(0)), "Europe/London");
  const facts = `Leak repair|${day}|10:00 AM (London time)|1 hour|https://meet.example/abc|${page}/leak-repair`;
  assert.deepEqual(mails.map((mail) => [mail.to, mail.subject, mail.body]).toSorted(), [
    // The link by which one may cancel is the booker's alone.
    ["ann@example.com", "Late for Leak repair", `Ann|${facts}|${page}`],
    ["john@example.com", "Late for Leak repair", `John Smith|${facts}|${page}/manage/${token}`],
    [
      "team@example.com",
      "Late: John Smith, Leak repair at 10:00 AM (London time)",
      `John Smith is late for Leak repair on ${day} at 10:00 AM (London time).`,
    ],
  ]);
});

test("workspace.mark_booking_late#0 without late notifications nobody is told, and reminders stay", async () => {
  const { mark, messages } = await booked();
  const before = await messages();
  await mark("late");
  await frontdesk.settle();
  assert.deepEqual(
    (await messages()).map((message) => message.kind),
    before.map((message) => message.kind),
  );
  assert.ok((await messages()).some((message) => message.status === "pending"));
});

const missed = {
  booking_notifications: {
    no_show: [noticed({ email_subject: "Missed you" })],
    rebooking: [
      noticed({ offset_minutes: 60, email_subject: "Again?", email_body: "{rebook_link}" }),
      noticed({ offset_minutes: 1440, email_subject: "Still?" }),
    ],
  },
};

test("workspace.mark_booking_no_show#0 no-show says so, and reminds of booking again at each offset", async () => {
  const { mark, messages, activities } = await booked(missed);
  await frontdesk.advance(untilTen + 1800);
  await mark("no-show");
  await frontdesk.settle();
  const kinds = async () =>
    (await messages())
      .filter((message) => ["no_show", "rebooking"].includes(message.kind))
      .map((message) => [message.kind, message.offset_minutes, message.status, message.due_at]);
  assert.deepEqual(await kinds(), [
    ["no_show", null, "sent", tuesdayPlus(30)],
    ["rebooking", 60, "pending", tuesdayPlus(90)],
    ["rebooking", 1440, "pending", tuesdayPlus(1470)],
  ]);
  await frontdesk.advance(3600);
  assert.deepEqual(
    (await kinds()).map(([, , status]) => status),
    ["sent", "sent", "pending"],
  );
  await frontdesk.advance(86_400);
  assert.deepEqual(
    (await kinds()).map(([, , status]) => status),
    ["sent", "sent", "sent"],
  );
  assert.equal((await activities()).filter((subject) => subject.startsWith("No-show")).length, 1);
});

test("workspace.mark_booking_no_show#0 who books again is not asked to, whichever service it is", async () => {
  const { calendar, mark, messages } = await booked(missed);
  await frontdesk.advance(untilTen + 1800);
  await mark("no-show");
  const again = await calendar.book({ date: tuesdayPlus(2880).slice(0, 10) });
  assert.equal(again.status, 201, again.text);
  const reminders = (await messages()).filter((message) => message.kind === "rebooking");
  assert.deepEqual(
    reminders.map((message) => [message.status, message.reason]),
    [
      ["cancelled", "the customer has booked again"],
      ["cancelled", "the customer has booked again"],
    ],
  );
  // The same when the next booking was there before the no-show was noted.
  await mark("attended");
  await mark("no-show");
  await frontdesk.advance(90_000);
  assert.ok(
    (await messages()).every((message) => message.kind !== "rebooking" || message.status === "cancelled"),
  );
});

test("marked before the start it is taken at its word, but nobody is told until the appointment has begun", async () => {
  const { mark, messages } = await booked(missed);
  assert.equal((await mark("no-show")).status, 200);
  await frontdesk.settle();
  const notice = async () => (await messages()).find((message) => message.kind === "no_show")!;
  assert.deepEqual([(await notice()).status, (await notice()).due_at], ["pending", tuesdayPlus(0)]);
  await mark("attended");
  assert.equal((await notice()).status, "cancelled");
  await frontdesk.advance(untilTen + 7200);
  assert.ok(
    (await messages()).every(
      (message) => !["no_show", "rebooking"].includes(message.kind) || message.status === "cancelled",
    ),
  );
});

test("a correction stops what the mistake had scheduled; correcting back puts it on again, at its new time, and repeats nothing", async () => {
  const { mark, messages } = await booked(missed);
  await frontdesk.advance(untilTen + 1800);
  await mark("no-show");
  await frontdesk.advance(600);
  await mark("attended");
  assert.deepEqual(
    (await messages()).filter((message) => message.kind === "rebooking").map((message) => message.status),
    ["cancelled", "cancelled"],
  );
  await mark("no-show");
  const due = async () =>
    (await messages())
      .filter((message) => ["no_show", "rebooking"].includes(message.kind))
      .map((message) => [message.kind, message.status, message.due_at]);
  assert.deepEqual(await due(), [
    ["no_show", "sent", tuesdayPlus(30)],
    ["rebooking", "pending", tuesdayPlus(100)],
    ["rebooking", "pending", tuesdayPlus(1480)],
  ]);
  // The job of the first schedule finds it is too early.
  await frontdesk.advance(3000);
  assert.equal((await due())[1]?.[1], "pending");
  await frontdesk.advance(600);
  assert.equal((await due())[1]?.[1], "sent");
});

test("who is late may still cancel; whose people came or stayed away is not cancelled any more", async () => {
  for (const [as, status] of [
    ["late", 200],
    ["attended", 409],
    ["no-show", 409],
  ] as const) {
    const { mark, cancel } = await booked();
    await mark(as);
    assert.equal((await cancel()).status, status, as);
  }
});

test("each step of a booking is one activity", async () => {
  const { calendar, id, mark, cancel, activities } = await booked();
  await calendar.inside((ctx) => reschedule(ctx, id, { startsAt: new Date(tuesdayPlus(1680)) }));
  await frontdesk.advance(1);
  await cancel();
  await cancel();
  await mark("attended");
  assert.deepEqual(await activities(), [
    "Booked: Leak repair - John Smith",
    "Moved: Leak repair - John Smith",
    "Cancelled: Leak repair - John Smith",
  ]);
});

async function frontdeskMails() {
  return (await listOutbox(frontdesk.app)).filter((entry) => entry.channel === "email");
}
