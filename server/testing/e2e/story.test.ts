/** The whole story, driven only from outside: signed form posts in, texts out, one booking through every door. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { freshDatabaseUrl } from "../harness.ts";
import { startNode } from "../nodes.ts";
import { Outside } from "./outside.ts";

const database = await freshDatabaseUrl();
const node = await startNode({ FRONTDESK_DEMO: "1", ...(database ? { DATABASE_URL: database.url } : {}) });
after(async () => {
  await node.stop();
  await database?.drop();
});
const outside = await Outside.of(node);
const { facts } = outside;
const customer = "+13105559876";
const hour = 3_600_000;

test("a missed call becomes a booked job, reminded, moved, cancelled and silenced", async (t) => {
  // A Monday morning in the shop's zone, a few weeks ahead of any holiday the real date may fall on.
  const monday = new Date((await outside.now()).getTime() + 3 * 24 * hour);
  monday.setUTCDate(monday.getUTCDate() + ((8 - monday.getUTCDay()) % 7));
  monday.setUTCHours(14, 0, 0, 0);
  await outside.setClock(monday);

  await t.test("a forged signature is refused and changes nothing", async () => {
    const forged = await outside.carrier(
      "/twilio/sms",
      { MessageSid: "SMforged", From: customer, To: facts.business_number, Body: "hi", NumMedia: "0" },
      "not-the-token",
    );
    assert.equal(forged.status, 403);
    assert.deepEqual(await outside.sentTo(customer), []);
  });

  await t.test("nobody answers: the caller gets a text", async () => {
    await outside.missedCall(customer);
    await outside.advance(5);
    const texts = await outside.sentTo(customer);
    assert.equal(texts.length, 1);
    assert.match(texts[0]?.body ?? "", /Marlow & Finch/);
  });

  await t.test("the caller books by text", async () => {
    await outside.text(customer, "Hi, my kitchen tap is leaking. Can someone come tomorrow morning?");
    await outside.advance(65);
    await converse(["10 works", "Sam Rivera, 12 Bergen Street, 11201", "yes please"]);
    const bookings = await outside.call("GET", "/api/v1/scheduling-bookings?status=confirmed", {
      bearer: facts.api_key,
    });
    assert.equal(bookings.body.data.length, 1, JSON.stringify(await outside.sentTo(customer), null, 1));
  });

  const booking = async () =>
    (await outside.call("GET", "/api/v1/scheduling-bookings?limit=1", { bearer: facts.api_key })).body
      .data[0];

  await t.test("the same booking is there through every door", async () => {
    const { id, starts_at } = await booking();
    const one = await outside.call("GET", `/api/private/v1/bookings/${id}`, { bearer: facts.private_token });
    assert.equal(one.status, 200);
    assert.equal(
      new Date((one.body.booking ?? one.body).scheduledStartAt).getTime(),
      new Date(starts_at).getTime(),
    );
    const date = starts_at.slice(0, 10);
    const free = await outside.call(
      "POST",
      `/providers/${facts.provider_id}/capabilities/booking.check_availability`,
      { body: { service_id: facts.services[1]?.id, date } },
    );
    assert.equal(free.body.ok, true);
    const mcp = await mcpCall("execute_operation", { name: "get_scheduling_booking", input: { id } });
    assert.ok(mcp.includes(id));
  });

  await t.test("a confirmation was sent once", async () => {
    const confirmations = (await outside.sentTo(customer)).filter((entry) =>
      /you are booked/i.test(entry.body),
    );
    assert.equal(confirmations.length, 1);
  });

  await t.test("moving the booking moves its reminder", async () => {
    const { id, starts_at } = await booking();
    const later = new Date(new Date(starts_at).getTime() + 2 * 24 * hour);
    const moved = await outside.call("PATCH", `/api/private/v1/bookings/${id}`, {
      bearer: facts.private_token,
      body: {
        scheduledStartAt: later.toISOString(),
        scheduledEndAt: new Date(later.getTime() + 1.5 * hour).toISOString(),
      },
    });
    assert.equal(moved.status, 200, JSON.stringify(moved.body));
    const before = (await reminders()).length;
    await outside.setClock(new Date(new Date(starts_at).getTime() + hour));
    assert.equal((await reminders()).length, before, "a reminder of the old time was sent");
    await outside.setClock(new Date(later.getTime() - 23 * hour));
    const now = await reminders();
    assert.equal(now.length, before + 1);
  });

  await t.test("cancelling stops the reminder that was left", async () => {
    const { id, starts_at } = await booking();
    const before = (await reminders()).length;
    const cancelled = await outside.call("PATCH", `/api/private/v1/bookings/${id}`, {
      bearer: facts.private_token,
      body: { status: "CANCELED" },
    });
    assert.equal(cancelled.status, 200);
    await outside.setClock(new Date(new Date(starts_at).getTime() + hour));
    assert.equal((await reminders()).length, before);
  });

  await t.test("STOP is confirmed once, and then there is silence", async () => {
    await outside.text(customer, "STOP");
    await outside.advance(5);
    const before = (await outside.sentTo(customer)).length;
    await outside.missedCall(customer);
    await outside.text(customer, "Are you there?");
    await outside.advance(24 * 3600);
    assert.equal((await outside.sentTo(customer)).length, before);
    const sent = await outside.call("POST", "/api/v1/sms/send", {
      bearer: facts.api_key,
      body: { to_number: customer, message: "Hello again" },
    });
    assert.equal(sent.status, 200);
    assert.equal(sent.body.data.status, "suppressed");
  });
});

async function reminders() {
  return (await outside.sentTo(customer)).filter(
    (entry) => entry.channel === "sms" && /reminder/i.test(entry.body),
  );
}

/** Says each line once the receptionist has answered the one before, until something is booked. */
async function converse(lines: string[]): Promise<void> {
  for (const line of lines) {
    await outside.text(customer, line);
    await outside.advance(30);
  }
}

async function mcpCall(tool: string, parameters: unknown): Promise<string> {
  const response = await fetch(`${outside.url}/mcp`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${facts.api_key}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: tool, arguments: parameters },
    }),
  });
  return response.text();
}
