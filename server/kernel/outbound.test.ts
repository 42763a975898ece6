import assert from "node:assert/strict";
import dns from "node:dns";
import { createServer } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { after, test } from "node:test";
import { Outbound, addressProblem, isPublicAddress, publicLookup, unreachable } from "./outbound.ts";

const inside = [
  "127.0.0.1",
  "127.8.9.10",
  "0.0.0.0",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::7f00:1",
  "::a00:1",
  "::8.8.8.8",
  "1::1",
  "400::1",
  "3fff::1",
  "4000::1",
  "5f00::1",
  "fec0::1",
  "2001::1",
  "2001:db8::1",
  "64:ff9b:1::1",
  "fe80::1",
  "fe80::1%eth0",
  "fc00::1",
  "fd00:ec2::254",
  "ff02::1",
  "::ffff:127.0.0.1",
  "::ffff:169.254.169.254",
  "::ffff:a00:1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "not an address",
];

test("an address inside a network, or of a cloud's metadata, is not public, however it is written", () => {
  for (const address of inside) assert.equal(isPublicAddress(address), false, address);
  for (const address of ["8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]) {
    assert.equal(isPublicAddress(address), true, address);
  }
});

test("what is seen to be inside is refused before anything is sent", () => {
  const refused = [
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://[::1]:8080/",
    "http://[::ffff:169.254.169.254]/latest/meta-data",
    "https://localhost/",
    "https://localhost./",
    "https://app.localhost/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "https://user@example.com/",
    "https://",
    "",
  ];
  for (const url of refused) assert.ok(addressProblem(url, false), url);
  for (const url of [
    "https://example.com/hook",
    "http://example.com:8080/",
    "https://8.8.8.8/",
    "https://localhost.example.com/",
  ]) {
    assert.equal(addressProblem(url, false), undefined, url);
  }
  assert.equal(addressProblem("http://127.0.0.1:9/", true), undefined);
});

test("a name that leads inside does not resolve", async () => {
  for (const all of [true, false]) {
    const told = await Promise.all(
      ["localhost", "nobody.invalid"].map(
        (name) => new Promise<Error>((resolve) => publicLookup(name, { all }, resolve as never)),
      ),
    );
    assert.deepEqual(
      told.map(({ message }) => message),
      [unreachable, unreachable],
      "whether there is such a name inside is not told",
    );
  }
});

test("of the addresses of a name, only those outside are handed on", async (t) => {
  const both = [
    { address: "10.0.0.1", family: 4 },
    { address: "8.8.8.8", family: 4 },
    { address: "::127.0.0.1", family: 6 },
  ];
  t.mock.method(
    dns,
    "lookup",
    (_name: string, _options: object, done: (error: null, found: object) => void) => done(null, both),
  );
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const found = (all: boolean) =>
    new Promise((resolve) =>
      publicLookup("two.example", { all }, (error, address, family) => resolve([error, address, family])),
    );
  assert.deepEqual(await found(true), [null, [both[1]], undefined]);
  assert.deepEqual(await found(false), [null, "8.8.8.8", 4]);
});

test("no connection is made to an address inside, by name or by number; with leave it is", async () => {
  let calls = 0;
  const server = createServer((_request, response) => {
    calls += 1;
    response.end("here");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const [closed, open] = [new Outbound(false), new Outbound(true)];
  after(async () => {
    await Promise.all([closed.close(), open.close()]);
    server.close();
  });
  const get = (outbound: Outbound, host: string) =>
    outbound.send({ method: "GET", url: `http://${host}:${port}/`, headers: {}, timeoutMs: 5_000 });
  for (const host of ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"]) {
    const outcome = await get(closed, host);
    assert.equal(outcome.error, unreachable, host);
  }
  assert.equal(calls, 0);
  assert.equal((await get(open, "127.0.0.1")).answer?.text, "here");
});

test("only what is not found is told as not found", async () => {
  const closed = new Outbound(false);
  await closed.close();
  const { error = "" } = await closed.send({
    method: "POST",
    url: "http://host.example/",
    headers: {},
    timeoutMs: 300,
  });
  assert.match(error, /destroyed|closed/);
});

test("an answer that does not come, or does not end, is waited for no longer than agreed", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/slow-body") response.write("one byte and no more");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const open = new Outbound(true);
  after(async () => {
    await open.close();
    server.closeAllConnections();
    server.close();
  });
  for (const path of ["/silent", "/slow-body"]) {
    const url = `http://127.0.0.1:${port}${path}`;
    const outcome = await open.send({ method: "POST", url, headers: {}, body: "{}", timeoutMs: 300 });
    assert.match(outcome.error ?? "", /no complete answer within 0.3 s/, path);
    assert.ok(outcome.durationMs < 2_000);
  }
});
