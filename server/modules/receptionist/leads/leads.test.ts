import assert from "node:assert/strict";
import { test } from "node:test";
import { systemActor } from "../../../kernel/actor.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { inside, outbox } from "../../messaging/testing.ts";
import { missedCall, plumber, talk, text } from "../testing.ts";
import type { Plumber } from "../testing.ts";
import { storeSettings } from "../../workspace/settings/settings.ts";
import { createLead } from "./create-lead.ts";
import { updateLeadStatus } from "./update-lead-status.ts";

const frontdesk = await startHarness();

async function begin(shop: Plumber, from: string, event: Record<string, string>): Promise<Json> {
  const outcome = await frontdesk.app.run(createLead, {
    actor: systemActor(shop.id),
    input: { trackedPhoneNumber: { id: shop.numberId }, customerPhone: from, event },
    requestId: "test",
  });
  await frontdesk.settle();
  return outcome.output;
}

async function move(shop: Plumber, leadId: string, status: string): Promise<Json> {
  const outcome = await frontdesk.app.run(updateLeadStatus, {
    actor: systemActor(shop.id),
    input: { leadId, status },
    requestId: "test",
  });
  return (outcome.output as Json).lead;
}

const typesOf = (lead: Json): string[] => lead.timeline.map(({ type }: Json) => type);

test("bookings.create_lead#0 a missed call makes a lead, a later text goes on with it, after the end a new one", async () => {
  const shop = await plumber(frontdesk);
  const from = shop.customer();
  const first = await begin(shop, from, { type: "missed_call", callSid: "CA1" });
  assert.equal(first.created, true);
  assert.equal(first.lead.status, "Active");
  assert.equal(first.lead.customer_phone, from);
  assert.equal(first.lead.public_id, "L-001");
  const second = await begin(shop, from, { type: "inbound_text", messageSid: "SM1" });
  assert.equal(second.created, false);
  assert.equal(second.lead.id, first.lead.id);
  const contacts = await shop.call("GET", "/api/v1/contacts");
  assert.equal(contacts.body.data.length, 1);
  await move(shop, first.lead.id, "Lost");
  const third = await begin(shop, from, { type: "missed_call", callSid: "CA2" });
  assert.equal(third.created, true);
  assert.notEqual(third.lead.id, first.lead.id);
});

test("bookings.create_lead#0 two first events at once make one lead", async () => {
  const shop = await plumber(frontdesk);
  const from = shop.customer();
  const made = await Promise.all(
    [1, 2, 3].map((n) => begin(shop, from, { type: "inbound_text", messageSid: `SMrace${n}` })),
  );
  assert.equal(new Set(made.map(({ lead }) => lead.id)).size, 1);
  assert.equal(made.filter(({ created }) => created).length, 1);
});

test("bookings.create_lead#1 bookings.update_lead_status#3 no surface has a route for them, a private token finds none", async () => {
  const shop = await plumber(frontdesk);
  const token = await shop.privateToken(["READ_BOOKINGS", "WRITE_BOOKINGS"]);
  for (const path of ["/api/private/v1/leads", "/leads", "/api/v1/create_lead"]) {
    const answer = await frontdesk.call("POST", path, { key: token, body: {} });
    assert.equal(answer.status, 404, path);
  }
  assert.equal(frontdesk.app.registry.find("bookings.create_lead")?.route, undefined);
  assert.equal(frontdesk.app.registry.find("bookings.update_lead_status")?.route, undefined);
  const { lead } = await begin(shop, shop.customer(), { type: "inbound_text", messageSid: "SMroute" });
  const outside = await frontdesk.call("POST", `/api/v1/leads/${lead.id}/status`, {
    key: token,
    body: { status: "Won" },
  });
  assert.equal(outside.status, 401);
  const reader = await shop.keyWith(["leads:read"]);
  const refused = await frontdesk.call("POST", `/api/v1/leads/${lead.id}/status`, {
    key: reader,
    body: { status: "Won" },
  });
  assert.equal(refused.status, 403);
});

