import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { missedCall, plumber, talk } from "../testing.ts";

const frontdesk = await startHarness();

test("bookings.get_conversation_summary#0 needs a token with READ_BOOKINGS; unknown and foreign ids are not found", async () => {
  const shop = await plumber(frontdesk);
  const other = await plumber(frontdesk);
  const customer = talk(frontdesk, shop);
  await missedCall(frontdesk, { from: customer.from, to: shop.number });
  const [lead] = (await shop.call("GET", "/api/v1/leads")).body.data as Json[];
  const path = `/api/private/v1/conversations/${lead.id}/summary`;
  assert.equal((await frontdesk.call("GET", path)).status, 401);
  const writer = await shop.privateToken(["WRITE_BOOKINGS"]);
  assert.equal((await frontdesk.call("GET", path, { key: writer })).status, 403);
  const stranger = await other.privateToken(["READ_BOOKINGS"]);
  assert.equal((await frontdesk.call("GET", path, { key: stranger })).status, 404);
  const reader = await shop.privateToken(["READ_BOOKINGS"]);
  const bad = await frontdesk.call("GET", "/api/private/v1/conversations/nonsense/summary", { key: reader });
  assert.equal(bad.status, 400);
  assert.equal(bad.body.ok, false);
});

test("bookings.get_conversation_summary#1 lead summary, status and next action follow the conversation, by lead or conversation id", async () => {
  const shop = await plumber(frontdesk);
  const key = await shop.privateToken(["READ_BOOKINGS"]);
  const customer = talk(frontdesk, shop);
  await missedCall(frontdesk, { from: customer.from, to: shop.number });
  const [lead] = (await shop.call("GET", "/api/v1/leads")).body.data as Json[];
  const summary = async (id: string): Promise<Json> =>
    (await frontdesk.call("GET", `/api/private/v1/conversations/${id}/summary`, { key })).body;
  const before = await summary(lead.id);
  assert.equal(before.ok, true);
  assert.equal(before.status, "Active");
  assert.equal(before.conversationState, "texted");
  assert.equal(before.nextAction.code, "wait_for_customer");
  assert.match(before.summary, /was not answered.*Has not written/);
  await customer.say("boiler service on thursday at 10am please, I'm Sam Jones");
  assert.equal((await summary(lead.id)).nextAction.code, "wait_for_receptionist");
  await customer.say("yes");
  const after = await summary(lead.id);
  assert.equal(after.status, "Booked");
  assert.equal(after.nextAction.code, "do_the_visit");
  assert.match(after.summary, /Sam Jones.*Last said: "yes".*Booked: Boiler service on Thu 5 Mar at 10:00 AM/);
  assert.deepEqual(await summary(after.conversationId), after);
});

test("bookings.get_conversation_summary#2 reading changes nothing", async () => {
  const shop = await plumber(frontdesk);
  const key = await shop.privateToken(["READ_BOOKINGS"]);
  const customer = talk(frontdesk, shop);
  await missedCall(frontdesk, { from: customer.from, to: shop.number });
  const [lead] = (await shop.call("GET", "/api/v1/leads")).body.data as Json[];
  const recorded = () =>
    inside(frontdesk, shop.id, async (ctx) => {
      const [events, audits, dialogues] = await Promise.all([
        ctx.db.from("events").select("id").execute(),
        ctx.db.from("audit_entries").select("id").execute(),
        ctx.db.from("receptionist_dialogues").selectAll().execute(),
      ]);
      return { events: events.length, audits: audits.length, dialogues };
    });
  const before = await recorded();
  const path = `/api/private/v1/conversations/${lead.id}/summary`;
  assert.equal((await frontdesk.call("GET", path, { key })).status, 200);
  assert.deepEqual(await recorded(), before);
});
