import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const path = "/api/v1/scheduled-event-types";

async function create(workspace: TestWorkspace, fields: Record<string, unknown> = {}) {
  const answer = await workspace.call("POST", path, { name: "Site visit", ...fields });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data;
}

async function productOf(workspace: TestWorkspace): Promise<string> {
  const fields = { name: "Valve", price: 12.5, category: "Parts" };
  return (await workspace.call("POST", "/api/v1/products", fields)).body.data.id;
}

async function pipelineOf(workspace: TestWorkspace, name: string) {
  const made = await workspace.call("POST", "/api/v1/pipelines", {
    name,
    stages: [{ name: "New" }, { name: "Seen" }],
  });
  assert.equal(made.status, 201, made.text);
  const { id, stages } = made.body.data;
  return { id: id as string, stages: stages.map((stage: { id: string }) => stage.id) as string[] };
}

async function refused(workspace: TestWorkspace, fields: Record<string, unknown>, field: string) {
  const answer = await workspace.call("POST", path, { name: "Site visit", ...fields });
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.body.error.details.fields[0].field, field);
}

test("workspace.create_scheduled_event_type#0 name is required", async () => {
  const workspace = await frontdesk.workspace();
  const answer = await workspace.call("POST", path, { description: "no name" });
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error.details.fields[0].field, "name");
  await refused(workspace, { name: "   " }, "name");
});

test("workspace.create_scheduled_event_type#1 workspace.create_scheduled_event_type#9 workspace.create_scheduled_event_type#10 workspace.create_scheduled_event_type#11 the defaults", async () => {
  const workspace = await frontdesk.workspace();
  const made = await create(workspace);
  assert.equal(made.is_active, true);
  assert.equal(made.booking_auto_create_deal, true);
  assert.equal(made.booking_lead_source, "booking");
  assert.equal(made.booking_deal_behavior, "create");
  assert.equal(made.is_bookable, false);
  const read = await workspace.call("GET", `${path}/${made.id}`);
  assert.deepEqual(read.body.data, made);
  for (const behavior of ["create", "update_or_create", "never_create"]) {
    assert.equal(
      (await create(workspace, { booking_deal_behavior: behavior })).booking_deal_behavior,
      behavior,
    );
  }
  await refused(workspace, { booking_deal_behavior: "sometimes" }, "booking_deal_behavior");
});

test("workspace.create_scheduled_event_type#2 workspace.create_scheduled_event_type#3 icon and colour come from their lists", async () => {
  const workspace = await frontdesk.workspace();
  const icons = "calendar video phone users map-pin coffee briefcase file-text clock calendar-clock".split(
    " ",
  );
  const colors = "primary emerald blue amber red purple pink indigo".split(" ");
  for (const icon of icons) assert.equal((await create(workspace, { icon })).icon, icon);
  for (const color of colors) assert.equal((await create(workspace, { color })).color, color);
  await refused(workspace, { icon: "skull" }, "icon");
  await refused(workspace, { color: "beige" }, "color");
});

test("workspace.create_scheduled_event_type#4 workspace.create_scheduled_event_type#22 the meeting's default length counts only for meetings, the other form asks for neither length nor invitees", async () => {
  const workspace = await frontdesk.workspace();
  const lengthOf = async (slug: string) => {
    const answer = await workspace.call("POST", "/api/v1/scheduling-bookings/available-slots", {
      event_type_slug: slug,
      timezone: "Europe/London",
    });
    return answer.body.data.event_type.duration_minutes;
  };
  const meeting = await create(workspace, { is_meeting: true, default_duration_minutes: 25 });
  assert.deepEqual(meeting.booking_form, { kind: "meeting", fields: ["duration", "invitees"] });
  assert.equal(await lengthOf(meeting.slug), 25);
  const standard = await create(workspace, { is_meeting: false, default_duration_minutes: 25 });
  assert.deepEqual(standard.booking_form, { kind: "standard", fields: [] });
  assert.equal(standard.default_duration_minutes, 25);
  assert.equal(await lengthOf(standard.slug), 60);
  const job = await create(workspace, { is_meeting: false, duration_minutes: 90 });
  assert.equal(await lengthOf(job.slug), 90);
  const turned = await workspace.call("PATCH", `${path}/${standard.id}`, { is_meeting: true });
  assert.equal(turned.body.data.booking_duration_minutes, 25);
  // Without is_meeting, whoever gives a meeting's length means a meeting.
  assert.equal((await create(workspace, { default_duration_minutes: 30 })).is_meeting, true);
});

