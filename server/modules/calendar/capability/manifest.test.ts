import assert from "node:assert/strict";
import { test } from "node:test";
import { keysPath, verifyManifest } from "../../../../scripts/verify-manifest.ts";
import type { Manifest } from "../../../../scripts/verify-manifest.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { openShop } from "../booking-messages/testing.ts";
import { rotateManifestKey } from "./manifest-keys.ts";

const frontdesk = await startHarness();
const path = "/.well-known/agent-actions.json";

const read = async (at: string) => (await frontdesk.call("GET", at)).body as Manifest & Json;
const keys = async () => (await frontdesk.call("GET", keysPath)).body;
const check = async (manifest: Manifest, jwks?: Json) =>
  verifyManifest(manifest, jwks ?? (await keys()), {
    url: `http://frontdesk.test${path}`,
    now: frontdesk.app.clock.now(),
  });

test("the installation's manifest and each business' own carry a signature a stranger can check", async () => {
  const shop = await openShop(frontdesk);
  for (const at of [
    path,
    `/providers/${shop.slug}${path}`,
    `/b/${shop.slug}${path}`,
    `/providers/${shop.id}${path}`,
  ]) {
    await check(await read(at));
  }
  const own = await read(`/providers/${shop.slug}${path}`);
  assert.equal(own.site.name, "<aam:user-content>Ready Plumbing</aam:user-content>");
  assert.equal(own.auth.token_url, `http://frontdesk.test/providers/${shop.slug}/aam/token`);
  assert.equal(own.auth.authorize_url, `http://frontdesk.test/providers/${shop.slug}/aam/consent`);
  assert.deepEqual(
    own.providers.map((one: Json) => one.provider_id),
    [shop.slug],
  );
  assert.ok(own.capabilities.every((one: Json) => one.url.includes(`/providers/${shop.slug}/`)));
  assert.equal((await frontdesk.call("GET", `/providers/nobody${path}`)).status, 404);
  const hidden = await openShop(frontdesk, { service: { is_bookable: false } });
  assert.equal((await frontdesk.call("GET", `/providers/${hidden.slug}${path}`)).status, 404);
});

test("whatever is changed in it, however small, is found", async () => {
  const shop = await openShop(frontdesk);
  const manifest = await read(`/providers/${shop.slug}${path}`);
  const changed: ((copy: Json) => void)[] = [
    (copy) => (copy.auth.token_url = "https://evil.example/token"),
    (copy) => (copy.site.domain = "evil.example"),
    (copy) => (copy.expires_at = "2099-01-01T00:00:00Z"),
    (copy) => (copy.surprise = true),
    (copy) => delete copy.security_notes,
    (copy) => (copy.aam_signature.kid = "another"),
    (copy) => (copy.aam_signature.jws = copy.aam_signature.jws.replace("..", ".e30.")),
  ];
  for (const change of changed) {
    const copy = structuredClone(manifest);
    change(copy);
    await assert.rejects(check(copy), change.toString());
  }
  const reordered = Object.fromEntries(Object.entries(manifest).reverse()) as Manifest;
  await check(reordered);
  await frontdesk.advance(25 * 3600);
  await assert.rejects(check(manifest), /over/);
});

test("nobody gets a signature for a host of theirs", async () => {
  const answer = await frontdesk.call("GET", path, {
    headers: { host: "evil.example", "x-forwarded-host": "evil.example" },
  });
  assert.equal(answer.body.site.domain, "frontdesk.test");
  assert.doesNotMatch(answer.text, /evil\.example/);
});

test("manifests and keys may be kept for minutes and are asked for again by their ETag", async () => {
  for (const [at, cached] of [
    [path, "public, max-age=300"],
    [keysPath, "public, max-age=3600"],
  ] as const) {
    const first = await frontdesk.call("GET", at);
    assert.deepEqual([first.status, first.headers["cache-control"]], [200, cached]);
    assert.equal(first.headers["access-control-allow-origin"], "*");
    const etag = String(first.headers["etag"]);
    const again = await frontdesk.call("GET", at, { headers: { "if-none-match": `W/"x", ${etag}` } });
    assert.deepEqual([again.status, again.text], [304, ""]);
    assert.equal((await frontdesk.call("GET", at, { headers: { "if-none-match": '"x"' } })).status, 200);
  }
});

test("only public parts are published, under the names a JWKS has", async () => {
  const { keys: published } = await keys();
  assert.ok(published.length > 0);
  for (const key of published) {
    assert.deepEqual(Object.keys(key).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
    assert.deepEqual([key.alg, key.kty, key.use], ["RS256", "RSA", "sig"]);
  }
});

test("a new key is published before it signs, and the old one stays for those who hold its manifests", async () => {
  const before = await read(path);
  const kid = await rotateManifestKey(frontdesk.app.database, frontdesk.app.clock.now());
  await frontdesk.advance(61);
  const announced = await keys();
  assert.deepEqual(
    announced.keys.map((key: Json) => key.kid),
    [kid, before.aam_signature.kid],
  );
  assert.equal((await read(path)).aam_signature.kid, before.aam_signature.kid);
  await frontdesk.advance(120);
  const after = await read(path);
  assert.equal(after.aam_signature.kid, kid);
  await check(after, announced);
  await check(before, await keys());
  await frontdesk.advance(31 * 24 * 3600);
  assert.deepEqual(
    (await keys()).keys.map((key: Json) => key.kid),
    [kid],
  );
});
