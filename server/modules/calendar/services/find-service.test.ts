import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";
import { findService, freeSlug, insertService, listServices } from "./services.store.ts";

const frontdesk = await startHarness({ work: false });

test("a service is found by its id, slug or name: exactly, by keyword, then by likeness, and only what is active by name", async () => {
  const calendar = await openCalendar(frontdesk, { keywords: ["burst", "drip"], sort_order: 2 });
  const { workspace, inside } = calendar;
  const add = async (fields: Record<string, unknown>) => {
    const made = await workspace.call("POST", "/api/v1/scheduled-event-types", {
      is_bookable: true,
      ...fields,
    });
    assert.equal(made.status, 201, made.text);
    return made.body.data.id as string;
  };
  const drip = await add({ name: "Drip", sort_order: 1 });
  const boiler = await add({ name: "Boiler service", keywords: ["Heating "], sort_order: 3 });
  const old = await add({ name: "Old gutter", is_active: false });
  const leak = calendar.eventType.id as string;
  const found = async (ref: Parameters<typeof findService>[1]) =>
    (await inside((ctx) => findService(ctx, ref)))?.id;
  for (const [ref, id] of [
    [{ id: leak }, leak],
    [{ id: "leak-repair" }, leak],
    [{ id: "boiler" }, boiler],
    [{ slug: "old-gutter" }, old],
    [{ slug: "boiler" }, undefined],
    [{ name: " LEAK repair " }, leak],
    [{ name: "boiler-service" }, boiler],
    [{ name: "burst" }, leak],
    [{ name: "heating" }, boiler],
    // A name comes before a keyword.
    [{ name: "drip" }, drip],
    [{ name: "boiler servise" }, boiler],
    [{ name: "Old gutter" }, undefined],
    [{ name: "haircut" }, undefined],
    [{ name: "  " }, undefined],
    [{}, undefined],
  ] as const) {
    assert.equal(await found(ref), id, JSON.stringify(ref));
  }
  const stranger = await openCalendar(frontdesk);
  assert.equal(await stranger.inside(async (ctx) => (await findService(ctx, { id: leak }))?.id), undefined);
  const names = async (bookableOnly: boolean) =>
    (await inside((ctx) => listServices(ctx, { bookableOnly }))).map(({ name }) => name);
  await inside((ctx) => insertService(ctx, { name: "Hidden", is_bookable: false, sort_order: 9 }));
  assert.deepEqual(await names(true), ["Drip", "Leak repair", "Boiler service"]);
  assert.deepEqual(await names(false), ["Old gutter", "Drip", "Leak repair", "Boiler service", "Hidden"]);
});

test("a slug that is taken gets the next number", async () => {
  const { inside } = await openCalendar(frontdesk);
  assert.equal(await inside((ctx) => freeSlug(ctx, "Boiler Service")), "boiler-service");
  assert.equal(await inside((ctx) => freeSlug(ctx, "Leak repair")), "leak-repair-2");
  await inside((ctx) => insertService(ctx, { name: "Leak repair" }));
  assert.equal(await inside((ctx) => freeSlug(ctx, "Leak repair")), "leak-repair-3");
});

test("what is shown of an event type: its form, its length and its notice", async () => {
  const { workspace } = await openCalendar(frontdesk);
  const path = "/api/v1/scheduled-event-types";
  const shown = async (fields: Record<string, unknown>) =>
    (await workspace.call("POST", path, { name: `T${JSON.stringify(fields)}`, ...fields })).body.data;
  const plain = await shown({ min_notice_hours: null });
  assert.deepEqual([plain.min_notice_hours, plain.booking_form], [null, { kind: "standard", fields: [] }]);
  const meeting = await shown({ is_meeting: true, min_notice_hours: 1.5, duration_minutes: 45 });
  assert.deepEqual(
    [meeting.min_notice_hours, meeting.booking_form.kind, meeting.booking_duration_minutes],
    [1.5, "meeting", 45],
  );
  const late = [{ channels: ["sms"] }, { channels: ["sms"], recipients: "team" }];
  const told = await shown({ booking_notifications: { late } });
  assert.deepEqual(
    told.booking_notifications.late.map((one: { recipients: string }) => one.recipients),
    ["booker", "team"],
  );
});
