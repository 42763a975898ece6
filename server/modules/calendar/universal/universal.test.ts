import assert from "node:assert/strict";
import { after, test } from "node:test";
import { SignJWT } from "jose";
import { apiError, startLoopbackGoogle } from "../../../providers/calendar/loopback-google.ts";
import type { LoopbackGoogle } from "../../../providers/calendar/loopback-google.ts";
import { startHarness, startOfTime } from "../../../testing/harness.ts";
import type { Answer, Json } from "../../../testing/harness.ts";
import { openCalendar } from "../test-calendar.ts";

let tick = startOfTime.getTime();
const google: LoopbackGoogle = await startLoopbackGoogle({ now: () => new Date(tick++) });
after(() => google.close());
const frontdesk = await startHarness({ environment: { GOOGLE_API_BASE_URL: google.baseUrl } });

async function token(claims: Record<string, unknown> = {}, seconds = 60): Promise<string> {
  const now = Math.floor(startOfTime.getTime() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setAudience("frontdesk")
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(new TextEncoder().encode(frontdesk.app.ports.secrets.serviceJwt));
}

const owner = { businessId: "biz_123", employeeId: "emp_1", accessToken: "access-1" };
const tuesday = { start: "2026-03-03", end: "2026-03-03" };
const bodies: Record<"availability" | "book" | "cancel", Json> = {
  availability: {
    ...owner,
    range: tuesday,
    policy: { durationMin: 60, bufferMin: 0, doubleBook: "NODOUBLE" },
  },
  book: {
    ...owner,
    slot: { start: "2026-03-03T10:00:00Z", end: "2026-03-03T11:00:00Z" },
    title: "Drain cleaning for +13105559876",
    description: "Caller: +13105559876",
    idempotencyKey: "book_c_456",
  },
  cancel: { ...owner, externalId: "event00", idempotencyKey: "cancel_event00" },
};

type Verb = keyof typeof bodies;

async function call(verb: Verb, fields: Json = {}, key?: string): Promise<Answer> {
  return frontdesk.call("POST", `/v1/calendar/${verb}`, {
    key: key ?? (await token()),
    body: { ...bodies[verb], ...fields },
  });
}

/** "10:00" of every slot. */
async function starts(fields: Json = {}): Promise<string[]> {
  const answer = await call("availability", fields);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.slots.map(({ start }: Json) => start.slice(11, 16));
}

function emptyCalendar(): void {
  google.events.clear();
  google.requests.length = 0;
}

const busyAt = (id: string, from: string, to: string) =>
  google.put({ id, start: `2026-03-03T${from}:00Z`, end: `2026-03-03T${to}:00Z` });

const wholeDay = ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"];

/** What all three promise: who may call, that they speak JSON, how they say no. */
const rulesOf: Record<Verb, [token: string, json: string, refusal: string]> = {
  availability: [
    "edge.get_calendar_availability#0",
    "edge.get_calendar_availability#3",
    "edge.get_calendar_availability#4",
  ],
  book: ["edge.book_calendar_slot#0", "edge.book_calendar_slot#3", "edge.book_calendar_slot#4"],
  cancel: ["edge.cancel_calendar_event#0", "edge.cancel_calendar_event#4", "edge.cancel_calendar_event#5"],
};

for (const verb of Object.keys(bodies) as Verb[]) {
  const [byToken, asJson, refusal] = rulesOf[verb];

  test(`${byToken} needs a service token for this business; the calendar's token arrives in the body and goes to Google only`, async () => {
    emptyCalendar();
    const path = `/v1/calendar/${verb}`;
    assert.equal((await frontdesk.call("POST", path, { body: bodies[verb] })).status, 401);
    assert.equal((await call(verb, {}, await token({}, 3600))).status, 401);
    const foreign = await call(verb, {}, await token({ bizId: "biz_999" }));
    assert.deepEqual([foreign.status, foreign.body.error.code], [401, "UNAUTHORIZED"]);
    assert.equal(google.requests.length, 0);
    const allowed = await call(verb, {}, await token({ bizId: "biz_123" }));
    assert.equal(allowed.status, 200, allowed.text);
    assert.equal(google.requests[0]?.headers.authorization, "Bearer access-1");
    assert.ok(!allowed.text.includes("access-1"));
    const { accessToken: _left, ...without } = bodies[verb];
    const missing = await frontdesk.call("POST", path, { key: await token(), body: without });
    assert.equal(missing.body.error.code, "BAD_REQUEST");
    assert.match(missing.body.error.message, /accessToken/);
  });

  test(`${asJson} accepts and returns application/json only`, async () => {
    emptyCalendar();
    const answer = await call(verb);
    assert.match(answer.headers["content-type"] ?? "", /^application\/json/);
    for (const type of ["application/x-www-form-urlencoded", "text/plain", "application/xml"]) {
      const refused = await frontdesk.call("POST", `/v1/calendar/${verb}`, {
        key: await token(),
        headers: { "content-type": type },
        body: type.includes("form") ? "businessId=biz_123&employeeId=emp_1" : JSON.stringify(bodies[verb]),
      });
      assert.ok(refused.status === 400 || refused.status === 415, `${type}: ${refused.status}`);
      assert.equal(refused.body.error.code, "BAD_REQUEST");
      assert.match(refused.headers["content-type"] ?? "", /^application\/json/);
    }
    const broken = await frontdesk.call("POST", `/v1/calendar/${verb}`, { key: await token(), body: "{" });
    assert.equal(broken.body.error.code, "BAD_REQUEST");
  });

  test(`${refusal} says what is wrong as {ok: false, error: {code, message}}`, async () => {
    emptyCalendar();
    const refusals: [Answer, number, string][] = [
      [await call(verb, { businessId: "" }), 400, "BAD_REQUEST"],
      [await call(verb, { accessToken: "ended" }), 401, "UNAUTHORIZED"],
    ];
    google.failNext(apiError(503, "backendError"));
    refusals.push([await call(verb), 503, "PROVIDER_ERROR"]);
    google.failNext(apiError(429, "rateLimitExceeded", { "retry-after": "20" }));
    const limited = await call(verb);
    refusals.push([limited, 503, "PROVIDER_ERROR"]);
    assert.equal(limited.headers["retry-after"], "20");
    for (const [answer, status, code] of refusals) {
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.body.ok, false);
      assert.equal(answer.body.error.code, code);
      assert.equal(typeof answer.body.error.message, "string");
    }
  });
}