test("workspace.create_scheduled_event_type#7 a slug is made from the name, and is the workspace's own", async () => {
  const workspace = await frontdesk.workspace();
  assert.equal((await create(workspace, { name: "Follow-Up Call!" })).slug, "follow-up-call");
  assert.equal((await create(workspace, { name: "Follow up call" })).slug, "follow-up-call-2");
  const taken = await workspace.call("POST", path, { name: "Other", slug: "follow-up-call" });
  assert.equal(taken.status, 409);
  await refused(workspace, { slug: "Not A Slug" }, "slug");
  const other = await frontdesk.workspace();
  assert.equal((await create(other, { name: "Follow-Up Call" })).slug, "follow-up-call");
});

test("workspace.create_scheduled_event_type#14 workspace.create_scheduled_event_type#15 workspace.create_scheduled_event_type#16 workspace.create_scheduled_event_type#17 tags, products and notifications keep their shapes", async () => {
  const workspace = await frontdesk.workspace();
  const notification = {
    channels: ["email", "sms"],
    recipients: "booker_and_attendees",
    email_subject: "See you {date}",
    email_body:
      "Hi {booker_name}, {event_type} at {time} for {duration}: {meet_link}, or again: {rebook_link}",
    sms_body: "See you at {time}",
    label: "reminder",
  };
  const fields = {
    booking_default_tags: [{ name: "vip", color: "red" }],
    booking_default_products: [{ id: await productOf(workspace), quantity: 2 }],
    booking_notifications: {
      pre_meeting: [{ ...notification, offset_minutes: 1440 }],
      meeting_start: [notification],
      late: [{ ...notification, recipients: "team" }],
      no_show: [{ ...notification, recipients: "all" }],
      rebooking: [{ ...notification, offset_minutes: 60, recipients: "booker" }],
    },
  };
  const made = await create(workspace, fields);
  for (const [name, value] of Object.entries(fields)) assert.deepEqual(made[name], value);
  const broken = (change: Record<string, unknown>) => ({
    booking_notifications: { late: [{ ...notification, ...change }] },
  });
  await refused(workspace, broken({ offset_minutes: 5 }), "booking_notifications.late.0.offset_minutes");
  await refused(workspace, broken({ channels: ["fax"] }), "booking_notifications.late.0.channels.0");
  await refused(workspace, broken({ recipients: "everyone" }), "booking_notifications.late.0.recipients");
  await refused(workspace, { booking_notifications: { tomorrow: [] } }, "booking_notifications.tomorrow");
  await refused(workspace, { booking_default_tags: [{ colour: "red" }] }, "booking_default_tags.0.name");
  await refused(
    workspace,
    { booking_default_products: [{ id: "p" }] },
    "booking_default_products.0.quantity",
  );
});

test("workspace.create_scheduled_event_type#15 workspace.create_scheduled_event_type#21 products, pipelines and stages must be there and belong together", async () => {
  const workspace = await frontdesk.workspace();
  const jobs = await pipelineOf(workspace, "Jobs");
  const repairs = await pipelineOf(workspace, "Repairs");
  const foreign = await pipelineOf(await frontdesk.workspace(), "Theirs");
  const product = await productOf(workspace);
  for (const id of [randomUUID(), "p-1"]) {
    const products = [
      { id: product, quantity: 1 },
      { id, quantity: 1 },
    ];
    await refused(workspace, { booking_default_products: products }, "booking_default_products.1.id");
  }
  for (const id of [randomUUID(), foreign.id]) {
    await refused(workspace, { booking_pipeline_id: id }, "booking_pipeline_id");
  }
  for (const id of [randomUUID(), foreign.stages[0]]) {
    await refused(workspace, { booking_stage_id: id }, "booking_stage_id");
  }
  const mixed = { booking_pipeline_id: jobs.id, booking_stage_id: repairs.stages[0] };
  await refused(workspace, mixed, "booking_stage_id");
  // A stage says its pipeline; what is sent alone is held against what is there.
  const made = await create(workspace, { booking_stage_id: repairs.stages[0] });
  const patch = async (fields: object) => {
    const answer = await workspace.call("PATCH", `${path}/${made.id}`, fields);
    return answer.status === 200 ? 200 : answer.body.error.details.fields[0].field;
  };
  assert.equal(await patch({ booking_pipeline_id: jobs.id }), "booking_stage_id");
  assert.equal(await patch({ booking_pipeline_id: repairs.id }), 200);
  assert.equal(await patch({ booking_stage_id: jobs.stages[1] }), "booking_stage_id");
  assert.equal(await patch({ booking_pipeline_id: jobs.id, booking_stage_id: null }), 200);
  assert.equal(await patch({ booking_pipeline_id: null }), 200);
});

