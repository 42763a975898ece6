import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { providerErrorOf, startLoopback } from "../loopback.ts";
import type { LoopbackReply, LoopbackRequest } from "../loopback.ts";
import { createCalDavCalendar } from "./caldav.ts";
import type { CalDavOptions } from "./caldav-session.ts";
import type { CalendarEvent } from "./port.ts";

// What other servers do that Radicale does not: their ways of being found, of counting changes and of saying no.
const now = () => new Date("2026-03-02T09:00:00Z");
const range = { from: new Date("2026-03-01T00:00:00Z"), to: new Date("2026-04-01T00:00:00Z") };
const booking: CalendarEvent = {
  uid: "1@frontdesk",
  sequence: 0,
  title: "Leak repair",
  start: new Date("2026-03-03T10:00:00Z"),
  end: new Date("2026-03-03T11:00:00Z"),
  timeZone: "Europe/London",
  attendees: [],
};

type Answer = (request: LoopbackRequest) => LoopbackReply | undefined;

/** A server that answers 404 where `answer` says nothing, and the addresses it was asked for. */
async function serve(t: TestContext, answer: Answer, options: Partial<CalDavOptions> = {}) {
  const asked: string[] = [];
  const server = await startLoopback((request) => {
    asked.push(`${request.method} ${request.url.pathname}`);
    return answer(request) ?? { status: 404, text: "" };
  });
  t.after(() => server.close());
  const calendar = createCalDavCalendar({ allowPrivate: true, now, ...options });
  const credentials = { serverUrl: server.url, username: "olive", password: "secret" };
  return {
    asked,
    calendar,
    credentials,
    account: { calendarId: `${server.url}/cal/`, credentials },
    url: server.url,
  };
}

const xml = (body: string): LoopbackReply => ({
  status: 207,
  text: `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/">${body}</d:multistatus>`,
  headers: { "content-type": "application/xml; charset=utf-8" },
});
const found = (href: string, props: string) =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
const gone = (href: string) =>
  `<d:response><d:href>${href}</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>`;
const to = (location: string): LoopbackReply => ({ status: 301, text: "", headers: { location } });
const principal = (href: string) =>
  `<d:current-user-principal><d:href>${href}</d:href></d:current-user-principal>`;
const home = (href: string) => `<c:calendar-home-set><d:href>${href}</d:href></c:calendar-home-set>`;
const calendarAt = (href: string, name: string, more = "") =>
  found(
    href,
    `<d:displayname>${name}</d:displayname><d:resourcetype><d:collection/><c:calendar/></d:resourcetype>${more}`,
  );
const event = (uid: string, hour: string) =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nDTSTART:20260303T${hour}0000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
const stored = (href: string, etag: string, text: string) =>
  found(href, `<d:getetag>"${etag}"</d:getetag><c:calendar-data>${text}</c:calendar-data>`);
const may = (...names: string[]) =>
  `<d:current-user-privilege-set>${names.map((name) => `<d:privilege><d:${name}/></d:privilege>`).join("")}</d:current-user-privilege-set>`;

test("a server in a subfolder is found by .well-known, as Nextcloud's is", async (t) => {
  const { calendar, credentials, url } = await serve(t, ({ url: { pathname }, body }) => {
    if (pathname === "/.well-known/caldav") return to("/remote.php/dav/");
    if (body.includes("current-user-principal"))
      return xml(found(pathname, principal("/remote.php/dav/principals/users/olive/")));
    if (body.includes("calendar-home-set"))
      return xml(found(pathname, home("/remote.php/dav/calendars/olive/")));
    if (!pathname.startsWith("/remote.php/dav/calendars/olive/")) return undefined;
    return xml(
      found(pathname, "<d:resourcetype><d:collection/></d:resourcetype>") +
        found(
          `${pathname}inbox/`,
          `<c:schedule-default-calendar-URL><d:href>${pathname}work/</d:href></c:schedule-default-calendar-URL>`,
        ) +
        calendarAt(`${pathname}holidays/`, "Holidays", may("read")) +
        calendarAt(`${pathname}2026/`, "2026", may("read", "write")) +
        calendarAt(`${pathname}work/`, "<![CDATA[Work & play]]>", may("read", "write-content")) +
        calendarAt(
          `${pathname}tasks/`,
          "Tasks",
          '<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>',
        ),
    );
  });
  const base = `${url}/remote.php/dav/calendars/olive`;
  assert.deepEqual(await calendar.listCalendars(credentials), [
    { id: `${base}/holidays/`, name: "Holidays", isPrimary: false, canWrite: false },
    { id: `${base}/2026/`, name: "2026", isPrimary: false, canWrite: true },
    { id: `${base}/work/`, name: "Work & play", isPrimary: true, canWrite: true },
  ]);
});

