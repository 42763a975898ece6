/**
 * A stranger's agent books a plumber for its person: it finds the business, asks for what it may do, and then works over
 * MCP with the official client and nothing but the token the person's code brought it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { keysPath, verifyManifest } from "../../../scripts/verify-manifest.ts";
import { consentsAt } from "../../modules/calendar/capability/consent/testing.ts";
import { openShop, mailsTo } from "../../modules/calendar/booking-messages/testing.ts";
import { startHarness } from "../harness.ts";
import type { Json } from "../harness.ts";

const frontdesk = await startHarness();
const here = await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
const { confirmed } = consentsAt(frontdesk);

/** A request over the network, as the agent makes it. The server knows itself by another name than it listens at. */
async function fetched(path: string, body?: Json): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${here}${path.replace("http://frontdesk.test", "")}`, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers: { "content-type": "application/json" },
  });
  return { status: response.status, body: (await response.json()) as Json };
}

async function connect(token: string) {
  const client = new Client({ name: "claude", version: "1" });
  const transport = new StreamableHTTPClientTransport(new URL("/mcp", here), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  const tool = async (name: string, args: Json = {}) => {
    const result = (await client.callTool({ name, arguments: args })) as Json;
    return { isError: result.isError === true, ...(result.structuredContent as Json) } as Json;
  };
  return { client, tool };
}

test("an agent finds a business, is let in by its person, holds a time, books it and cancels it over MCP", async () => {
  const shop = await openShop(frontdesk);
  const neighbour = await openShop(frontdesk);
  const { body: whole } = await fetched("/.well-known/agent-actions.json");
  const listed = whole.providers.find((one: Json) => one.provider_id === shop.slug);
  const { body: manifest } = await fetched(listed.manifest_url);
  const { body: keys } = await fetched(keysPath);
  await verifyManifest(manifest, keys, { url: listed.manifest_url, now: frontdesk.app.clock.now() });

  const refused = await fetched(`/providers/${shop.slug}/capabilities/booking.hold_slot`, {
    service_id: shop.service.id,
    start_at: "2026-03-04T10:00:00Z",
    agent_vendor: "Claude",
  });
  assert.equal(refused.status, 401);
  const fields = Object.fromEntries(new URL(refused.body.consent_url).searchParams);
  const { code, contact } = await confirmed(shop, fields);
  const { body: token } = await fetched(refused.body.token_url, { code });

  const { client, tool } = await connect(token.access_token);
  const names = (await client.listTools()).tools.map((one) => one.name).sort();
  assert.deepEqual(names, [
    "cancel_booking",
    "check_availability",
    "create_booking",
    "describe_operation",
    "execute_operation",
    "hold_slot",
    "list_services",
    "search_operations",
  ]);
  const { services } = await tool("list_services");
  assert.equal(services[0].name, "<aam:user-content>Leak repair</aam:user-content>");
  const wanted = { service_id: services[0].id as string };
  const { slots } = await tool("check_availability", { ...wanted, date: "2026-03-04" });
  const start_at = slots[2].start_at as string;
  const held = await tool("hold_slot", { ...wanted, start_at, minutes: 3 });
  const free = await tool("check_availability", { ...wanted, date: "2026-03-04" });
  assert.ok(!free.slots.some((slot: Json) => slot.start_at === start_at), "nobody else is offered it");
  const customer = { name: "whoever", email: "whoever@example.test" };
  const booked = await tool("create_booking", { ...wanted, start_at, customer, hold_id: held.hold_id });
  assert.deepEqual([booked.confirmed, booked.start_at, booked.customer.email], [true, start_at, contact]);
  await frontdesk.settle();
  assert.equal(
    (await mailsTo(frontdesk, contact)).filter((mail) => /^Booked/.test(mail.subject ?? "")).length,
    1,
  );

  const found = await tool("search_operations", { query: "cancel an appointment" });
  assert.equal(found.operations[0].name, "cancel_booking");
  const cancelled = await tool("cancel_booking", { booking_id: booked.booking_id });
  assert.deepEqual([cancelled.cancelled, cancelled.freed_slot.start_at], [true, start_at]);

  await frontdesk.advance(1);
  const elsewhere = await tool("create_booking", {
    provider_id: neighbour.slug,
    ...wanted,
    start_at,
    customer,
  });
  assert.deepEqual([elsewhere.isError, elsewhere.error.code], [true, "UNAUTHORIZED"]);
  for (const name of ["list_contacts", "record_conformance_runs", "revoke_agent_consent", "list_api_keys"]) {
    const answer = await tool("execute_operation", { name, input: {} });
    assert.deepEqual([answer.isError, answer.error.code], [true, "NOT_FOUND"], name);
  }
  const { body: consents } = await shop.call("GET", "/api/v1/agent-consents");
  await shop.call("POST", `/api/v1/agent-consents/${consents.data[0].id}/revoke`);
  await assert.rejects(tool("list_services"), /401|No valid key/);
  await client.close();
});