test("assigned users must be members, prices must be in order", async () => {
  const workspace = await frontdesk.workspace();
  const stranger = await frontdesk.workspace();
  await refused(workspace, { booking_assigned_user_ids: [stranger.adminId] }, "booking_assigned_user_ids");
  await refused(workspace, { price_min_cents: 200, price_max_cents: 100 }, "price_max_cents");
  const made = await create(workspace, {
    booking_assigned_user_ids: [workspace.adminId],
    price_min_cents: 9900,
    price_max_cents: 19900,
    price_unit: "PER_JOB",
    currency: "GBP",
    keywords: ["Tap ", "tap", "leak"],
  });
  assert.deepEqual(made.booking_assigned_user_ids, [workspace.adminId]);
  assert.deepEqual(made.keywords, ["tap", "leak"]);
});

test("a currency there is not, or that cannot express the prices, is refused; one that can leaves the amounts", async () => {
  const workspace = await frontdesk.workspace();
  await refused(workspace, { currency: "XQZ" }, "currency");
  const { id } = await create(workspace, {
    price_min_cents: 9900,
    price_max_cents: 19950,
    currency: "AUD",
  });
  const patch = (body: object) => workspace.call("PATCH", `${path}/${id}`, body);
  const wrong = await patch({ currency: "JPY" });
  assert.deepEqual([wrong.status, wrong.body.error.details.fields[0].field], [400, "currency"]);
  assert.match(wrong.body.error.message, /JPY.*price_max_cents 199\.5/);
  const shown = async () => {
    const { price_min_cents, price_max_cents, currency } = (await workspace.call("GET", `${path}/${id}`)).body
      .data;
    return [price_min_cents, price_max_cents, currency];
  };
  assert.deepEqual(await shown(), [9900, 19950, "AUD"]);
  assert.equal((await patch({ currency: "JPY", price_max_cents: 200 })).status, 200);
  assert.deepEqual(await shown(), [99, 200, "JPY"]);
  assert.equal((await patch({ currency: "KWD" })).status, 200);
  assert.deepEqual(await shown(), [99_000, 200_000, "KWD"]);
  // Order is judged by what the prices come to.
  const crossed = await patch({ currency: "JPY", price_min_cents: 300 });
  assert.deepEqual([crossed.status, crossed.body.error.details.fields[0].field], [400, "price_max_cents"]);
});

test("workspace.list_scheduled_event_types#0 workspace.list_scheduled_event_types#1 pages in display order with after", async () => {
  const workspace = await frontdesk.workspace();
  for (let order = 27; order >= 1; order -= 1)
    await create(workspace, { name: `T${order}`, sort_order: order });
  const first = await workspace.call("GET", path);
  assert.equal(first.body.data.length, 25);
  assert.equal(first.body.pagination.limit, 25);
  assert.equal(first.body.data[0].name, "T1");
  const cursor = encodeURIComponent(first.body.pagination.next_cursor);
  const second = await workspace.call("GET", `${path}?after=${cursor}`);
  assert.deepEqual(
    second.body.data.map((row: { name: string }) => row.name),
    ["T26", "T27"],
  );
  assert.equal(second.body.pagination.has_more, false);
  const byId = await workspace.call("GET", `${path}?limit=1&after=${first.body.data[0].id}`);
  assert.equal(byId.body.data[0].name, "T2");
  for (const limit of [0, 101]) {
    assert.equal((await workspace.call("GET", `${path}?limit=${limit}`)).status, 400);
  }
  assert.equal((await workspace.call("GET", `${path}?limit=100`)).body.data.length, 27);
});

