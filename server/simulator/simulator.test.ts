import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Type } from "typebox";
import { systemActor } from "../kernel/actor.ts";
import { module, operation } from "../kernel/operation.ts";
import { job } from "../kernel/jobs.ts";
import { edge } from "../surfaces/edge.ts";
import { startHarness, startOfTime } from "../testing/harness.ts";

/** Webhooks that keep what they were sent, standing where the real ones do. */
const received: { path: string; form: Record<string, string> }[] = [];

function webhook(name: string, path: string, answer: string) {
  return operation({
    name,
    surface: edge,
    route: `POST ${path}`,
    scopes: [],
    effect: "write",
    noun: "webhook",
    section: "Test",
    summary: "Keeps what it was sent.",
    tenancy: "none",
    input: Type.Object({ form: Type.Record(Type.String(), Type.String()) }),
    output: Type.Object({}),
    shape: "bare",
    formWire: { read: (form) => ({ form }), present: () => answer },
    run: async (_ctx, { form }) => {
      received.push({ path, form });
      return {};
    },
  });
}

const rung: string[] = [];
const noteTime = job<{ name: string }>({
  name: "note-time",
  run: async ({ app }, { name }) => void rung.push(`${name} ${app.clock.now().toISOString()}`),
});
const stub = module({
  name: "stub",
  jobs: [noteTime],
  operations: [
    webhook("stub_voice", "/twilio/voice", '<Response><Dial action="/twilio/dial?a=1&amp;b=2"/></Response>'),
    webhook("stub_dial", "/twilio/dial", "<Response/>"),
    webhook("stub_sms", "/twilio/sms", "<Response/>"),
  ],
});

const folder = await mkdtemp(join(tmpdir(), "frontdesk-simulator-"));
after(() => rm(folder, { recursive: true, force: true }));
const facts = {
  workspace_id: randomUUID(),
  workspace_slug: "harbour-plumbing",
  api_key: "fd_test_secret",
  business_number: "+61291570000",
  owner_number: "+61491570110",
  time_zone: "Australia/Sydney",
  services: [{ id: "s", slug: "leak", name: "Leak", duration_minutes: 60 }],
};
await writeFile(join(folder, "demo.json"), JSON.stringify({ ...facts, private_token: "not for the page" }));

const frontdesk = await startHarness({
  environment: { FRONTDESK_SIMULATOR: "1", FRONTDESK_DATA: folder },
  modules: [stub],
});
const call: typeof frontdesk.call = (method, path, options = {}) =>
  frontdesk.call(method, path, { key: facts.api_key, ...options });
const later = (seconds: number) => new Date(startOfTime.getTime() + seconds * 1000);
const customer = "+61491570006";

test("the clock says what time it is, in whose zone, and what falls due next", async () => {
  const answer = await call("GET", "/simulator/clock");
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, {
    now: startOfTime.toISOString(),
    frozen: true,
    time_zone: "Australia/Sydney",
    next_due_at: null,
  });
});

test("the clock moves by seconds or to an instant, and answers when what fell due is done", async () => {
  const { id } = await frontdesk.workspace();
  await frontdesk.app.inWorkspace(
    {
      workspaceId: id,
      actor: systemActor(id),
      operation: "test",
      surface: "test",
      requestId: "r",
    },
    async (ctx) => {
      ctx.enqueue(noteTime, { name: "second" }, { startAt: later(3600) });
      ctx.enqueue(noteTime, { name: "first" }, { startAt: later(60) });
    },
  );
  const before = await call("GET", "/simulator/clock");
  assert.equal(before.body.next_due_at, later(60).toISOString());
  const moved = await call("POST", "/simulator/clock", { body: { advance_seconds: 600 } });
  assert.deepEqual([moved.status, moved.body], [200, { now: later(600).toISOString() }]);
  assert.deepEqual(rung, [`first ${later(60).toISOString()}`]);
  const set = await call("POST", "/simulator/clock", { body: { set_to: later(7200).toISOString() } });
  assert.deepEqual(set.body, { now: later(7200).toISOString() });
  assert.equal(rung[1], `second ${later(3600).toISOString()}`);
});