test("bookings.create_lead#2 the timeline belongs to the workspace", async () => {
  const shop = await plumber(frontdesk);
  const other = await plumber(frontdesk);
  const from = shop.customer();
  const { lead } = await begin(shop, from, { type: "missed_call", callSid: "CAtenant" });
  assert.deepEqual(typesOf(lead), ["missed_call", "texted_back"]);
  assert.match(lead.timeline[0].summary, new RegExp(from.slice(1)));
  const mine = await shop.call("GET", `/api/v1/leads/${lead.id}`);
  assert.deepEqual(typesOf(mine.body.data), ["missed_call", "texted_back"]);
  const theirs = await other.call("GET", `/api/v1/leads/${lead.id}`);
  assert.equal(theirs.status, 404);
  const listed = await other.call("GET", "/api/v1/leads");
  assert.deepEqual(listed.body.data, []);
  const listedHere = await shop.call("GET", "/api/v1/leads?status=Active");
  assert.deepEqual(
    listedHere.body.data.map(({ id }: Json) => id),
    [lead.id],
  );
});

test("bookings.create_lead#3 a missed call is followed up by a text only when the rules allow it", async () => {
  const shop = await plumber(frontdesk);
  const from = shop.customer();
  const { followUp, lead } = await begin(shop, from, { type: "missed_call", callSid: "CAfollow1" });
  assert.equal(followUp, "queued");
  const [sent] = await outbox(frontdesk, from);
  assert.match(sent?.body ?? "", /Ready Plumbing.*missed your call/);
  assert.match(
    (await outbox(frontdesk, shop.owner)).at(-1)?.body ?? "",
    /Missed call from .*texted them back/,
  );
  const again = await begin(shop, from, { type: "missed_call", callSid: "CAfollow2" });
  assert.equal(again.followUp, "suppressed", "a second text within the window");
  assert.equal(again.lead.id, lead.id);
  await inside(frontdesk, shop.id, (ctx) => storeSettings(ctx, { text_back: { enabled: false } }));
  const silent = shop.customer();
  const off = await begin(shop, silent, { type: "missed_call", callSid: "CAfollow3" });
  assert.equal(off.followUp, "suppressed");
  assert.deepEqual(typesOf(off.lead), ["missed_call", "text_back_withheld"]);
  assert.deepEqual(await outbox(frontdesk, silent), []);
  const written = await begin(shop, shop.customer(), { type: "inbound_text", messageSid: "SMnone" });
  assert.equal(written.followUp, null);
});

test("bookings.create_lead#4 the same call or message again has no second effect", async () => {
  const shop = await plumber(frontdesk);
  const from = shop.customer();
  const first = await begin(shop, from, { type: "missed_call", callSid: "CAsame" });
  const again = await begin(shop, from, { type: "missed_call", callSid: "CAsame" });
  assert.equal(again.duplicate, true);
  assert.equal(again.followUp, null);
  assert.deepEqual(again.lead, first.lead);
  assert.equal((await outbox(frontdesk, from)).length, 1);
  assert.equal((await outbox(frontdesk, shop.owner)).length, 1);
  const customer = shop.customer();
  const sid = await text(frontdesk, { from: customer, to: shop.number, body: "hello" });
  await text(frontdesk, { from: customer, to: shop.number, body: "hello", sid });
  const leads = await shop.call("GET", "/api/v1/leads");
  assert.equal(leads.body.data.length, 2);
  const lead = await shop.call("GET", `/api/v1/leads/${leads.body.data[0].id}`);
  assert.equal(typesOf(lead.body.data).filter((type) => type === "inbound_text").length, 1);
});