test("edge.get_calendar_availability#1 durationMin is the length, bufferMin the gap, NODOUBLE keeps off what is busy", async () => {
  emptyCalendar();
  assert.deepEqual(await starts(), wholeDay);
  busyAt("dentist", "10:30", "11:30");
  assert.deepEqual(await starts(), ["09:00", "12:00", "13:00", "14:00", "15:00", "16:00"]);
  const policy = (fields: Json) => ({
    policy: { durationMin: 60, bufferMin: 0, doubleBook: "NODOUBLE", ...fields },
  });
  assert.deepEqual(await starts(policy({ doubleBook: "ALLOW_WITH_WARN" })), wholeDay);
  // 75 minutes apart; 10:15 and 11:30 lie within a quarter of an hour of the dentist.
  assert.deepEqual(await starts(policy({ bufferMin: 15 })), ["09:00", "12:45", "14:00", "15:15"]);
  const long = await call("availability", policy({ durationMin: 120 }));
  assert.deepEqual(
    long.body.slots.map(({ start, end }: Json) => Date.parse(end) - Date.parse(start)),
    [7_200_000, 7_200_000],
  );
  const unknown = await call("availability", policy({ doubleBook: "NO_DOUBLE" }));
  assert.equal(unknown.body.error.code, "BAD_REQUEST");
  assert.match(unknown.body.error.message, /doubleBook/);
});

test("edge.get_calendar_availability#2 the range's dates are both included, slots are UTC instants", async () => {
  emptyCalendar();
  const answer = await call("availability", { range: { start: "2026-03-06", end: "2026-03-09" } });
  const { slots } = answer.body;
  assert.deepEqual(slots[0], { start: "2026-03-06T09:00:00Z", end: "2026-03-06T10:00:00Z" });
  assert.deepEqual(slots.at(-1), { start: "2026-03-09T16:00:00Z", end: "2026-03-09T17:00:00Z" });
  assert.equal(slots.length, 16, "Friday and Monday, not the weekend");
  for (const range of [
    { start: "2026-03-06", end: "2026-03-05" },
    { start: "2026-02-30", end: "2026-03-05" },
    { start: "2026-03-06", end: "2027-03-05" },
    { start: "soon", end: "2026-03-05" },
  ]) {
    const refused = await call("availability", { range });
    assert.equal(refused.body.error.code, "BAD_REQUEST");
    assert.match(refused.body.error.message, /range\./);
  }
});

test("edge.get_calendar_availability#2 a member's own hours and zone count, and what is booked here", async () => {
  emptyCalendar();
  const calendar = await openCalendar(frontdesk);
  const { workspace } = calendar;
  const own = { businessId: workspace.id, employeeId: workspace.adminId };
  const range = { start: "2026-03-30", end: "2026-03-30" };
  // British summer time has begun: nine in London is eight in UTC.
  assert.deepEqual((await starts({ ...own, range })).slice(0, 2), ["08:00", "09:00"]);
  assert.equal((await calendar.book()).status, 201);
  assert.deepEqual(
    await starts(own),
    wholeDay.filter((time) => time !== "10:00"),
  );
  const refused = await call("book", own);
  assert.deepEqual([refused.status, refused.body.error.code], [409, "CONFLICT"]);
  assert.equal(google.events.size, 0);
});

