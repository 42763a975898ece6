/** Who can reach the simulator: nobody from outside, and from inside whoever holds the demo's key. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readConfig, warningsOf } from "../kernel/config.ts";
import { start } from "../main.ts";
import { freshDatabaseUrl, startHarness } from "../testing/harness.ts";
import { simulatorRoutes } from "./routes.ts";

const folder = await mkdtemp(join(tmpdir(), "frontdesk-reach-"));
after(() => rm(folder, { recursive: true, force: true }));
const demo = {
  workspace_id: randomUUID(),
  workspace_slug: "demo",
  api_key: "fd_test_secret",
  business_number: "+61291570000",
  owner_number: "+61491570110",
  time_zone: "Australia/Sydney",
  services: [],
};
await writeFile(join(folder, "demo.json"), JSON.stringify(demo));
// As it starts for somebody trying it out: the demo is on, and nobody else can reach it.
const frontdesk = await startHarness({
  modules: [],
  environment: { FRONTDESK_DEMO: "1", FRONTDESK_DATA: folder, PUBLIC_URL: "" },
});

const asked = simulatorRoutes.map(({ method, url, open }) => ({
  method,
  open,
  path: url.replace(":sid", "CA0").replace(":number", "+61491570006"),
}));

test("every route asks for the demo's key, but the one that tells it to this machine", async () => {
  assert.deepEqual(
    asked.filter(({ open }) => open).map(({ method, path }) => `${method} ${path}`),
    ["GET /simulator/session"],
  );
  for (const { method, path, open } of asked) {
    for (const key of [undefined, "fd_test_Secret", "fd_test_secret2"]) {
      const body = method === "POST" ? {} : undefined;
      const answer = await frontdesk.call(method, path, { ...(key ? { key } : {}), body });
      assert.equal(answer.status, open ? 403 : 401, `${method} ${path} with ${key}`);
      assert.ok(answer.body.error.fix);
    }
    const own = await frontdesk.call(method, path, { key: demo.api_key });
    assert.ok(![401, 403].includes(own.status), `${method} ${path}: ${own.text}`);
    const asHeader = await frontdesk.call(method, path, { headers: { "x-api-key": demo.api_key } });
    assert.equal(asHeader.status, own.status, `${method} ${path}`);
  }
});

test("the session is told to a local name on this machine, and never through a proxy or from another one", async () => {
  const ask = async (headers: Record<string, string>, remoteAddress = "127.0.0.1") =>
    (
      await frontdesk.http.inject({
        method: "GET",
        url: "/simulator/session",
        remoteAddress,
        headers: { host: "localhost:8080", ...headers },
      })
    ).statusCode;
  assert.equal(await ask({}), 200);
  assert.equal(await ask({}, "::1"), 200);
  assert.equal(await ask({}, "::ffff:127.0.0.1"), 200);
  assert.equal(await ask({ host: "[::1]:8080" }), 200);
  assert.equal(await ask({}, "192.0.2.7"), 403);
  assert.equal(await ask({ host: "evil.example" }), 403);
  for (const name of ["x-forwarded-for", "forwarded", "x-forwarded-host", "x-real-ip", "via"]) {
    assert.equal(await ask({ [name]: "127.0.0.1" }), 403, name);
  }
});

test("the clock stands still for other workspaces, unless the simulator was asked for by name", async () => {
  const forward = { key: demo.api_key, body: { advance_seconds: 60 } };
  assert.equal((await frontdesk.call("POST", "/simulator/clock", forward)).status, 200);
  await frontdesk.workspace();
  const before = frontdesk.app.clock.now();
  const refused = await frontdesk.call("POST", "/simulator/clock", forward);
  assert.equal(refused.status, 409);
  assert.match(refused.body.error.fix, /FRONTDESK_SIMULATOR=1/);
  assert.deepEqual(frontdesk.app.clock.now(), before);
});

test("without a demo there is nothing to simulate", async () => {
  await rm(join(folder, "demo.json"));
  for (const { method, path } of asked) {
    const answer = await frontdesk.call(method, path, { key: demo.api_key });
    assert.equal(answer.status, 404, path);
    assert.match(answer.body.error.fix, /FRONTDESK_DEMO=1/);
  }
});

test("the simulator is on where nobody else can reach it, or where it is named", () => {
  const isOn = (environment: Record<string, string>) => readConfig(environment).simulator;
  assert.equal(isOn({}), true);
  for (const HOST of ["localhost", "127.0.0.2", "::1"]) assert.equal(isOn({ HOST }), true, HOST);
  for (const reached of [
    { PUBLIC_URL: "https://desk.example" },
    { HOST: "0.0.0.0" },
    { HOST: "::" },
    { HOST: "192.168.1.5" },
    { FRONTDESK_TELEPHONY: "twilio" },
    { FRONTDESK_EMAIL: "smtp" },
    { FRONTDESK_DEMO: "0" },
  ] as Record<string, string>[]) {
    assert.equal(isOn(reached), false, JSON.stringify(reached));
    assert.equal(isOn({ ...reached, FRONTDESK_SIMULATOR: "1" }), true, JSON.stringify(reached));
  }
  assert.equal(isOn({ FRONTDESK_SIMULATOR: "0" }), false);
  const loud = (environment: Record<string, string>) =>
    warningsOf(readConfig(environment)).some((line) => line.includes("THE SIMULATOR IS ON"));
  assert.equal(loud({ FRONTDESK_SIMULATOR: "1", PUBLIC_URL: "https://desk.example" }), true);
  assert.equal(loud({ PUBLIC_URL: "https://desk.example" }), false);
});

test("a demo that starts with a public address answers 404 on every route of the simulator", async (t) => {
  const database = await freshDatabaseUrl();
  const data = await mkdtemp(join(tmpdir(), "frontdesk-public-"));
  const started = await start({
    FRONTDESK_DATA: data,
    FRONTDESK_DEMO: "1",
    PUBLIC_URL: "https://desk.example",
    PORT: "0",
    LOG_LEVEL: "silent",
    ...(database ? { DATABASE_URL: database.url } : {}),
  });
  t.after(async () => {
    await started.close();
    await database?.drop();
    await rm(data, { recursive: true, force: true });
  });
  assert.ok(started.demo, "the demo itself is there");
  for (const { method, path } of asked) {
    const response = await fetch(`${listening(started.http.server.address())}${path}`, {
      method,
      headers: { authorization: `Bearer ${started.demo.api_key}`, "content-type": "application/json" },
      ...(method === "POST" ? { body: "{}" } : {}),
    });
    assert.equal(response.status, 404, `${method} ${path}`);
  }
});

function listening(address: string | { port: number } | null): string {
  assert.ok(address !== null && typeof address === "object");
  return `http://127.0.0.1:${address.port}`;
}