test("the clock is moved in one way at a time, forward, and by something that is a time", async () => {
  const now = (await call("GET", "/simulator/clock")).body.now;
  const refused: [unknown, string][] = [
    [{}, "advance_seconds"],
    [{ advance_seconds: 5, set_to: now }, "advance_seconds"],
    [{ advance_seconds: -5 }, "advance_seconds"],
    [{ advance_seconds: "soon" }, "advance_seconds"],
    [{ advance_seconds: 1e12 }, "advance_seconds"],
    [{ set_to: "tomorrow" }, "set_to"],
    [{ set_to: "2020-01-01T00:00:00Z" }, "set_to"],
    [{ set_to: "2090-01-01T00:00:00Z" }, "set_to"],
    [{ faster: true }, "faster"],
  ];
  for (const [body, field] of refused) {
    const answer = await call("POST", "/simulator/clock", { body });
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.equal(answer.body.error.code, "VALIDATION_ERROR");
    assert.equal(answer.body.error.details.fields[0].field, field, JSON.stringify(body));
    assert.ok(answer.body.error.fix);
  }
  assert.match(
    (await call("POST", "/simulator/clock", { body: { set_to: "2020-01-01T00:00:00Z" } })).body.error.message,
    /only goes forward/,
  );
  assert.equal((await call("GET", "/simulator/clock")).body.now, now);
});

test("the outbox is an array of what the local providers sent for the demo and for nobody else, newest last", async () => {
  const { telephony, email, calendars } = frontdesk.app.ports;
  const first = { from: facts.business_number, to: customer };
  await telephony.sendSms({ key: "o-1", workspaceId: facts.workspace_id, ...first, body: "first" });
  await telephony.sendSms({ key: "o-3", workspaceId: randomUUID(), ...first, body: "somebody else's" });
  const event = {
    uid: "u",
    sequence: 0,
    title: "Visit",
    start: startOfTime,
    end: later(60),
    timeZone: "UTC",
    attendees: [],
  };
  for (const id of [facts.workspace_id, randomUUID()]) {
    await calendars.local.insertEvent({ calendarId: `${id}/diary`, credentials: {} }, event);
  }
  await frontdesk.advance(60);
  await email.sendEmail({
    key: "o-2",
    workspaceId: facts.workspace_id,
    to: "a@example.test",
    from: "b@example.test",
    subject: "Second",
    text: "two",
  });
  const answer = await call("GET", "/simulator/outbox");
  assert.equal(answer.status, 200);
  const now = frontdesk.app.clock.now();
  const before = new Date(now.getTime() - 60_000).toISOString();
  const [calendar, ...messages] = answer.body;
  assert.equal(calendar.to, `${facts.workspace_id}/diary`);
  assert.deepEqual(messages, [
    { id: "o-1", channel: "sms", to: customer, from: facts.business_number, body: "first", at: before },
    {
      id: "o-2",
      channel: "email",
      to: "a@example.test",
      from: "b@example.test",
      subject: "Second",
      body: "two",
      at: now.toISOString(),
    },
  ]);
  const recent = await call("GET", `/simulator/outbox?after=${before}`);
  assert.deepEqual(
    recent.body.map((entry: { id: string }) => entry.id),
    ["o-2"],
  );
  const nonsense = await call("GET", "/simulator/outbox?after=yesterday");
  assert.equal(nonsense.body.error.details.fields[0].field, "after");
});

test("the session is told to this machine only, under a local name, and never through a proxy", async () => {
  const host = (name: string, more = {}) =>
    frontdesk.call("GET", "/simulator/session", { headers: { host: name, ...more } });
  const local = await host("localhost:8080");
  assert.equal(local.status, 200);
  assert.equal(local.body.api_key, facts.api_key);
  assert.equal(local.body.private_token, undefined);
  assert.equal(local.body.customers.length, 3);
  assert.equal((await host("evil.example")).status, 403);
  assert.equal((await host("localhost", { "x-forwarded-for": "127.0.0.1" })).status, 403);
  const bearer = (key: string) => host("evil.example", { authorization: `Bearer ${key}` });
  assert.equal((await bearer("fd_test_wrong!")).status, 403);
  assert.equal((await bearer(facts.api_key)).status, 200);
});