test("edge.book_calendar_slot#1 a retry answers the same externalId and writes no second event", async () => {
  emptyCalendar();
  const first = await call("book");
  assert.equal(first.status, 200, first.text);
  const again = await call("book");
  assert.deepEqual([again.status, again.body], [200, first.body]);
  assert.equal(google.events.size, 1);
  const other = await call("book", {
    slot: { start: "2026-03-03T14:00:00Z", end: "2026-03-03T15:00:00Z" },
  });
  assert.deepEqual([other.status, other.body.error.code], [409, "CONFLICT"], "the key means another slot");
  // The answer is lost on its way: Google has written, we have not heard.
  google.events.clear();
  google.failNext({ status: 404, json: {} });
  google.failNext({ status: 200, json: { calendars: { primary: { busy: [] } } } });
  google.failNext("drop");
  assert.equal((await call("book")).body.error.code, "PROVIDER_ERROR");
  const retried = await call("book");
  assert.deepEqual(retried.body, first.body);
  assert.equal(google.events.size, 1);
  const [event] = google.events.values();
  assert.equal(event?.["summary"], "Drain cleaning for +13105559876");
  assert.equal(event["description"], "Caller: +13105559876");
});

test("edge.book_calendar_slot#2 answers {ok: true, externalId}; a busy slot is a CONFLICT unless doubles are allowed", async () => {
  emptyCalendar();
  busyAt("dentist", "10:30", "11:30");
  const refused = await call("book");
  assert.deepEqual([refused.status, refused.body.error.code], [409, "CONFLICT"]);
  assert.equal(google.events.size, 1);
  const allowed = await call("book", { policy: { doubleBook: "ALLOW_WITH_WARN" } });
  assert.deepEqual(Object.keys(allowed.body).sort(), ["externalId", "ok"]);
  assert.equal(allowed.body.ok, true);
  assert.ok(google.events.has(allowed.body.externalId));
  const backwards = await call("book", {
    slot: { start: "2026-03-03T11:00:00Z", end: "2026-03-03T10:00:00Z" },
  });
  assert.equal(backwards.body.error.code, "BAD_REQUEST");
});

test("edge.book_calendar_slot#2 of ten callers at once for one slot exactly one books", async () => {
  emptyCalendar();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => call("book", { idempotencyKey: `racer-${n}` })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array<number>(9).fill(409)]);
  const kept = [...google.events.values()].filter(({ status }) => status !== "cancelled");
  const winner = answers.find(({ status }) => status === 200);
  assert.deepEqual(
    kept.map(({ id }) => id),
    [winner?.body.externalId],
  );
  for (const [n, { status }] of answers.entries()) {
    const retried = await call("book", { idempotencyKey: `racer-${n}` });
    assert.equal(retried.status, status, "who lost does not win by asking again");
  }
});

test("edge.cancel_calendar_event#1 edge.cancel_calendar_event#3 what booking answered is cancelled and free again: {ok: true}", async () => {
  emptyCalendar();
  const { externalId } = (await call("book")).body;
  assert.ok(!(await starts()).includes("10:00"));
  const cancelled = await call("cancel", { externalId });
  assert.deepEqual([cancelled.status, cancelled.body], [200, { ok: true }]);
  assert.deepEqual(await starts(), wholeDay);
});

test("edge.cancel_calendar_event#2 a retry changes nothing and answers the same", async () => {
  emptyCalendar();
  const { externalId } = (await call("book")).body;
  google.failNext(apiError(503, "backendError"));
  assert.equal((await call("cancel", { externalId })).body.error.code, "PROVIDER_ERROR");
  for (let time = 0; time < 3; time++) {
    assert.deepEqual((await call("cancel", { externalId })).body, { ok: true });
  }
});

test("edge.book_calendar_slot#1 what was cancelled and is booked again under its key is there again, and ok is never said of what is not", async () => {
  emptyCalendar();
  const { externalId } = (await call("book")).body;
  await call("cancel", { externalId });
  assert.equal(google.events.get(externalId)?.status, "cancelled");
  assert.deepEqual((await call("book")).body, { ok: true, externalId });
  assert.equal(google.events.get(externalId)?.status, "confirmed");
  assert.ok(!(await starts()).includes("10:00"));
  // Somebody else has the slot by then: nothing is brought back.
  await call("cancel", { externalId });
  assert.equal((await call("book", { idempotencyKey: "another" })).status, 200);
  const refused = await call("book");
  assert.deepEqual([refused.status, refused.body.error.code], [409, "CONFLICT"]);
  assert.equal(google.events.get(externalId)?.status, "cancelled");
});

test("edge.book_calendar_slot#2 what is brought back gives way to whoever came in between, however young", async () => {
  emptyCalendar();
  const { externalId } = (await call("book")).body;
  await call("cancel", { externalId });
  const answers = await Promise.all([call("book"), call("book", { idempotencyKey: "racer" })]);
  const kept = [...google.events.values()].filter(({ status }) => status !== "cancelled");
  assert.equal(kept.length, answers.filter(({ status }) => status === 200).length);
  assert.ok(kept.length <= 1);
});
