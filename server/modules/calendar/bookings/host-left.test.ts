import assert from "node:assert/strict";
import { test } from "node:test";
import { newId } from "../../../kernel/ids.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { inside, outbox } from "../../messaging/testing.ts";
import { bookAt, mailsTo, messagesFor, openShop } from "../booking-messages/testing.ts";
import { integration } from "../private/testing.ts";

const frontdesk = await startHarness();
const olives = "olive@example.test";
const dayMs = 24 * 3600_000;
let made = 0;

/** Ten o'clock of the next Wednesday, or so many days after it. */
function wednesday(daysLater = 0): Date {
  const now = frontdesk.app.clock.now();
  const days = (3 - now.getUTCDay() + 7) % 7 || 7;
  return new Date(Math.floor(now.getTime() / dayMs) * dayMs + (days + daysLater) * dayMs + 10 * 3600_000);
}

async function addMember(workspace: TestWorkspace, name: string, more: object = {}): Promise<string> {
  made += 1;
  const email = `${name.toLowerCase()}${made}@members.test`;
  return inside(frontdesk, workspace.id, async (ctx) => {
    const id = newId(ctx.now);
    const contact = { email, phone: `+1310556${1000 + made}` };
    const row = { id, name, ...contact, role: "client_editor" as const, is_staff: true, ...more };
    await ctx.db.insert("members", { ...row, created_at: ctx.now }).execute();
    return id;
  });
}

const memberOf = (workspace: TestWorkspace, id: string) =>
  inside(frontdesk, workspace.id, (ctx) =>
    ctx.db.from("members").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
  );

async function remove(workspace: TestWorkspace, id: string): Promise<void> {
  const answer = await workspace.call("DELETE", `/api/v1/company/users/${id}`);
  assert.equal(answer.status, 204, answer.text);
  await frontdesk.settle();
}

const conflicts = async (workspace: TestWorkspace, query = "?status=open") =>
  (await workspace.call("GET", `/api/v1/calendar-conflicts${query}`)).body.data;

/** A shop whose service is Mia's, with a word for the team an hour ahead, and a booking of hers on Wednesday at ten. */
async function shopOfMia(assigned: "mia" | "both" = "mia") {
  const shop = await openShop(frontdesk);
  const mia = await addMember(shop, "Mia");
  const ids = assigned === "mia" ? [mia] : [mia, await addMember(shop, "Noor")];
  const patched = await shop.call("PATCH", `/api/v1/scheduled-event-types/${shop.service.id}`, {
    booking_assigned_user_ids: ids,
    booking_notifications: {
      pre_meeting: [
        {
          offset_minutes: 60,
          channels: ["email", "sms"],
          recipients: "team",
          email_body: "T {customer_name}",
          sms_body: "T {customer_name}",
        },
      ],
    },
  });
  assert.equal(patched.status, 200, patched.text);
  const service = { ...shop.service, booking_assigned_user_ids: ids };
  const booking = await bookAt(frontdesk, shop, wednesday(), { service, memberId: mia });
  assert.deepEqual(booking.host_ids, [mia]);
  await frontdesk.settle();
  return { shop, mia, ids, booking, person: await memberOf(shop, mia) };
}

test("who has left the team hears nothing of customers any more", async () => {
  const { shop, mia, booking, person } = await shopOfMia();
  await remove(shop, mia);
  await frontdesk.advance(8 * 24 * 3600);
  assert.deepEqual(await mailsTo(frontdesk, person.email ?? ""), []);
  assert.deepEqual(await outbox(frontdesk, person.phone ?? ""), []);
  const told = (await messagesFor(frontdesk, shop, booking.id)).filter((one) => one.audience === "team");
  assert.deepEqual(
    told.map((one) => [one.status, one.reason]),
    [
      ["skipped", "they are not on the team any more, or cannot be reached"],
      ["skipped", "they are not on the team any more, or cannot be reached"],
    ],
  );
});

test("who is on the team is told where they can be reached by then", async () => {
  const { shop, mia, person } = await shopOfMia();
  await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.update("members").set({ email: "new@members.test" }).where("id", "=", mia).execute(),
  );
  await frontdesk.advance(8 * 24 * 3600);
  assert.deepEqual(await mailsTo(frontdesk, person.email ?? ""), []);
  const [mail] = await mailsTo(frontdesk, "new@members.test");
  assert.equal(mail?.body, "T Ada Price");
  assert.equal((await outbox(frontdesk, person.phone ?? "")).length, 1);
});

