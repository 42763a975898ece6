/** Who a caller is said to be by headers, and whose word is taken for it. */
import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseTrustedProxies } from "../kernel/addresses.ts";
import { readConfig, warningsOf } from "../kernel/config.ts";
import { startHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { root } from "../testing/root.ts";

const ours = { host: "frontdesk.test", origin: "http://frontdesk.test" };
const form = { ...ours, "content-type": "application/x-www-form-urlencoded" };
let tried = 0;
/** One wrong sign-in, each on an account of its own: only the address's count can refuse it. */
const wrongSignIn = () => new URLSearchParams({ email: `v${++tried}@example.com`, password: "x" }).toString();

/** Tries to sign in from an address of this machine, straight or through proxies; answers the status. */
function signInFrom(localAddress: string, port: number, forwarded: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...form, "x-forwarded-for": forwarded };
    const sent = ask(
      { host: "127.0.0.1", port, localAddress, method: "POST", path: "/sign-in", headers },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on("error", reject);
    sent.end(wrongSignIn());
  });
}

/** A proxy as they are in the world: it appends whom it sees to what it was told. Answers its port. */
async function appendingProxy(target: number, localAddress = "127.0.0.1"): Promise<number> {
  const proxy = createServer((incoming, outgoing) => {
    const told = incoming.headers["x-forwarded-for"];
    const seen = incoming.socket.remoteAddress ?? "";
    const headers = { ...incoming.headers, "x-forwarded-for": told ? `${String(told)}, ${seen}` : seen };
    const { method, url } = incoming;
    const onward = ask(
      { host: "127.0.0.1", port: target, localAddress, method, path: url, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  after(() => proxy.close());
  return (proxy.address() as AddressInfo).port;
}

async function listening(environment: Record<string, string>): Promise<{ frontdesk: Harness; port: number }> {
  const frontdesk = await startHarness({ modules: [], work: false, environment });
  await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
  return { frontdesk, port: (frontdesk.http.server.address() as AddressInfo).port };
}

let forged = 0;
const invented = () => `198.51.100.${++forged}`;

/** Eleven attempts under a new invented address each: the eleventh is refused where the true address is counted. */
async function assertCounted(from: string, port: number): Promise<void> {
  for (let count = 0; count < 10; count += 1) assert.equal(await signInFrom(from, port, invented()), 401);
  assert.equal(await signInFrom(from, port, invented()), 429);
}

test("a forged header changes nothing, through a proxy that appends and without one", async () => {
  const { port } = await listening({ TRUSTED_PROXIES: "127.0.0.1" });
  const proxy = await appendingProxy(port);
  await assertCounted("127.0.0.9", proxy);
  await assertCounted("127.0.0.10", port);
  assert.equal(await signInFrom("127.0.0.11", proxy, invented()), 401, "who is somebody else goes on");
  assert.equal(await signInFrom("127.0.0.9", port, invented()), 429, "one caller, whichever way they come");
});

test("a number of proxies is counted from here", async () => {
  const { port } = await listening({ TRUSTED_PROXIES: "2" });
  const outer = await appendingProxy(await appendingProxy(port));
  await assertCounted("127.0.0.9", outer);
  assert.equal(await signInFrom("127.0.0.11", outer, invented()), 401);
});

test("with no proxy in front nobody's header is believed", async () => {
  const { port } = await listening({ TRUSTED_PROXIES: "0" });
  await assertCounted("127.0.0.1", port);
});

test("without a word of the operator a proxy on this machine is believed, and nobody else", async () => {
  const frontdesk = await startHarness({ modules: [], work: false });
  const status = async (remoteAddress: string, forwardedFor: string) =>
    (
      await frontdesk.http.inject({
        method: "POST",
        url: "/sign-in",
        remoteAddress,
        headers: { ...form, "x-forwarded-for": forwardedFor },
        payload: wrongSignIn(),
      })
    ).statusCode;
  for (let count = 0; count < 10; count += 1) assert.equal(await status("203.0.113.5", invented()), 401);
  assert.equal(await status("203.0.113.5", invented()), 429, "the world is not believed");
  for (let count = 0; count < 10; count += 1) {
    assert.equal(await status("::ffff:127.0.0.1", `${invented()}, 203.0.113.6`), 401);
  }
  assert.equal(await status("::1", `${invented()}, 203.0.113.6`), 429, "the last address that is no proxy's");
  assert.equal(await status("127.0.0.1", "203.0.113.7"), 401);
  for (let port = 4000; port < 4010; port += 1) {
    assert.equal(await status("127.0.0.1", `203.0.113.8:${port}`), 401);
  }
  assert.equal(await status("127.0.0.1", "203.0.113.8:4010"), 429, "a connection's port makes nobody new");
});

test("calls without a key are counted by network, one /64 of IPv6 being one caller", async () => {
  const frontdesk = await startHarness({
    modules: [],
    work: false,
    environment: { FRONTDESK_RATE_BURST: "3", FRONTDESK_RATE_PER_SECOND: "1" },
  });
  const path = `/hooks/${"a".repeat(43)}`;
  const status = async (remoteAddress: string) =>
    (await frontdesk.http.inject({ method: "POST", url: path, remoteAddress })).statusCode;
  for (let host = 1; host <= 3; host += 1) assert.equal(await status(`2001:db8:1:2::${host}`), 404);
  assert.equal(await status("2001:db8:1:2::9"), 429);
  assert.equal(await status("2001:db8:1:3::1"), 404);
});

test("what host and scheme a caller used is told by a trusted proxy only", async () => {
  const frontdesk = await startHarness({ work: false, environment: { PUBLIC_URL: "" } });
  const page = async (remoteAddress: string) =>
    (
      await frontdesk.http.inject({
        url: "/docs",
        remoteAddress,
        headers: { host: "desk.test", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
      })
    ).body;
  const fromAnybody = await page("203.0.113.5");
  assert.ok(!fromAnybody.includes("evil.example"));
  assert.ok(fromAnybody.includes("http://desk.test"));
  assert.ok((await page("127.0.0.1")).includes("https://evil.example"));
});

test("TRUSTED_PROXIES takes networks or a number, and never everybody", () => {
  assert.deepEqual(parseTrustedProxies("10.0.0.0/8, 192.0.2.7,::1"), [
    "10.0.0.0/8",
    "192.0.2.7/32",
    "::1/128",
  ]);
  assert.deepEqual(parseTrustedProxies("loopback"), ["127.0.0.0/8", "::1/128"]);
  assert.ok((parseTrustedProxies("private,loopback") as string[]).includes("172.16.0.0/12"));
  assert.deepEqual([parseTrustedProxies("0"), parseTrustedProxies(" 2 ")], [0, 2]);
  for (const wrong of [
    "true",
    "*",
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/33",
    "11",
    "-1",
    "10.0.0.0/8,",
    "toString",
  ]) {
    assert.equal(parseTrustedProxies(wrong), undefined, wrong);
    assert.throws(() => readConfig({ TRUSTED_PROXIES: wrong }), /TRUSTED_PROXIES/, wrong);
  }
});

test("a public address without named proxies is said loudly at start", () => {
  const warned = (environment: Record<string, string>) =>
    warningsOf(readConfig(environment)).some((line) => line.includes("TRUSTED_PROXIES is not"));
  assert.equal(warned({ PUBLIC_URL: "https://desk.example" }), true);
  assert.equal(warned({ PUBLIC_URL: "https://desk.example", TRUSTED_PROXIES: "loopback" }), false);
  assert.equal(warned({}), false);
});

test("nothing but the front door reads whom a caller claims to be", async () => {
  const allowed = new Set(["server/surfaces/callers.ts"]);
  for await (const file of glob("server/**/*.ts", { cwd: root })) {
    if (file.endsWith(".test.ts") || file.startsWith("server/testing/") || file.endsWith("/testing.ts"))
      continue;
    const source = await readFile(join(root, file), "utf8");
    if (allowed.has(file)) continue;
    assert.doesNotMatch(source, /x-forwarded-|remoteAddress|x-real-ip|"forwarded"/i, file);
  }
});