test("an event queue that nobody has is refused by name, for create and update; the one there is may stay", async () => {
  const workspace = await frontdesk.workspace();
  const event_queue_id = randomUUID();
  const made = await workspace.call("POST", path, { name: "Visit", event_queue_id });
  assert.equal(made.status, 400, made.text);
  assert.equal(made.body.error.details.fields[0].field, "event_queue_id");
  const type = await create(workspace, { event_queue_id: null });
  const changed = await workspace.call("PATCH", `${path}/${type.id}`, { event_queue_id });
  assert.equal(changed.status, 400, changed.text);
  await frontdesk.app.database.owner(
    `update scheduled_event_types set event_queue_id = '${event_queue_id}' where id = '${type.id}'`,
  );
  const same = await workspace.call("PATCH", `${path}/${type.id}`, { event_queue_id, name: "Visits" });
  assert.deepEqual([same.status, same.body.data.event_queue_id], [200, event_queue_id]);
  const cleared = await workspace.call("PATCH", `${path}/${type.id}`, { event_queue_id: null });
  assert.equal(cleared.body.data.event_queue_id, null);
});

test("workspace.update_scheduled_event_type#0 workspace.update_scheduled_event_type#1 workspace.update_scheduled_event_type#2 every field can be changed alone", async () => {
  const workspace = await frontdesk.workspace();
  let before = await create(workspace);
  const pipeline = await pipelineOf(workspace, "Jobs");
  const changes: Record<string, unknown> = {
    name: "Client visit",
    description: "At the client's",
    icon: "phone",
    color: "blue",
    is_meeting: true,
    default_duration_minutes: 45,
    enrollment_offset_minutes: 60,
    sort_order: 4,
    is_active: false,
    is_bookable: true,
    slug: "client-visit",
    buffer_before_minutes: 10,
    buffer_after_minutes: 15,
    min_notice_hours: 1.5,
    max_advance_days: 20,
    slot_interval_minutes: 20,
    booking_pipeline_id: pipeline.id,
    booking_stage_id: pipeline.stages[1],
    booking_auto_create_deal: false,
    booking_lead_source: "website",
    booking_deal_name_template: "{event_type}",
    booking_assigned_user_ids: [workspace.adminId],
    booking_default_tags: [{ name: "hot" }],
    booking_default_products: [{ id: await productOf(workspace), quantity: 1 }],
    booking_confirmation_message: "See you",
    booking_deal_behavior: "never_create",
    booking_notifications: { late: [{ channels: ["sms"], recipients: "team" }] },
  };
  for (const [name, value] of Object.entries(changes)) {
    const answer = await workspace.call("PATCH", `${path}/${before.id}`, { [name]: value });
    assert.equal(answer.status, 200, `${name}: ${answer.text}`);
    const derived = { booking_form: null, booking_duration_minutes: null };
    assert.deepEqual({ ...answer.body.data, ...derived }, { ...before, ...derived, [name]: value });
    before = answer.body.data;
  }
  for (const [name, value] of Object.entries({
    icon: "skull",
    color: "beige",
    booking_deal_behavior: "sometimes",
    booking_notifications: { tomorrow: [] },
  })) {
    assert.equal((await workspace.call("PATCH", `${path}/${before.id}`, { [name]: value })).status, 400);
  }
  assert.equal((await workspace.call("PATCH", `${path}/${randomUUID()}`, { name: "x" })).status, 404);
  assert.equal(
    (await workspace.call("PATCH", `${path}/${before.id}`, { color: null })).body.data.color,
    null,
  );
});

test("workspace.delete_scheduled_event_type#0 deleting is for good and answers 204", async () => {
  const workspace = await frontdesk.workspace();
  const made = await create(workspace);
  const other = await frontdesk.workspace();
  assert.equal((await other.call("DELETE", `${path}/${made.id}`)).status, 404);
  const answer = await workspace.call("DELETE", `${path}/${made.id}`);
  assert.equal(answer.status, 204);
  assert.equal(answer.text, "");
  assert.equal((await workspace.call("GET", `${path}/${made.id}`)).status, 404);
});