test("bookings.update_lead_status#0 bookings.update_lead_status#2 the life of a lead, with timestamps written once", async () => {
  const shop = await plumber(frontdesk);
  const { lead } = await begin(shop, shop.customer(), { type: "inbound_text", messageSid: "SMlife" });
  assert.equal(lead.booked_at, null);
  const booked = await move(shop, lead.id, "Booked");
  assert.equal(booked.status, "Booked");
  const bookedAt = booked.booked_at.toISOString();
  await frontdesk.advance(3600);
  const repeated = await move(shop, lead.id, "Booked");
  assert.equal(repeated.booked_at.toISOString(), bookedAt, "a repeat moves nothing");
  assert.equal(repeated.timeline.length, booked.timeline.length);
  await move(shop, lead.id, "Active");
  const rebooked = await move(shop, lead.id, "Booked");
  assert.equal(rebooked.booked_at.toISOString(), bookedAt, "the first time counts");
  const won = await shop.call("POST", `/api/v1/leads/${lead.id}/status`, { status: "Won" });
  assert.equal(won.status, 200);
  assert.ok(won.body.data.won_at > bookedAt);
  await frontdesk.advance(60);
  const wonAgain = await shop.call("POST", `/api/v1/leads/${lead.id}/status`, { status: "Won" });
  assert.equal(wonAgain.body.data.won_at, won.body.data.won_at);
  const reopened = await shop.call("POST", `/api/v1/leads/${lead.id}/status`, { status: "Active" });
  assert.equal(reopened.status, 409);
  const odd = await shop.call("POST", `/api/v1/leads/${lead.id}/status`, { status: "Maybe" });
  assert.equal(odd.status, 400);
});

test("bookings.update_lead_status#1 every move is on the timeline, and an ended lead stops the receptionist", async () => {
  const shop = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  assert.match(await customer.say("my drain is blocked"), /Drain cleaning/);
  const [lead] = (await shop.call("GET", "/api/v1/leads")).body.data as Json[];
  await text(frontdesk, { from: customer.from, to: shop.number, body: "thursday at 3pm" });
  const lost = await shop.call("POST", `/api/v1/leads/${lead.id}/status`, { status: "Lost" });
  assert.equal(lost.body.data.timeline.at(-1).type, "status_changed");
  assert.deepEqual(lost.body.data.timeline.at(-1).details, { from: "Active", to: "Lost" });
  await frontdesk.advance(120);
  await text(frontdesk, { from: customer.from, to: shop.number, body: "hello? friday then" });
  await frontdesk.advance(300);
  assert.equal((await customer.replies()).length, 1, "nothing more is said");
  assert.equal((await customer.conversation()).state, "closed");
  assert.match((await outbox(frontdesk, shop.owner)).at(-1)?.body ?? "", /lead is closed/);
});

test("bookings.update_lead_status#3 a member's key with leads:write moves a lead; other workspaces' leads are not found", async () => {
  const shop = await plumber(frontdesk);
  const other = await plumber(frontdesk);
  const { lead } = await begin(shop, shop.customer(), { type: "inbound_text", messageSid: "SMteam" });
  const stranger = await other.call("POST", `/api/v1/leads/${lead.id}/status`, { status: "Won" });
  assert.equal(stranger.status, 404);
  const key = await shop.keyWith(["leads:write"]);
  const moved = await frontdesk.call("POST", `/api/v1/leads/${lead.id}/status`, {
    key,
    body: { status: "Booked" },
  });
  assert.equal(moved.body.data.status, "Booked");
});

test("a booking through another door moves the customer's open lead to Booked", async () => {
  const shop = await plumber(frontdesk);
  const from = shop.customer();
  await missedCall(frontdesk, { from, to: shop.number });
  const token = await shop.privateToken(["READ_BOOKINGS", "WRITE_BOOKINGS"]);
  const booked = await frontdesk.call("POST", "/api/private/v1/bookings", {
    key: token,
    body: {
      customerPhone: from,
      scheduledStartAt: "2026-03-05T10:00:00Z",
      scheduledEndAt: "2026-03-05T11:00:00Z",
    },
  });
  assert.equal(booked.body.ok, true);
  await frontdesk.settle();
  const [lead] = (await shop.call("GET", "/api/v1/leads")).body.data as Json[];
  assert.equal(lead.status, "Booked");
});