test("a call posts the form of an incoming call, and its outcome the form of the dial that ended", async () => {
  received.length = 0;
  const ringing = await call("POST", "/simulator/calls", { body: { from: customer } });
  assert.equal(ringing.status, 201);
  assert.match(ringing.body.call_sid, /^CA[0-9a-f]{32}$/);
  assert.match(ringing.body.twiml, /<Dial/);
  const [voice] = received;
  assert.deepEqual(
    [voice?.path, voice?.form["From"], voice?.form["To"], voice?.form["CallStatus"]],
    ["/twilio/voice", customer, facts.business_number, "ringing"],
  );
  const outcome = `/simulator/calls/${ringing.body.call_sid}/outcome`;
  assert.equal((await call("POST", outcome, { body: { outcome: "bored" } })).status, 400);
  assert.equal((await call("POST", outcome, { body: { outcome: "missed" } })).status, 200);
  const dial = received[1];
  assert.deepEqual(
    [dial?.path, dial?.form["DialCallStatus"], dial?.form["CallSid"]],
    ["/twilio/dial", "no-answer", ringing.body.call_sid],
  );
  assert.equal((await call("POST", outcome, { body: { outcome: "missed" } })).status, 409);
  assert.equal(
    (await call("POST", "/simulator/calls/CA0/outcome", { body: { outcome: "missed" } })).status,
    404,
  );
  const phone = await call("GET", `/simulator/phones/${customer}`);
  assert.equal(phone.body.calls.at(-1).outcome, "missed");
});

test("a text posts the form of an inbound message and stands on the phone it was written on", async () => {
  received.length = 0;
  const answer = await call("POST", "/simulator/texts", {
    body: { from: customer, body: "Bonjour & hello +1" },
  });
  assert.equal(answer.status, 201);
  const { form } = received[0] ?? assert.fail();
  assert.deepEqual(
    [form["Body"], form["From"], form["To"], form["MessageSid"], form["NumMedia"]],
    ["Bonjour & hello +1", customer, facts.business_number, answer.body.message_sid, "0"],
  );
  const { texts } = (await call("GET", `/simulator/phones/${customer}`)).body;
  assert.deepEqual(
    texts.map((text: { direction: string; body: string }) => [text.direction, text.body]),
    [
      ["received", "first"],
      ["sent", "Bonjour & hello +1"],
    ],
  );
  for (const [field, body] of [
    ["body", { from: customer, body: "a\0b" }],
    ["from", { from: `${customer}\0`, body: "x" }],
  ] as const) {
    const refused = await call("POST", "/simulator/texts", { body });
    assert.deepEqual(
      [refused.status, refused.body.error.details?.fields[0].field],
      [400, field],
      refused.text,
    );
  }
  const wrong = await call("POST", "/simulator/texts", { body: { from: "nobody", body: "x" } });
  assert.equal(wrong.body.error.details.fields[0].field, "from");
});

test("the phone company connects to the demo's own numbers only", async () => {
  received.length = 0;
  const { id } = await frontdesk.workspace();
  const others = "+61291570999";
  await frontdesk.app.database.transaction(id, (db) =>
    db
      .insert("phone_numbers", {
        id: randomUUID(),
        e164: others,
        created_at: startOfTime,
        updated_at: startOfTime,
      } as never)
      .execute(),
  );
  for (const [path, body] of [
    ["/simulator/texts", { from: customer, to: others, body: "x" }],
    ["/simulator/calls", { from: customer, to: others }],
  ] as const) {
    const answer = await call("POST", path, { body });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error.details.fields[0].field, "to");
  }
  assert.deepEqual(received, []);
  const named = { from: customer, to: facts.business_number, body: "x" };
  assert.equal((await call("POST", "/simulator/texts", { body: named })).status, 201);
});