test("their bookings to come are open conflicts, and the administrators are told, once", async () => {
  const { shop, mia, booking } = await shopOfMia("both");
  const past = await bookAt(frontdesk, shop, new Date(frontdesk.app.clock.now().getTime() + 30 * 60_000), {
    memberId: mia,
    offGrid: true,
  });
  const cancelled = await bookAt(frontdesk, shop, wednesday(1), { memberId: mia });
  await shop.call("POST", `/api/v1/scheduling-bookings/${cancelled.id}/cancel`);
  await frontdesk.advance(3 * 3600);
  const before = (await mailsTo(frontdesk, olives)).length;
  await remove(shop, mia);
  const open = await conflicts(shop);
  assert.deepEqual(
    open.map((one: Record<string, unknown>) => [
      one["booking_id"],
      one["member_id"],
      one["kind"],
      one["connection_id"],
    ]),
    [[booking.id, mia, "host_left", null]],
  );
  assert.notEqual(past.id, booking.id);
  const events = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("events").select("record_id").where("type", "=", "booking.conflict_found").execute(),
  );
  assert.deepEqual(events, [{ record_id: booking.id }]);
  // The second look finds nothing new and tells nobody again.
  await frontdesk.advance(600);
  const mails = (await mailsTo(frontdesk, olives)).slice(before);
  assert.deepEqual(
    mails.map(({ subject }) => subject),
    ["1 booking needs somebody: Mia has left"],
  );
  assert.match(
    mails[0]?.body ?? "",
    /Leak repair, Wednesday, March \d+, 2026 at 10:00 AM \(Europe\/London\), Ada Price/,
  );
  assert.doesNotMatch(mails[0]?.body ?? "", /put away|not offered/);
});

test("a booking they left is moved to whoever is free, at the same time or at one of the alternatives", async () => {
  const { shop, mia, ids, booking } = await shopOfMia("both");
  await remove(shop, mia);
  const { call } = await integration(frontdesk, shop);
  const noor = ids[1] ?? "";
  await bookAt(frontdesk, shop, wednesday(1), { memberId: noor });
  const taken = await call("PATCH", `/bookings/${booking.id}`, {
    scheduledStartAt: wednesday(1).toISOString(),
  });
  assert.equal(taken.status, 409, taken.text);
  assert.ok(taken.body.error.details.alternatives.length > 0, taken.text);
  assert.equal((await conflicts(shop)).length, 1);
  const same = await call("PATCH", `/bookings/${booking.id}`, {
    scheduledStartAt: wednesday().toISOString(),
  });
  assert.equal(same.status, 200, same.text);
  assert.equal(same.body.booking.staffId, noor);
  assert.deepEqual(await conflicts(shop), []);
  const [resolved] = await conflicts(shop, "?kind=host_left");
  assert.deepEqual([resolved.status, resolved.booking_id], ["resolved", booking.id]);
});

test("cancelled, it is no conflict any more", async () => {
  const { shop, mia, booking } = await shopOfMia();
  await remove(shop, mia);
  assert.equal((await conflicts(shop)).length, 1);
  await shop.call("POST", `/api/v1/scheduling-bookings/${booking.id}/cancel`);
  assert.deepEqual(await conflicts(shop), []);
});

test("what only they gave is put away, and its bookings are given by anybody of the staff", async () => {
  const { shop, mia, booking } = await shopOfMia();
  await remove(shop, mia);
  const path = `/api/v1/scheduled-event-types/${shop.service.id}`;
  const type = (await shop.call("GET", path)).body.data;
  assert.deepEqual([type.booking_assigned_user_ids, type.is_active, type.is_bookable], [[], false, false]);
  const same = await shop.call("PATCH", path, { booking_assigned_user_ids: type.booking_assigned_user_ids });
  assert.equal(same.status, 200, same.text);
  const mails = (await mailsTo(frontdesk, olives)).filter((mail) =>
    mail.body.includes("Nobody else gives Leak repair"),
  );
  assert.ok(mails.length > 0);
  const { call } = await integration(frontdesk, shop);
  const moved = await call("PATCH", `/bookings/${booking.id}`, {
    scheduledStartAt: wednesday(1).toISOString(),
  });
  assert.equal(moved.status, 200, moved.text);
  assert.equal(moved.body.booking.staffId, shop.adminId);
});

