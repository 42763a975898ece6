import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Ctx } from "../../../kernel/context.ts";
import { startHarness } from "../../../testing/harness.ts";
import { listServices } from "../services/services.store.ts";
import { bookings, openCalendar } from "../test-calendar.ts";

const frontdesk = await startHarness();

type Calendar = Awaited<ReturnType<typeof openCalendar>>;

function deals(calendar: Calendar) {
  return calendar.inside((ctx) => ctx.db.from("opportunities").selectAll().orderBy("id").execute());
}

async function dealOf(calendar: Calendar, time: string, more: Record<string, unknown> = {}) {
  const answer = await calendar.book({ time, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.crm.deal_id as string | null;
}

function change(calendar: Calendar, fields: Record<string, unknown>) {
  return calendar.workspace.call("PATCH", `/api/v1/scheduled-event-types/${calendar.eventType.id}`, fields);
}

/** Changes what the event type holds behind the API's back, as deleting what it refers to would. */
function overwrite(calendar: Calendar, values: Record<string, unknown>) {
  return calendar.inside((ctx) =>
    ctx.db
      .update("scheduled_event_types")
      .set(values as never)
      .execute(),
  );
}

test("workspace.create_scheduled_event_type#8 only bookable types are offered to customers", async () => {
  const calendar = await openCalendar(frontdesk);
  const path = "/api/v1/scheduled-event-types";
  await calendar.workspace.call("POST", path, { name: "Internal", is_bookable: false });
  await calendar.workspace.call("POST", path, { name: "Retired", is_bookable: true, is_active: false });
  const offered = await calendar.inside((ctx) => listServices(ctx, { bookableOnly: true }));
  assert.deepEqual(
    offered.map((service) => service.name),
    ["Leak repair"],
  );
});

test("workspace.create_scheduled_event_type#11 create always opens, update_or_create matches first, never_create only matches", async () => {
  const calendar = await openCalendar(frontdesk, { booking_deal_behavior: "never_create" });
  assert.equal(await dealOf(calendar, "09:00"), null);
  await change(calendar, { booking_deal_behavior: "update_or_create" });
  const opened = await dealOf(calendar, "10:00");
  assert.ok(opened);
  assert.equal(await dealOf(calendar, "11:00"), opened);
  await change(calendar, { booking_deal_behavior: "create" });
  await frontdesk.advance(1);
  const another = await dealOf(calendar, "12:00");
  assert.notEqual(another, opened);
  await change(calendar, { booking_deal_behavior: "never_create" });
  assert.equal(await dealOf(calendar, "13:00"), another);
  // Closed ones match nothing, nor do other people's.
  await calendar.inside((ctx) => ctx.db.update("opportunities").set({ status: "won" }).execute());
  assert.equal(await dealOf(calendar, "14:00"), null);
  await change(calendar, { booking_deal_behavior: "update_or_create" });
  const third = await dealOf(calendar, "15:00");
  assert.ok(third !== opened && third !== another);
  const ann = { email: "ann@example.com", phone: undefined, fullName: "Ann" };
  assert.notEqual(await dealOf(calendar, "16:00", ann), third);
  assert.equal((await deals(calendar)).length, 4);
});

test("workspace.create_scheduled_event_type#9 booking_auto_create_deal false opens none; never_create wins over true", async () => {
  const calendar = await openCalendar(frontdesk, { booking_auto_create_deal: false });
  assert.equal(await dealOf(calendar, "09:00"), null);
  await change(calendar, { booking_auto_create_deal: true, booking_deal_behavior: "never_create" });
  assert.equal(await dealOf(calendar, "10:00"), null);
  await change(calendar, { booking_auto_create_deal: true, booking_deal_behavior: "create" });
  assert.ok(await dealOf(calendar, "11:00"));
});

test("workspace.create_scheduled_event_type#10 workspace.create_scheduled_event_type#12 workspace.create_scheduled_event_type#13 workspace.create_scheduled_event_type#14 workspace.create_scheduled_event_type#15 workspace.create_scheduled_event_type#21 what the type says goes to the opportunity", async () => {
  const calendar = await openCalendar(frontdesk, {
    booking_deal_name_template: "{event_type} for {customer_name}, {date} {time} {other}",
    booking_lead_source: "website",
    booking_default_tags: [{ name: "vip", color: "red" }],
    booking_deal_behavior: "update_or_create",
  });
  const { pipeline, stage, product } = await calendar.inside(sellSomething);
  await change(calendar, {
    booking_assigned_user_ids: [calendar.workspace.adminId],
    booking_pipeline_id: pipeline,
    booking_stage_id: stage,
    booking_default_products: [{ id: product, quantity: 2 }],
  });
  // Products that were deleted since are left out.
  const gone = [randomUUID(), "p-1"].map((id) => ({ id, quantity: 1 }));
  await overwrite(calendar, {
    booking_default_products: JSON.stringify([{ id: product, quantity: 2 }, ...gone]),
  });
  await dealOf(calendar, "10:00");
  const [deal] = await deals(calendar);
  assert.deepEqual(
    { name: deal?.name, source: deal?.lead_source, currency: deal?.currency, tags: deal?.tags },
    {
      name: "Leak repair for John Smith, Tue 3 Mar 10:00 AM {other}",
      source: "website",
      currency: "GBP",
      tags: [{ name: "vip", color: "red" }],
    },
  );
  const held = () =>
    calendar.inside(async (ctx) => ({
      cards: await ctx.db.from("opportunity_placements").select(["pipeline_id", "stage_id"]).execute(),
      lines: await ctx.db
        .from("opportunity_products")
        .select(["product_id", "name", "quantity", "unit_price_minor", "total_minor"])
        .execute(),
      users: await ctx.db.from("opportunity_users").select(["user_id", "is_primary"]).execute(),
    }));
  const expected = {
    cards: [{ pipeline_id: pipeline, stage_id: stage }],
    lines: [
      { product_id: product, name: "Valve", quantity: "2.000", unit_price_minor: 1250, total_minor: 2500 },
    ],
    users: [{ user_id: calendar.workspace.adminId, is_primary: true }],
  };
  assert.deepEqual(await held(), expected);
  await change(calendar, { booking_default_tags: [{ name: "vip" }, { name: "again" }] });
  await dealOf(calendar, "12:00");
  const [matched, ...others] = await deals(calendar);
  assert.deepEqual(others, []);
  assert.deepEqual(matched?.tags, [
    { name: "vip", color: "red" },
    { name: "again", color: "#3b82f6" },
  ]);
  assert.deepEqual(await held(), expected);
});

test("workspace.create_scheduled_event_type#10 a pipeline alone means its first stage, and one that is gone stops no booking", async () => {
  const calendar = await openCalendar(frontdesk);
  await overwrite(calendar, { booking_stage_id: randomUUID() });
  const { pipeline, stage } = await calendar.inside(sellSomething);
  assert.ok(await dealOf(calendar, "10:00"));
  assert.deepEqual(
    await calendar.inside((ctx) => ctx.db.from("opportunity_placements").selectAll().execute()),
    [],
  );
  await change(calendar, { booking_pipeline_id: pipeline });
  const id = await dealOf(calendar, "12:00");
  const cards = await calendar.inside((ctx) =>
    ctx.db.from("opportunity_placements").select(["opportunity_id", "stage_id"]).execute(),
  );
  assert.deepEqual(cards, [{ opportunity_id: id, stage_id: stage }]);
});

/** A pipeline of one stage, and a product of 12.50 GBP. */
async function sellSomething(ctx: Ctx) {
  const [pipeline, stage, product] = [randomUUID(), randomUUID(), randomUUID()];
  const dates = { created_at: ctx.now, updated_at: ctx.now };
  await ctx.db
    .insert("pipelines", { id: pipeline, name: "Jobs", description: null, color: null, ...dates })
    .execute();
  await ctx.db
    .insert("pipeline_stages", {
      id: stage,
      pipeline_id: pipeline,
      name: "Booked",
      description: null,
      color: null,
      ...dates,
    })
    .execute();
  await ctx.db
    .insert("products", { id: product, name: "Valve", price_minor: 1250, currency: "GBP", ...dates } as never)
    .execute();
  return { pipeline, stage, product };
}

test("workspace.create_scheduled_event_type#5 workspace.create_scheduled_event_type#6 the opportunity is enrolled in the event queue, to start that long before the booking", async () => {
  const queue = randomUUID();
  const calendar = await openCalendar(frontdesk, { enrollment_offset_minutes: 1440 });
  // There is no way to make a queue yet; what is done with one is there.
  await calendar.inside((ctx) =>
    ctx.db.update("scheduled_event_types").set({ event_queue_id: queue }).execute(),
  );
  const enrolled = () =>
    calendar.inside((ctx) => ctx.db.from("event_queue_enrollments").selectAll().orderBy("id").execute());
  const started = () =>
    calendar.inside((ctx) =>
      ctx.db.from("events").select("payload").where("type", "=", "event_queue.started").execute(),
    );
  const deal = await dealOf(calendar, "10:00");
  const [first] = await enrolled();
  assert.deepEqual(
    [first?.event_queue_id, first?.opportunity_id, first?.starts_at.toISOString(), first?.status],
    [queue, deal, "2026-03-02T10:00:00.000Z", "pending"],
  );
  await frontdesk.advance(3500);
  assert.equal((await enrolled())[0]?.status, "pending");
  await frontdesk.advance(100);
  assert.equal((await enrolled())[0]?.status, "started");
  assert.deepEqual(
    (await started()).map((event) => [event.payload["event_queue_id"], event.payload["opportunity_id"]]),
    [[queue, deal]],
  );
  // Zero minutes: at the booking itself. A cancelled booking starts nothing.
  await change(calendar, { enrollment_offset_minutes: 0 });
  const kept = await calendar.book({ date: "2026-03-04", time: "10:00" });
  const dropped = await calendar.book({ date: "2026-03-04", time: "12:00" });
  await calendar.workspace.call("POST", `${bookings}/${dropped.body.data.booking.id}/cancel`, {});
  await frontdesk.advance(3 * 24 * 3600);
  const rows = await enrolled();
  assert.deepEqual(
    rows.map((row) => [row.starts_at.toISOString(), row.status]).toSorted(),
    [
      ["2026-03-02T10:00:00.000Z", "started"],
      [kept.body.data.booking.starts_at, "started"],
      [dropped.body.data.booking.starts_at, "cancelled"],
    ].toSorted(),
  );
  assert.equal((await started()).length, 2);
});
