import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { Outbound } from "../../kernel/outbound.ts";
import { providerErrorOf } from "../loopback.ts";
import { createCalDavCalendar } from "./caldav.ts";
import { createGuardedFetch } from "./guarded-fetch.ts";
import { createIcsCalendar } from "./ics.ts";

const MB = 1024 * 1024;
const now = () => new Date("2026-03-02T09:00:00Z");
const range = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-04-01T00:00:00Z") };
// Compressed pieces one after the other are one compressed text: 600 MB of it in 0.6 MB.
const piece = gzipSync(Buffer.alloc(10 * MB, "x"));
const bomb = Buffer.concat(Array.from({ length: 60 }, () => piece));
const twice = gzipSync(bomb);

/** A server on loopback that answers everything with these bytes, said to be in this encoding. */
async function serve(t: TestContext, bytes: Buffer, encoding: string): Promise<string> {
  const server = createServer((_request, response) => {
    const headers = { "content-type": "text/calendar", "content-encoding": encoding };
    response.writeHead(200, headers).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The most memory, in MB, that this process held during `work` beyond what it held before. */
async function memoryOf(work: Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const look = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
  await work;
  clearInterval(look);
  return (Math.max(most, process.memoryUsage().rss) - before) / MB;
}

for (const [bytes, encoding] of [
  [bomb, "gzip"],
  [twice, "gzip, gzip"],
] as const) {
  test(`an answer in ${encoding} is given up while it expands, whichever calendar reads it`, async (t) => {
    const url = await serve(t, bytes, encoding);
    const feed = createIcsCalendar({ allowPrivate: true, now });
    const server = createCalDavCalendar({ allowPrivate: true, now });
    const credentials = { serverUrl: url, username: "olive", password: "secret" };
    const readers: [string, () => Promise<unknown>][] = [
      ["a feed", () => feed.busy({ calendarId: `${url}/a.ics`, credentials: {} }, range)],
      ["a server's calendars", () => server.listCalendars(credentials)],
      ["a server's changes", () => server.changes({ calendarId: `${url}/cal/`, credentials }, range)],
    ];
    for (const [who, read] of readers) {
      const grown = await memoryOf(
        providerErrorOf(read()).then(({ code }) => assert.equal(code, "too-large", who)),
      );
      assert.ok(grown < 200, `${who}: ${Math.round(grown)} MB for an answer of 600 MB`);
    }
  });
}

test("what is no longer than the limit is read whole, expanded", async (t) => {
  const url = await serve(t, piece, "gzip");
  const read = createGuardedFetch({ provider: "ics", allowPrivate: true, now });
  assert.equal((await (await read(url)).text()).length, 10 * MB);
});

test("a webhook's answer is not expanded at all, and its beginning is all that is kept", async (t) => {
  const outbound = new Outbound(true);
  t.after(() => outbound.close());
  const url = await serve(t, bomb, "gzip");
  const grown = await memoryOf(
    outbound
      .send({ method: "POST", url, headers: {}, body: "{}", timeoutMs: 5000 })
      .then(({ answer }) => assert.ok(answer && answer.text.length <= 64 * 1024, answer?.text.slice(0, 20))),
  );
  assert.ok(grown < 100, `${Math.round(grown)} MB for an answer of 0.6 MB`);
});