test("calendars may lie on another server than the one that knows them, as iCloud's do", async (t) => {
  const partition = await serve(t, ({ url: { pathname } }) =>
    pathname === "/123/calendars/" ? xml(calendarAt("/123/calendars/home/", "Home")) : undefined,
  );
  const { calendar, credentials } = await serve(t, ({ url: { pathname }, body }) => {
    if (body.includes("current-user-principal")) return xml(found(pathname, principal("/123/principal/")));
    if (body.includes("calendar-home-set"))
      return xml(found(pathname, home(`${partition.url}/123/calendars/`)));
    return undefined;
  });
  assert.deepEqual(await calendar.listCalendars(credentials), [
    { id: `${partition.url}/123/calendars/home/`, name: "Home", isPrimary: true, canWrite: true },
  ]);
});

test("an address leads to the server its domain names, and a calendar's own address to that calendar", async (t) => {
  const looked: string[] = [];
  const findServices = async (name: string) => {
    looked.push(name);
    return [
      { name: "backup.invalid", port: 443, priority: 20, weight: 0 },
      { name: "dav.invalid", port: 8443, priority: 10, weight: 0 },
    ];
  };
  const { calendar, credentials, asked, url } = await serve(
    t,
    ({ url: { pathname } }) => (pathname === "/cal/" ? xml(calendarAt("/cal/", "Only one")) : undefined),
    { findServices },
  );
  const byAddress = { ...credentials, serverUrl: "olive@shop.test" };
  assert.equal((await providerErrorOf(calendar.listCalendars(byAddress))).code, "network");
  assert.deepEqual(looked, ["_caldavs._tcp.shop.test"]);
  const direct = await calendar.listCalendars({ ...credentials, serverUrl: `${url}/cal/` });
  assert.deepEqual(
    direct.map(({ name }) => name),
    ["Only one"],
  );
  assert.ok(asked.includes("PROPFIND /cal/"));
});

test("where the server counts no changes, its ctag or the etags say whether there were any", async (t) => {
  for (const countsWhole of [true, false]) {
    let version = 1;
    let reads = 0;
    const { calendar, account } = await serve(t, ({ method, body }) => {
      const etag = `<d:getetag>"${version}"</d:getetag>`;
      if (method === "REPORT") {
        reads++;
        return xml(stored("/cal/one.ics", String(version), event("one", version === 1 ? "09" : "10")));
      }
      if (body.includes("getctag"))
        return xml(found("/cal/", countsWhole ? `<cs:getctag>${version}</cs:getctag>` : ""));
      return xml(found("/cal/", "") + found("/cal/one.ics", etag));
    });
    const first = await calendar.changes(account, range);
    assert.deepEqual([first.full, first.changes.length, reads], [true, 1, 1]);
    const same = await calendar.changes(account, range, first.syncToken);
    assert.deepEqual([same.full, same.changes, reads], [false, [], 1]);
    version = 2;
    const next = await calendar.changes(account, range, same.syncToken);
    assert.equal(next.full, true);
    const [change] = next.changes;
    assert.equal(!change?.removed && change?.busy[0]?.start.toISOString(), "2026-03-03T10:00:00.000Z");
  }
});

