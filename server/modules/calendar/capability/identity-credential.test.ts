import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import type { CryptoKey, JWK } from "jose";
import { startHarness } from "../../../testing/harness.ts";
import { inside } from "../../messaging/testing.ts";
import { bookAt, openShop, wednesdayAtTen } from "../booking-messages/testing.ts";
import type { Shop } from "../booking-messages/testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });

/** An issuer of identity credentials on this machine, which counts how often its keys are asked for. */
const published: JWK[] = [];
let fetches = 0;
let isDown = false;
const server = createServer((request, response) => {
  fetches += 1;
  if (request.url !== "/.well-known/aam-jwks.json" || isDown) return void response.writeHead(500).end();
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ keys: published }));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => server.close());
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function newKey(kid: string): Promise<CryptoKey> {
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  published.push({ ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" });
  return privateKey;
}

const first = await newKey("first");

const seconds = () => Math.floor(frontdesk.app.clock.now().getTime() / 1000);
let people = 0;

async function credential(
  claims: Record<string, unknown> = {},
  {
    key = first,
    kid = "first",
    alg = "RS256",
  }: { key?: CryptoKey | Uint8Array; kid?: string; alg?: string } = {},
): Promise<string> {
  return new SignJWT({
    iss: issuer,
    sub: `user-${people}`,
    aud: "frontdesk.test",
    iat: seconds(),
    exp: seconds() + 600,
    agent_vendor: "claude",
    scopes: ["scheduling.read", "scheduling.write", "contacts:write"],
    email: `proven${people}@example.test`,
    email_verified: true,
    name: "Ada Price",
    ...claims,
  })
    .setProtectedHeader({ alg, kid })
    .sign(key);
}

async function trusting(issuers = [issuer]): Promise<Shop> {
  people += 1;
  const shop = await openShop(frontdesk);
  const set = await shop.call("PATCH", "/api/v1/company", {
    front_desk: { agents: { trusted_issuers: issuers } },
  });
  assert.equal(set.status, 200, set.text);
  return shop;
}

const path = (shop: Shop, name: string) => `/providers/${shop.slug}/capabilities/booking.${name}`;
const create = (shop: Shop, key: string, start = wednesdayAtTen.toISOString()) =>
  frontdesk.call("POST", path(shop, "create_booking"), {
    key,
    body: {
      service_id: shop.service.id,
      start_at: start,
      customer: { name: "Somebody Else", email: "victim@example.test" },
    },
  });

test("a credential of an issuer the business trusts books for the person it names; no other issuer's does", async () => {
  const shop = await trusting();
  const booked = await create(shop, await credential());
  assert.equal(booked.status, 200, booked.text);
  assert.deepEqual(booked.body.customer, { name: "Ada Price", email: `proven${people}@example.test` });
  const row = await inside(frontdesk, shop.id, (ctx) =>
    ctx.db.from("bookings").selectAll().where("id", "=", booked.body.booking_id).executeTakeFirstOrThrow(),
  );
  assert.deepEqual([row.agent_vendor, row.booker_email], ["claude", `proven${people}@example.test`]);
  const usual = await openShop(frontdesk);
  const refused = await create(usual, await credential());
  assert.deepEqual([refused.status, refused.body.error], [401, "unauthorized"]);
  assert.match(refused.body.message, /issuer is not one this business trusts/);
  assert.ok(refused.body.consent_url, "and there is another way");
});

test("what is not right about a credential keeps it out", async () => {
  const shop = await trusting();
  const stranger = (await generateKeyPair("RS256")).privateKey;
  const secret = new TextEncoder().encode("x".repeat(32));
  const wrong: [string, Promise<string>][] = [
    ["over", credential({ exp: seconds() - 60 })],
    ["without an end", credential({ exp: undefined })],
    ["without a subject", credential({ sub: undefined })],
    ["for another host", credential({ aud: "other.example" })],
    ["for any host, and old", credential({ aud: "any", iat: seconds() - 3700 })],
    ["unverified", credential({ email_verified: false })],
    ["verified in words", credential({ email_verified: "true" })],
    ["without an address", credential({ email: undefined })],
    ["of another issuer", credential({ iss: `${issuer}/tenant` })],
    ["not yet", credential({ nbf: seconds() + 600 })],
    ["signed by a stranger", credential({}, { key: stranger })],
    ["signed by a stranger, unknown", credential({}, { key: stranger, kid: "unknown" })],
    ["signed with a shared secret", credential({}, { key: secret, alg: "HS256" })],
  ];
  for (const [what, token] of wrong) {
    const answer = await create(shop, await token);
    assert.equal(answer.status, 401, `${what}: ${answer.text}`);
    assert.ok(answer.body.consent_url, what);
  }
  const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${(await credential()).split(".")[1]}.x`;
  assert.equal((await create(shop, none)).status, 401);
  const reading = await credential({ scopes: ["scheduling.read"] });
  assert.equal((await create(shop, reading)).status, 403, "nor does it do more than it says");
  assert.equal((await create(shop, await credential({ aud: "any" }))).status, 200);
});

test("a credential opens bookings of its own person, and nothing besides", async () => {
  const shop = await trusting();
  const [ada, bob] = [
    await credential({ sub: "ada" }),
    await credential({ sub: "bob", email: "bob@example.test" }),
  ];
  const made = await create(shop, ada);
  const theirs = await bookAt(frontdesk, shop, new Date("2026-03-05T10:00:00Z"));
  const cancel = (key: string, id: string) =>
    frontdesk.call("POST", path(shop, "cancel_booking"), { key, body: { booking_id: id } });
  assert.equal((await cancel(bob, made.body.booking_id)).body.error, "unknown_booking");
  assert.equal((await cancel(ada, theirs.id)).body.error, "unknown_booking");
  assert.equal((await cancel(await credential({ sub: "ada" }), made.body.booking_id)).body.cancelled, true);
  for (const to of ["/api/v1/contacts", "/api/v1/agent-consents"]) {
    assert.equal((await frontdesk.call("GET", to, { key: ada })).status, 401);
  }
});

test("keys are fetched once a day, again for a new kid, and made-up kids send nobody anywhere", async () => {
  const shop = await trusting();
  await frontdesk.advance(25 * 3600);
  fetches = 0;
  const at = (hour: number) => `2026-03-05T${hour}:00:00Z`;
  await create(shop, await credential(), at(10));
  await create(shop, await credential(), at(11));
  assert.equal(fetches, 1);
  const second = await newKey("second");
  await frontdesk.advance(61);
  const fresh = await create(shop, await credential({}, { key: second, kid: "second" }), at(12));
  assert.deepEqual([fresh.status, fetches], [200, 2]);
  for (let tries = 0; tries < 5; tries += 1) {
    await create(shop, await credential({}, { kid: `made-up-${tries}` }), at(13));
  }
  assert.equal(fetches, 2);
  isDown = true;
  await frontdesk.advance(3600);
  assert.equal((await create(shop, await credential(), at(14))).status, 200, "kept while the issuer is down");
  await frontdesk.advance(24 * 3600);
  const late = await create(shop, await credential(), "2026-03-06T14:00:00Z");
  assert.deepEqual([late.status, /keys cannot be fetched/.test(late.body.message)], [401, true]);
  isDown = false;
});

test("keys are fetched from the public internet only", async () => {
  const guarded = await startHarness();
  people += 1;
  const shop = await openShop(guarded);
  const trusted = await shop.call("PATCH", "/api/v1/company", {
    front_desk: { agents: { trusted_issuers: [issuer] } },
  });
  assert.equal(trusted.status, 200, trusted.text);
  fetches = 0;
  const token = await credential({ iat: Math.floor(guarded.app.clock.now().getTime() / 1000) });
  const answer = await guarded.call("POST", path(shop, "create_booking"), {
    key: token,
    body: {
      service_id: shop.service.id,
      start_at: "2026-03-05T10:00:00Z",
      customer: { name: "A", email: "a@b.test" },
    },
  });
  assert.deepEqual(
    [answer.status, fetches, /keys cannot be fetched/.test(answer.body.message)],
    [401, 0, true],
  );
});

test("whom a business trusts is an address, and stands in its manifest", async () => {
  const shop = await trusting();
  for (const wrong of ["not an address", "https://user@evil.example", "https://a.example/?x"]) {
    const answer = await shop.call("PATCH", "/api/v1/company", {
      front_desk: { agents: { trusted_issuers: [wrong] } },
    });
    assert.equal(answer.status, 400, wrong);
  }
  const { body } = await frontdesk.call("GET", `/providers/${shop.slug}/.well-known/agent-actions.json`);
  assert.deepEqual(body.auth.trusted_issuers, [issuer]);
  assert.ok(body.auth.accepted_identity_proofs.includes("aam_id_credential"));
});
