/** What a server owes the agents of strangers: a manifest they can trust, a way to be let in, and a time that is kept. */
import assert from "node:assert/strict";
import type { JSONWebKeySet } from "jose";
import type { Client } from "./conformance-client.ts";
import type { ConformanceTest } from "./conformance-tests.ts";
import { keysPath, verifyManifest } from "./verify-manifest.ts";
import type { Manifest } from "./verify-manifest.ts";

const manifestPath = "/.well-known/agent-actions.json";

export const agentTests: readonly ConformanceTest[] = [
  {
    capability: "agent-actions",
    name: "signature_verifies",
    async run(client) {
      const keys = (await client.read(keysPath)).json as unknown as JSONWebKeySet;
      for (const path of [manifestPath, `/providers/${client.provider}${manifestPath}`]) {
        const manifest = (await client.read(path)).json as unknown as Manifest;
        // A server behind another name signs that name, which is not the one we reach it by.
        const url = `https://${manifest.site.domain}${path}`;
        await verifyManifest(manifest, keys, { url, now: client.now });
        const forged = { ...manifest, security_notes: [] };
        await assert.rejects(verifyManifest(forged, keys, { url, now: client.now }), "a change is noticed");
      }
    },
  },
  {
    capability: "agent-consent",
    name: "asks_the_person",
    async run(client) {
      const { service, slot } = await client.freeSlot();
      const { status, body } = await client.call(
        "booking.create_booking",
        {
          service_id: service.id,
          start_at: slot.start_at,
          customer: client.customer(),
          agent_vendor: "Conformance",
        },
        { withoutKey: true },
      );
      client.remember(body["booking_id"]);
      assert.deepEqual([status, body["ok"]], [401, false]);
      const page = await client.read(pathOf(body["consent_url"]));
      assert.equal(page.status, 200, "consent_url opens");
      assert.match(page.text, /Conformance/, "and names who asks");
      const guessed = await client.post(pathOf(body["token_url"]), { code: "AAAA-AAAA" });
      assert.deepEqual([guessed.status, guessed.body["error"]], [400, "invalid_code"]);
    },
  },
  {
    capability: "agent-consent",
    name: "books_for_the_person",
    // Only where the runner can read what the person is sent.
    needsMailbox: true,
    async run(client) {
      const token = await consented(client);
      const { service, slot } = await client.freeSlot();
      const customer = client.customer();
      const wanted = { service_id: service.id, start_at: slot.start_at, customer };
      const { body } = await client.call("booking.create_booking", wanted, { key: token });
      client.remember(body["booking_id"]);
      assert.equal(body["ok"], true, `the answer was ${JSON.stringify(body)}`);
      assert.notEqual(
        (body["customer"] as { email?: string }).email,
        customer.email,
        "for whom it proved, not named",
      );
      const cancelled = await client.call(
        "booking.cancel_booking",
        { booking_id: body["booking_id"] },
        { key: token },
      );
      assert.equal(cancelled.body["cancelled"], true);
    },
  },
  {
    capability: "booking.hold_slot",
    name: "happy_path",
    async run(client) {
      const { service, slot } = await client.freeSlot();
      const wanted = { service_id: service.id, start_at: slot.start_at };
      const { body: hold } = await client.call("booking.hold_slot", { ...wanted, minutes: 1 });
      assert.equal(hold["ok"], true, `the answer was ${JSON.stringify(hold)}`);
      assert.ok(Date.parse(String(hold["expires_at"])) > client.now.getTime(), "it ends by itself, later");
      const booked = { ...wanted, customer: client.customer(), hold_id: hold["hold_id"] };
      const { body } = await client.call("booking.create_booking", booked);
      client.remember(body["booking_id"]);
      assert.equal(body["confirmed"], true, `the answer was ${JSON.stringify(body)}`);
    },
  },
];

/** Plays the person: proves an address, reads the code, and answers the token the agent gets for it. */
async function consented(client: Client): Promise<string> {
  const { name, email } = client.customer();
  const page = await client.submit(`/providers/${client.provider}/aam/consent`, {
    agent: "Conformance",
    name,
    contact: email,
  });
  const oneTime = /\b(\d{6})\b/.exec(await client.mailTo(email))?.[1];
  assert.ok(oneTime, "a one-time code is sent");
  await client.submit(page, { action: "confirm", code: oneTime });
  const { text } = await client.read(page);
  const code = /\b[A-Z2-9]{4}-[A-Z2-9]{4}\b/.exec(text)?.[0];
  assert.ok(code, "the page shows the agent's code");
  const { body } = await client.post(`/providers/${client.provider}/aam/token`, { code });
  assert.equal(body["token_type"], "Bearer", `the answer was ${JSON.stringify(body)}`);
  const again = await client.post(`/providers/${client.provider}/aam/token`, { code });
  assert.equal(again.body["error"], "invalid_code", "a code works once");
  return String(body["access_token"]);
}

function pathOf(url: unknown): string {
  assert.ok(URL.canParse(String(url)), "the answer names a URL");
  const { pathname, search } = new URL(String(url));
  return pathname + search;
}