test("changes that come in several answers are all told, and one that is gone meanwhile as gone", async (t) => {
  const reports =
    "<d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report></d:supported-report-set>";
  const more =
    "<d:response><d:href>/cal/</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status></d:response>";
  const { calendar, account, url } = await serve(t, ({ method, body, url: { pathname } }) => {
    if (method === "GET")
      return pathname === "/cal/one.ics" ? { status: 200, text: event("one", "09") } : undefined;
    if (body.includes("sync-collection") && method === "REPORT") {
      const isFirst = body.includes("token-1");
      return xml(
        isFirst
          ? `${found("/cal/one.ics", '<d:getetag>"1"</d:getetag>')}${more}<d:sync-token>token-2</d:sync-token>`
          : `${gone("/cal/two.ics")}${found("/cal/three.ics", '<d:getetag>"3"</d:getetag>')}<d:sync-token>3</d:sync-token>`,
      );
    }
    if (body.includes("calendar-multiget"))
      return xml(stored("/cal/one.ics", "1", event("one", "09")) + gone("/cal/three.ics"));
    if (method === "REPORT") return xml("");
    return xml(found("/cal/", `<d:sync-token>token-1</d:sync-token>${reports}`));
  });
  const { syncToken } = await calendar.changes(account, range);
  const { full, changes, syncToken: next } = await calendar.changes(account, range, syncToken);
  assert.equal(full, false);
  assert.deepEqual(
    changes.map(({ externalId, removed = false }) => [externalId.replace(url, ""), removed]),
    [
      ["/cal/one.ics", false],
      ["/cal/two.ics", true],
      ["/cal/three.ics", true],
    ],
  );
  assert.equal(JSON.parse(next!).token, "3");
});

test("an entry that changes while it is moved is read again, once", async (t) => {
  for (const [changes, expected] of [
    [1, "written"],
    [9, "conflict"],
  ] as const) {
    let refusals = 0;
    const conditions: unknown[] = [];
    const { calendar, account } = await serve(t, ({ method, headers }) => {
      if (method === "GET")
        return { status: 200, text: event("1@frontdesk", "09"), headers: { etag: `"${refusals}"` } };
      conditions.push(headers["if-match"]);
      return refusals++ < changes ? { status: 412, text: "" } : { status: 204, text: "" };
    });
    const updating = calendar.updateEvent(account, `${account.calendarId}x.ics`, booking);
    const outcome = await updating.then(
      () => "written",
      (error: { code: string }) => error.code,
    );
    assert.deepEqual([outcome, conditions], [expected, ['"0"', '"1"']]);
  }
});

const refusals: [number, Record<string, string>, [string, boolean, number | undefined]][] = [
  [401, {}, ["revoked", false, undefined]],
  [403, {}, ["revoked", false, undefined]],
  [404, {}, ["not-found", false, undefined]],
  [410, {}, ["not-found", false, undefined]],
  [429, { "retry-after": "120" }, ["rate-limited", true, 120_000]],
  [503, { "retry-after": "Mon, 02 Mar 2026 09:10:00 GMT" }, ["rate-limited", true, 600_000]],
  [500, {}, ["http-500", true, undefined]],
  [400, {}, ["http-400", false, undefined]],
];

for (const [status, headers, expected] of refusals) {
  test(`${status} means the same whatever was asked`, async (t) => {
    const { calendar, account } = await serve(t, () => ({ status, text: "", headers }));
    for (const attempt of [
      () => calendar.busy(account, range),
      () => calendar.changes(account, range),
      () => calendar.insertEvent(account, booking),
    ]) {
      const { code, retryable, retryAfterMs } = await providerErrorOf(attempt());
      assert.deepEqual([code, retryable, retryAfterMs], expected);
    }
  });
}

test("a web page is not a calendar server, and silence is not an answer", async (t) => {
  const page = await serve(t, () => ({ status: 200, text: "<html>Welcome</html>" }));
  assert.deepEqual(
    await page.calendar.listCalendars(page.credentials).catch(({ code }) => code),
    "bad-response",
  );
  const { code, retryable } = await providerErrorOf(page.calendar.busy(page.account, range));
  assert.deepEqual([code, retryable], ["bad-response", false]);
  const silent = await serve(t, () => "drop");
  const refusal = await providerErrorOf(silent.calendar.busy(silent.account, range));
  assert.deepEqual([refusal.code, refusal.retryable], ["network", true]);
});

test("the password goes to no other server by a redirect", async (t) => {
  const seen: (string | undefined)[] = [];
  const other = await serve(t, ({ headers }) => {
    seen.push(headers.authorization);
    return xml("");
  });
  const { calendar, account } = await serve(t, ({ url: { pathname } }) =>
    pathname === "/cal/" ? to(`${other.url}${pathname}`) : undefined,
  );
  await calendar.busy(account, range);
  assert.ok(seen.length > 0);
  assert.deepEqual([...new Set(seen)], [undefined]);
});
