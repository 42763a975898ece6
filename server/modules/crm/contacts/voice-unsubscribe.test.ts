import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();
const path = "/api/v1/contacts/voice/unsubscribe";
const failure = "UNSUBSCRIBE NOT COMPLETED -- DO NOT TELL THE CALLER THEY HAVE BEEN REMOVED";
const caller = "+447700900123";

type Row = Record<string, unknown> & { id: string };

async function person(workspace: TestWorkspace, more: object = { phone: caller }): Promise<string> {
  const answer = await workspace.call("POST", "/api/v1/contacts", { first_name: "Ann", ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}

async function flags(workspace: TestWorkspace, id: string): Promise<unknown[]> {
  const row = (await workspace.call("GET", `/api/v1/contacts/${id}`)).body.data as Row;
  return [row["email_unsubscribed"], row["sms_unsubscribed"]];
}

function failed(answer: Answer, status: number): void {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
  assert.ok(answer.text.startsWith(failure), answer.text);
}

test("workspace.unsubscribe_voice_caller#0 workspace.unsubscribe_voice_caller#2 workspace.unsubscribe_voice_caller#4 workspace.unsubscribe_voice_caller#9 a sentence to read aloud, from the envelope or flat", async () => {
  const workspace = await frontdesk.workspace();
  for (const body of [
    { call: { call_id: "1" }, name: "unsubscribe", args: { phone: caller } },
    { phone: caller },
  ]) {
    const id = await person(workspace);
    const answer = await workspace.call("POST", path, body);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
    assert.match(answer.text, /^Done\. You have been unsubscribed/);
    assert.deepEqual(await flags(workspace, id), [true, true]);
  }
});

test("workspace.unsubscribe_voice_caller#1 the caller is who args name, else who rang in or was rung up", async () => {
  const workspace = await frontdesk.workspace();
  const ours = "+442079460999";
  const named = {
    call: { direction: "inbound", from_number: ours, to_number: ours },
    args: { phone: caller },
  };
  const inbound = { call: { direction: "inbound", from_number: caller, to_number: ours }, args: {} };
  const outbound = { call: { direction: "outbound", from_number: ours, to_number: caller }, args: {} };
  const empty = { ...inbound, args: { phone: "" } };
  for (const body of [named, inbound, outbound, empty]) {
    const id = await person(workspace);
    const answer = await workspace.call("POST", path, { name: "unsubscribe", ...body });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(await flags(workspace, id), [true, true]);
    await workspace.call("DELETE", `/api/v1/contacts/${id}`);
  }
});

test("workspace.unsubscribe_voice_caller#3 workspace.unsubscribe_voice_caller#7 all who share the number here, up to 20, and nobody elsewhere", async () => {
  const workspace = await frontdesk.workspace();
  const stranger = await frontdesk.workspace();
  const theirs = await person(stranger);
  const landline = "+442079460123";
  const records = Array.from({ length: 21 }, (_, n) => ({ first_name: `N${n}`, phone: caller }));
  const made = await workspace.call("POST", "/api/v1/contacts/bulk-create", { records });
  const fixed = await person(workspace, { landline });
  assert.equal((await workspace.call("POST", path, { phone: caller })).status, 200);
  const out = await workspace.call("GET", "/api/v1/contacts?email_unsubscribed=true&limit=100");
  assert.equal(out.body.data.length, 20);
  // The number itself is opted out, so the 21st gets no texts either.
  const texts = await workspace.call("GET", "/api/v1/contacts?sms_unsubscribed=true&limit=100");
  assert.equal(texts.body.data.length, 21);
  assert.deepEqual(await flags(workspace, made.body.data.created[0].id), [true, true]);
  assert.deepEqual(await flags(workspace, fixed), [false, false]);
  assert.deepEqual(await flags(stranger, theirs), [false, false]);
  assert.equal((await workspace.call("POST", path, { phone: landline })).status, 200);
  assert.deepEqual(await flags(workspace, fixed), [true, true]);
});

test("workspace.unsubscribe_voice_caller#5 the reason becomes a note, once", async () => {
  const workspace = await frontdesk.workspace();
  const id = await person(workspace, { phone: caller, notes: "Rings twice" });
  for (let times = 0; times < 2; times += 1) {
    await workspace.call("POST", path, { phone: caller, reason: "asked for it" });
  }
  const { notes } = (await workspace.call("GET", `/api/v1/contacts/${id}`)).body.data;
  assert.equal(notes, "Rings twice\n2026-03-02 Unsubscribed by phone: asked for it");
});

test("workspace.unsubscribe_voice_caller#6 every failure is spoken, and first says that nothing was done", async () => {
  const workspace = await frontdesk.workspace();
  const id = await person(workspace);
  failed(await workspace.call("POST", path, {}), 400);
  failed(await workspace.call("POST", path, { phone: "12" }), 400);
  failed(await workspace.call("POST", path, { phone: 12 }), 400);
  failed(await workspace.call("POST", path, { phone: "+447700900999" }), 404);
  failed(await workspace.call("POST", path, { call: {}, args: { phone: caller, reason: "\0" } }), 400);
  const key = await workspace.keyWith(["contacts:read"]);
  failed(await frontdesk.call("POST", path, { key, body: { phone: caller } }), 403);
  failed(await frontdesk.call("POST", path, { body: { phone: caller } }), 401);
  assert.deepEqual(await flags(workspace, id), [false, false]);
});

test("workspace.unsubscribe_voice_caller#8 the number may be written as people write it there", async () => {
  const workspace = await frontdesk.workspace({ country: "GB" });
  for (const phone of ["07700 900123", "+44 7700 900-123", "00447700900123"]) {
    const id = await person(workspace);
    const answer = await workspace.call("POST", path, { args: { phone }, call: {} });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(await flags(workspace, id), [true, true], phone);
    await workspace.call("DELETE", `/api/v1/contacts/${id}`);
  }
});
