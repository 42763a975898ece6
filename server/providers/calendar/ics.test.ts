import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { providerErrorOf, startLoopback } from "../loopback.ts";
import type { LoopbackReply, LoopbackRequest } from "../loopback.ts";
import { createIcsCalendar } from "./ics.ts";

const now = () => new Date("2026-03-02T09:00:00Z");
const range = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-04-01T00:00:00Z") };
const feed = (...events: string[]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Sam's rounds", ...events, "END:VCALENDAR", ""].join(
    "\r\n",
  );
const at = (uid: string, hour: string, ...more: string[]) =>
  [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTART:20260303T${hour}0000Z`,
    "DURATION:PT1H",
    ...more,
    "END:VEVENT",
  ].join("\r\n");
const busyAt = (hour: string) => {
  const start = new Date(`2026-03-03T${hour}:00:00Z`);
  return { start, end: new Date(start.getTime() + 3_600_000) };
};

async function serve(
  t: TestContext,
  answer: (request: LoopbackRequest) => LoopbackReply,
  options: Partial<Parameters<typeof createIcsCalendar>[0]> = {},
) {
  const server = await startLoopback(answer);
  t.after(() => server.close());
  const url = `${server.url}/sam.ics`;
  const calendar = createIcsCalendar({ allowPrivate: true, now, ...options });
  return { calendar, url, account: { calendarId: url, credentials: {} } };
}

test("a feed is one calendar that can only be read", async (t) => {
  const { calendar, url, account } = await serve(t, () => ({ status: 200, text: feed(at("1", "09")) }));
  assert.equal(calendar.writable, false);
  assert.deepEqual(await calendar.listCalendars({ serverUrl: url }), [
    { id: url, name: "Sam's rounds", isPrimary: true, canWrite: false },
  ]);
  assert.deepEqual(await calendar.busy(account, range), [busyAt("09")]);
  const refusal = await providerErrorOf(calendar.deleteEvent(account, "1"));
  assert.deepEqual([refusal.code, refusal.retryable], ["read-only", false]);
});

test("one bad event does not lose the others, and a declined one does not count", async (t) => {
  const events = [
    "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART:soon\r\nEND:VEVENT",
    at("2", "10", "ATTENDEE;PARTSTAT=DECLINED:mailto:sam@shop.test"),
    at("3", "11", "SUMMARY:Dentist"),
  ];
  const { calendar, account } = await serve(t, () => ({ status: 200, text: feed(...events) }));
  const credentials = { ...account.credentials, owner: "sam@shop.test" };
  const { full, changes } = await calendar.changes({ ...account, credentials }, range);
  assert.equal(full, true);
  assert.deepEqual(changes, [{ externalId: "3", uid: "3", title: "Dentist", busy: [busyAt("11")] }]);
});

test("times without a zone are the feed's, else the caller's", async (t) => {
  for (const [own, hour] of [
    [[], "00"],
    [["X-WR-TIMEZONE:Australia/Perth"], "01"],
  ] as const) {
    const floating = at("1", "09").replace("0000Z", "0000");
    const { calendar, account } = await serve(t, () => ({ status: 200, text: feed(...own, floating) }));
    assert.deepEqual(await calendar.busy({ ...account, timeZone: "Asia/Tokyo" }, range), [busyAt(hour)]);
  }
});

test("a feed that has not changed is not read again, by its ETag, its date or its content", async (t) => {
  for (const version of [{ etag: '"1"' }, { "last-modified": "Sun, 01 Mar 2026 00:00:00 GMT" }, {}] as Record<
    string,
    string
  >[]) {
    let hour = "09";
    const seen: LoopbackRequest[] = [];
    const { calendar, account } = await serve(t, (request) => {
      seen.push(request);
      const { "if-none-match": etag, "if-modified-since": date } = request.headers;
      const headers: Record<string, string> = hour === "09" ? { ...version } : {};
      if (hour === "09" && (etag ?? date)) return { status: 304, text: "", headers };
      return { status: 200, text: feed(at("1", hour, `DTSTAMP:2026030${seen.length}T000000Z`)), headers };
    });
    const first = await calendar.changes(account, range);
    assert.deepEqual([first.full, first.changes.length], [true, 1]);
    const second = await calendar.changes(account, range, first.syncToken);
    assert.deepEqual([second.full, second.changes], [false, []]);
    assert.equal(seen[1]?.headers["if-none-match"], version["etag"]);
    hour = "10";
    const third = await calendar.changes(account, range, second.syncToken);
    assert.deepEqual(
      [third.full, third.changes],
      [true, [{ externalId: "1", uid: "1", busy: [busyAt("10")] }]],
    );
  }
});

test("a range that has grown is read again even if the feed has not changed", async (t) => {
  const { calendar, account } = await serve(t, ({ headers }) =>
    headers["if-none-match"]
      ? { status: 304, text: "" }
      : { status: 200, text: feed(at("1", "09")), headers: { etag: '"1"' } },
  );
  const short = { from: range.from, to: new Date("2026-03-02T00:00:00Z") };
  const first = await calendar.changes(account, short);
  assert.deepEqual(first.changes, []);
  const grown = await calendar.changes(account, range, first.syncToken);
  assert.deepEqual([grown.full, grown.changes.length], [true, 1]);
});

test("webcal is read like https, and as it stands where there is no encryption", async (t) => {
  const { calendar, url } = await serve(t, () => ({ status: 200, text: feed(at("1", "09")) }));
  const webcal = url.replace("http:", "webcal:");
  const account = { calendarId: webcal, credentials: {} };
  assert.deepEqual(await calendar.busy(account, range), [busyAt("09")]);
});

test("redirects are followed, a few of them, without the password to another server", async (t) => {
  const seen: (string | undefined)[] = [];
  const other = await startLoopback(({ headers }) => {
    seen.push(headers.authorization);
    return { status: 200, text: feed(at("1", "09")) };
  });
  t.after(() => other.close());
  const { calendar, account } = await serve(t, ({ url, headers }) => {
    if (url.pathname === "/round.ics") return { status: 302, text: "", headers: { location: "/round.ics" } };
    seen.push(headers.authorization);
    const location = url.pathname === "/sam.ics" ? "/moved.ics" : `${other.url}/here.ics`;
    return { status: 301, text: "", headers: { location } };
  });
  const credentials = { ...account.credentials, username: "sam", password: "secret" };
  assert.deepEqual(await calendar.busy({ ...account, credentials }, range), [busyAt("09")]);
  assert.deepEqual(seen, [seen[0], seen[0], undefined]);
  assert.match(seen[0] ?? "", /^Basic /);
  const url = account.calendarId.replace("sam", "round");
  assert.equal(
    (await providerErrorOf(calendar.listCalendars({ serverUrl: url }))).code,
    "too-many-redirects",
  );
});

const refusals: [string, LoopbackReply, [code: string, retryable: boolean, retryAfterMs?: number]][] = [
  ["is gone", { status: 404, text: "" }, ["not-found", false]],
  ["is gone for good", { status: 410, text: "" }, ["not-found", false]],
  ["wants a password", { status: 401, text: "" }, ["revoked", false]],
  ["is closed to us", { status: 403, text: "" }, ["revoked", false]],
  [
    "asks for patience",
    { status: 429, text: "", headers: { "retry-after": "30" } },
    ["rate-limited", true, 30_000],
  ],
  [
    "names the time",
    { status: 503, text: "", headers: { "retry-after": "Mon, 02 Mar 2026 09:01:00 GMT" } },
    ["rate-limited", true, 60_000],
  ],
  ["is broken", { status: 500, text: "" }, ["http-500", true]],
  ["is a page to sign in", { status: 200, text: "<html>Sign in</html>" }, ["bad-response", false]],
  ["breaks off", { status: 200, text: feed(at("1", "09")).slice(0, -20) }, ["bad-response", true]],
  ["hangs up", "drop", ["network", true]],
  ["says nothing", "hang", ["timeout", true]],
  [
    "is too long",
    { status: 200, text: feed(at("1", "09", `X-PAD:${"x".repeat(5_000)}`)) },
    ["too-large", false],
  ],
];

for (const [what, reply, expected] of refusals) {
  test(`a feed that ${what} is refused in the port's words`, async (t) => {
    const { calendar, account } = await serve(t, () => reply, { mostBytes: 4_000, timeoutMs: 500 });
    const refusal = await providerErrorOf(calendar.changes(account, range));
    const { code, retryable, retryAfterMs } = refusal;
    assert.deepEqual([code, retryable, ...(retryAfterMs === undefined ? [] : [retryAfterMs])], expected);
  });
}

test("a compressed feed is counted by what comes out of it", async (t) => {
  const body = gzipSync(feed(at("1", "09", `X-PAD:${"x".repeat(100_000)}`)));
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/calendar", "content-encoding": "gzip" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const calendarId = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sam.ics`;
  const account = { calendarId, credentials: {} };
  const patient = createIcsCalendar({ allowPrivate: true, now });
  assert.deepEqual(await patient.busy(account, range), [busyAt("09")]);
  const strict = createIcsCalendar({ allowPrivate: true, now, mostBytes: 50_000 });
  assert.equal((await providerErrorOf(strict.busy(account, range))).code, "too-large");
});

test("a feed inside our own network is not fetched, nor what is no address of the web", async (t) => {
  const { url } = await serve(t, () => ({ status: 200, text: feed() }));
  const careful = createIcsCalendar({ allowPrivate: false, now });
  for (const address of [
    url,
    "http://localhost/a.ics",
    "webcal://10.0.0.1/a.ics",
    "ftp://example.com/a.ics",
    "nonsense",
  ]) {
    assert.equal(
      (await providerErrorOf(careful.listCalendars({ serverUrl: address }))).code,
      "address-refused",
      address,
    );
  }
});
