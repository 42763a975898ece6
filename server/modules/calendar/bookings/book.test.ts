import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ctx } from "../../../kernel/context.ts";
import type { OperationError } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { systemActor } from "../../../kernel/actor.ts";
import { startHarness } from "../../../testing/harness.ts";
import { insertService } from "../services/services.store.ts";
import type { ServiceValues } from "../services/services.store.ts";
import { book } from "./book.ts";
import { cancel } from "./cancel.ts";
import { reschedule } from "./reschedule.ts";
import { upcomingBookingsOf } from "./bookings.store.ts";
import { nearestOpenSlots, openSlotsFor } from "./slots-for.ts";

const frontdesk = await startHarness();

/** Runs `work` in a transaction of the workspace, as the program itself. */
function inside<T>(workspaceId: string, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  return frontdesk.app.inWorkspace(
    { workspaceId, actor: systemActor(workspaceId), operation: "test", surface: "test", requestId: "test" },
    work,
  );
}

async function addStaff(ctx: Ctx, name: string): Promise<string> {
  const id = newId(ctx.now);
  await ctx.db
    .insert("members", {
      id,
      name,
      email: null,
      phone: null,
      role: "client_editor",
      is_staff: true,
      created_at: new Date(ctx.now.getTime() + 1000),
    })
    .execute();
  return id;
}

async function plumber(values: ServiceValues = {}) {
  const workspace = await frontdesk.workspace();
  const service = await inside(workspace.id, (ctx) =>
    insertService(ctx, { name: "Leak repair", duration_minutes: 60, ...values }),
  );
  return { workspace, service };
}

const tuesdayAtTen = new Date("2026-03-03T10:00:00Z");
const paul = { name: "Paul Plum", email: "paul@example.com", phone: "+447700900123" };

test("a booking takes the slot, makes the contact and opens the opportunity", async () => {
  const { workspace, service } = await plumber();
  const booking = await inside(workspace.id, (ctx) =>
    book(ctx, { service, startsAt: tuesdayAtTen, customer: paul, source: "workspace" }),
  );
  assert.equal(booking.status, "confirmed");
  assert.equal(booking.member_id, workspace.adminId);
  assert.ok(booking.deal_id && booking.contact_id && booking.management_token);
  const [contact, upcoming, open] = await inside(workspace.id, async (ctx) => [
    await ctx.db.from("contacts").selectAll().executeTakeFirstOrThrow(),
    await upcomingBookingsOf(ctx, booking.contact_id!),
    await openSlotsFor(ctx, {
      service,
      from: tuesdayAtTen,
      to: new Date(tuesdayAtTen.getTime() + 2 * 3_600_000),
    }),
  ]);
  assert.deepEqual([contact.first_name, contact.last_name, contact.phone], ["Paul", "Plum", "+447700900123"]);
  assert.deepEqual(
    upcoming.map((one) => one.id),
    [booking.id],
  );
  assert.deepEqual(
    open.map((slot) => slot.startsAt.toISOString()),
    ["2026-03-03T11:00:00.000Z", "2026-03-03T11:30:00.000Z"],
  );
});

test("bookings go to the member with the least that day, then whoever came first", async () => {
  const { workspace, service } = await plumber();
  const second = await inside(workspace.id, (ctx) => addStaff(ctx, "Sam Staff"));
  const members: (string | null)[] = [];
  for (const hour of [10, 10, 12, 12]) {
    const startsAt = new Date(`2026-03-03T${hour}:00:00Z`);
    const booking = await inside(workspace.id, (ctx) =>
      book(ctx, { service, startsAt, customer: paul, source: "console" }),
    );
    members.push(booking.member_id);
  }
  assert.deepEqual(members, [workspace.adminId, second, workspace.adminId, second]);
});

test("a taken slot is refused with alternatives, and frees when the booking is cancelled or moved", async () => {
  const { workspace, service } = await plumber();
  const wanted = { service, startsAt: tuesdayAtTen, customer: paul, source: "receptionist" as const };
  const first = await inside(workspace.id, (ctx) => book(ctx, wanted));
  await assert.rejects(
    inside(workspace.id, (ctx) => book(ctx, wanted)),
    (error: OperationError) => {
      assert.equal(error.code, "SLOT_UNAVAILABLE");
      const { alternatives } = error.details as { alternatives: { time: string }[] };
      assert.deepEqual(
        alternatives.map((one) => one.time),
        ["09:00", "11:00", "11:30"],
      );
      return true;
    },
  );
  const moved = await inside(workspace.id, (ctx) =>
    reschedule(ctx, first.id, { startsAt: new Date("2026-03-03T14:00:00Z") }),
  );
  assert.equal(moved.ends_at.toISOString(), "2026-03-03T15:00:00.000Z");
  assert.equal(moved.sequence, 1);
  const second = await inside(workspace.id, (ctx) => book(ctx, wanted));
  const gone = await inside(workspace.id, (ctx) => cancel(ctx, second.id, { reason: "ill" }));
  assert.equal(gone.status, "cancelled");
  assert.equal((await inside(workspace.id, (ctx) => cancel(ctx, second.id))).cancellation_reason, "ill");
  const [closest] = await inside(workspace.id, (ctx) =>
    nearestOpenSlots(ctx, { service, around: tuesdayAtTen, count: 1 }),
  );
  assert.equal(closest?.startsAt.toISOString(), tuesdayAtTen.toISOString());
});

test("off the grid only what is busy matters; a named member is the only one asked", async () => {
  const { workspace, service } = await plumber();
  const second = await inside(workspace.id, (ctx) => addStaff(ctx, "Sam Staff"));
  const sunday = {
    title: "Emergency",
    startsAt: new Date("2026-03-08T03:07:30Z"),
    endsAt: new Date("2026-03-08T04:00:10Z"),
    customer: { phone: "07700 900123" },
    source: "private" as const,
    memberId: second,
  };
  const booking = await inside(workspace.id, (ctx) => book(ctx, sunday));
  assert.deepEqual(
    [booking.title, booking.member_id, booking.event_type_id, booking.deal_id, booking.booker_phone],
    ["Emergency", second, null, null, "+447700900123"],
  );
  const taken = { code: "SLOT_UNAVAILABLE" };
  await assert.rejects(
    inside(workspace.id, (ctx) => book(ctx, sunday)),
    taken,
  );
  await assert.rejects(
    inside(workspace.id, (ctx) => book(ctx, { ...sunday, memberId: undefined, service, offGrid: false })),
    taken,
  );
  const other = await inside(workspace.id, (ctx) =>
    book(ctx, { ...sunday, memberId: undefined, service, offGrid: true }),
  );
  assert.equal(other.member_id, workspace.adminId);
});