test("what others give as well goes on without them", async () => {
  const { shop, mia, ids } = await shopOfMia("both");
  await remove(shop, mia);
  const type = (await shop.call("GET", `/api/v1/scheduled-event-types/${shop.service.id}`)).body.data;
  assert.deepEqual([type.booking_assigned_user_ids, type.is_active], [[ids[1]], true]);
});

test("their own calendars and feeds hear of no booking any more", async () => {
  const { shop, mia } = await shopOfMia("both");
  const connection = { member_id: mia, provider: "local", calendar_id: `mia-${mia}`, writes_bookings: true };
  const made = await shop.call("POST", "/api/v1/calendar-connections", connection);
  assert.equal(made.status, 201, made.text);
  const feed = await shop.call("POST", "/api/v1/calendar-feeds", { member_id: mia, shows: "everything" });
  assert.equal(feed.status, 201, feed.text);
  await remove(shop, mia);
  assert.deepEqual((await shop.call("GET", "/api/v1/calendar-connections")).body.data, []);
  assert.deepEqual((await shop.call("GET", "/api/v1/calendar-feeds")).body.data, []);
  const again = await shop.call("POST", "/api/v1/calendar-connections", {
    ...connection,
    calendar_id: "other",
  });
  assert.equal(again.status, 400, again.text);
});

test("a booking that was being made while they left is found by a second look, and by no third", async () => {
  const { shop, mia, ids } = await shopOfMia("both");
  const noor = ids[1]!;
  const late = async (daysLater: number) => {
    const booking = await bookAt(frontdesk, shop, wednesday(daysLater), { memberId: noor });
    await inside(frontdesk, shop.id, (ctx) =>
      ctx.db
        .update("bookings")
        .set({ host_ids: [mia], member_id: mia })
        .where("id", "=", booking.id)
        .execute(),
    );
  };
  await remove(shop, mia);
  assert.equal((await conflicts(shop)).length, 1);
  await late(1);
  await frontdesk.advance(299);
  assert.equal((await conflicts(shop)).length, 1);
  await frontdesk.advance(1);
  assert.equal((await conflicts(shop)).length, 2);
  await late(2);
  await frontdesk.advance(3600);
  assert.equal((await conflicts(shop)).length, 2);
});

test("of many bookings twenty are listed, soonest first; who leaves none but a service says only that", async () => {
  const { shop, mia } = await shopOfMia("both");
  for (let index = 1; index <= 20; index += 1) {
    const startsAt = new Date(wednesday(1).getTime() + index * 30 * 60_000);
    const endsAt = new Date(startsAt.getTime() + 30 * 60_000);
    await bookAt(frontdesk, shop, startsAt, { memberId: mia, endsAt, offGrid: true });
  }
  const before = (await mailsTo(frontdesk, olives)).length;
  await remove(shop, mia);
  const [mail] = (await mailsTo(frontdesk, olives)).slice(before);
  assert.equal(mail?.subject, "21 bookings need somebody: Mia has left");
  const lines = (mail?.body ?? "").split("\n").filter((line) => line.startsWith("- "));
  assert.equal(lines.length, 21);
  assert.equal(lines.at(-1), "- and 1 more");
  const other = await openShop(frontdesk);
  const ned = await addMember(other, "Ned");
  await other.call("PATCH", `/api/v1/scheduled-event-types/${other.service.id}`, {
    booking_assigned_user_ids: [ned],
  });
  const seen = (await mailsTo(frontdesk, olives)).length;
  await remove(other, ned);
  const [alone] = (await mailsTo(frontdesk, olives)).slice(seen);
  assert.equal(alone?.subject, "Ned has left: event types put away");
  assert.doesNotMatch(alone?.body ?? "", /somebody else to give|open conflict/);
  assert.match(alone?.body ?? "", /Nobody else gives Leak repair/);
  const idle = await addMember(other, "Ida");
  await remove(other, idle);
  assert.equal((await mailsTo(frontdesk, olives)).length, seen + 1, "who leaves nothing behind is no news");
});
