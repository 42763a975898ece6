import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { insertService } from "../inbound/sms.fixtures.ts";
import { businessWithNumber, freshNumber, inside, outbox, postForm } from "../testing.ts";
import type { TestBusiness } from "../testing.ts";

const frontdesk = await startHarness();
let serial = 0;

function receive(business: TestBusiness, from: string, Body: string) {
  serial += 1;
  return postForm(frontdesk, "/twilio/sms", {
    MessageSid: `SM${serial}`,
    From: from,
    To: business.number,
    Body,
  });
}

async function conversations(business: TestBusiness, query = "") {
  const answer = await business.call("GET", `/api/v1/sms/conversations${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

/** A key that was made by a member of the team. */
async function keyOf(business: TestBusiness, scopes = ["sms:read", "sms:send", "sms:write"]) {
  const { secret } = await frontdesk.app.credentials.issue({
    workspaceId: business.id,
    kind: "workspace",
    name: "Olive's key",
    scopes,
    approvalLevel: "full",
    createdBy: business.adminId,
  });
  return secret;
}

test("workspace.send_sms#2 without phone_number_id the company's default number sends, with it the one named", async () => {
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  const answer = await business.call("POST", "/api/v1/sms/send", { to_number: to, message: "On our way" });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.body.data.status, answer.body.data.from_number], ["queued", business.number]);
  const second = freshNumber();
  const numberId = await inside(frontdesk, business.id, async (ctx) => {
    const { insertNumber } = await import("../../phone/numbers/numbers.store.ts");
    return (await insertNumber(ctx, { e164: second, status: "ACTIVE" })).id;
  });
  await business.call("POST", "/api/v1/sms/send", {
    to_number: to,
    message: "From the other",
    phone_number_id: numberId,
  });
  await frontdesk.settle();
  assert.deepEqual(
    (await outbox(frontdesk, to)).map(({ from, body }) => [from, body]),
    [
      [business.number, "On our way"],
      [second, "From the other"],
    ],
  );
  const unknown = await business.call("POST", "/api/v1/sms/send", {
    to_number: to,
    message: "x",
    phone_number_id: business.adminId,
  });
  assert.equal(unknown.status, 404);
});

test("workspace.send_sms#3 to_number must be E.164", async () => {
  const business = await businessWithNumber(frontdesk);
  for (const to_number of ["0412 345 678", "61412345678", "+0412345678", "+61 412 345 678", "hello", ""]) {
    const answer = await business.call("POST", "/api/v1/sms/send", { to_number, message: "Hi" });
    assert.equal(answer.status, 400, to_number);
    assert.equal(answer.body.error.code, "VALIDATION_ERROR");
    assert.equal(answer.body.error.details.fields[0].field, "to_number");
  }
  const empty = await business.call("POST", "/api/v1/sms/send", {
    to_number: business.customer(),
    message: "  ",
  });
  assert.equal(empty.body.error.details.fields[0].field, "message");
});

test("workspace.send_sms#0 workspace.send_sms#1 somebody who opted out: 200 suppressed, not delivered, not in the thread", async () => {
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  await business.call("POST", "/api/v1/sms/send", { to_number: to, message: "before" });
  await frontdesk.settle();
  const [contact] = (await business.call("GET", "/api/v1/contacts")).body.data;
  await business.call("PATCH", `/api/v1/contacts/${contact.id}`, { sms_unsubscribed: true });
  const answer = await business.call("POST", "/api/v1/sms/send", { to_number: to, message: "after" });
  assert.equal(answer.status, 200);
  assert.deepEqual([answer.body.data.status, answer.body.data.message_id], ["suppressed", null]);
  await frontdesk.settle();
  assert.deepEqual(
    (await outbox(frontdesk, to)).map((entry) => entry.body),
    ["before"],
  );
  const [conversation] = await conversations(business);
  const thread = await business.call("GET", `/api/v1/sms/conversations/${conversation.id}/messages`);
  assert.deepEqual(
    thread.body.data.map((one: { body: string }) => one.body),
    ["before"],
  );
  const [decision] = (
    await business.call("GET", `/api/v1/sms/guard-decisions?conversation_id=${conversation.id}`)
  ).body.data;
  assert.deepEqual([decision.reason, decision.body], ["opted_out", "after"]);
});

test("a business without a number cannot send and is told so; the same key twice sends once", async () => {
  const bare = await frontdesk.workspace();
  const answer = await bare.call("POST", "/api/v1/sms/send", { to_number: freshNumber(), message: "Hi" });
  assert.equal(answer.status, 409);
  const business = await businessWithNumber(frontdesk);
  const to = business.customer();
  const send = () =>
    business.call(
      "POST",
      "/api/v1/sms/send",
      { to_number: to, message: "Once" },
      { "idempotency-key": "k1" },
    );
  const [first, second] = [await send(), await send()];
  assert.equal(first.body.data.message_id, second.body.data.message_id);
  await frontdesk.settle();
  assert.equal((await outbox(frontdesk, to)).length, 1);
});

test("workspace.list_sms_conversations#0 workspace.get_sms_conversation#0 who took part, and what a conversation is linked to", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  await receive(business, customer, "Hello");
  const [before] = await conversations(business);
  assert.deepEqual(before.involved_user_ids, []);
  const key = await keyOf(business);
  await frontdesk.call("POST", "/api/v1/sms/send", {
    key,
    body: { to_number: customer, message: "Hello, Olive here" },
  });
  const [row] = await conversations(business);
  assert.deepEqual(row.involved_user_ids, [business.adminId]);
  assert.deepEqual([row.state, row.last_message.body], ["human_active", "Hello, Olive here"]);
  const bookingId = await inside(frontdesk, business.id, (ctx) =>
    insertService(ctx, row.contact_id, customer),
  );
  const { body } = await business.call("GET", `/api/v1/sms/conversations/${row.id}`);
  assert.deepEqual(body.data.involved_user_ids, [business.adminId]);
  const linked = body.data.linked_entities.map(
    (one: { entity_type: string; id: string }) => `${one.entity_type} ${one.id}`,
  );
  assert.ok(linked.includes(`contact ${row.contact_id}`));
  assert.ok(linked.includes(`booking ${bookingId}`));
  assert.ok(linked.some((one: string) => one.startsWith("lead ")));
  const elsewhere = await frontdesk.workspace();
  assert.equal((await elsewhere.call("GET", `/api/v1/sms/conversations/${row.id}`)).status, 404);
  assert.equal((await elsewhere.call("GET", `/api/v1/sms/conversations/${row.id}/messages`)).status, 404);
});

test("a conversation is linked to its own contact's ten latest opportunities and coming bookings, and to nobody else's", async () => {
  const business = await businessWithNumber(frontdesk);
  const [customer, stranger] = [business.customer(), business.customer()];
  await receive(business, customer, "Hello");
  await receive(business, stranger, "Hello");
  const [theirs, mine] = await conversations(business);
  assert.deepEqual([mine.customer_e164, theirs.customer_e164], [customer, stranger]);
  const named = (contact_id: string) => async (name: string) => {
    const answer = await business.call("POST", "/api/v1/opportunities", { name, contact_id });
    assert.equal(answer.status, 201, answer.text);
    await frontdesk.advance(1);
  };
  const before = (await business.call("GET", `/api/v1/sms/conversations/${mine.id}`)).body.data
    .linked_entities;
  const own = before.filter((one: { entity_type: string }) => one.entity_type === "opportunity").length;
  for (let count = 0; count < 11; count += 1) await named(mine.contact_id)(`Deal ${count}`);
  await named(theirs.contact_id)("Not mine");
  const { body } = await business.call("GET", `/api/v1/sms/conversations/${mine.id}`);
  const linked = body.data.linked_entities as { entity_type: string; display_name: string; id: string }[];
  const deals = linked.filter((one) => one.entity_type === "opportunity").map((one) => one.display_name);
  assert.deepEqual(
    deals,
    Array.from({ length: 10 }, (_, n) => `Deal ${10 - n}`),
  );
  assert.ok(own <= 1);
  assert.equal(linked.filter((one) => one.entity_type === "contact").length, 1);
  assert.deepEqual(linked[0]?.id, mine.contact_id);
});

test("a conversation shows its own contact and its last message, and what is gone as gone", async () => {
  const business = await businessWithNumber(frontdesk);
  const [one, two] = [business.customer(), business.customer()];
  for (const [from, body] of [
    [one, "first"],
    [two, "other"],
    [one, "last"],
  ] as const) {
    await receive(business, from, body);
    await frontdesk.advance(1);
  }
  const shown = async () =>
    (await conversations(business)).map(
      (row: {
        contact: { id: string } | null;
        contact_id: string;
        last_message: { body: string; direction: string };
      }) => [row.contact?.id === row.contact_id, row.last_message.body],
    );
  const rows = await conversations(business);
  const mine = rows.find((row: { customer_e164: string }) => row.customer_e164 === one);
  assert.equal(mine.contact.id, mine.contact_id);
  assert.equal(mine.contact.phone, one);
  assert.equal((await shown()).length, 2);
  assert.equal((await business.call("DELETE", `/api/v1/contacts/${mine.contact_id}`)).status, 204);
  const { data } = (await business.call("GET", `/api/v1/sms/conversations/${mine.id}`)).body;
  assert.deepEqual([data.contact, data.contact_id], [null, null]);
  assert.deepEqual(data.linked_entities, []);
});

test("conversations come latest first, by pages, and by filter", async () => {
  const business = await businessWithNumber(frontdesk);
  for (const body of ["one", "two", "three"]) {
    await receive(business, business.customer(), body);
    await frontdesk.advance(1);
  }
  const newest = await business.call("GET", "/api/v1/sms/conversations?limit=2");
  assert.equal(newest.body.data.length, 2);
  const rest = await business.call(
    "GET",
    `/api/v1/sms/conversations?limit=2&cursor=${newest.body.pagination.next_cursor}`,
  );
  const ids = [...newest.body.data, ...rest.body.data].map((one: { id: string }) => one.id);
  assert.equal(new Set(ids).size, 3);
  assert.equal((await conversations(business, "?unread=true")).length, 3);
  assert.equal((await conversations(business, "?status=archived")).length, 0);
  assert.equal((await business.call("GET", "/api/v1/sms/conversations?status=lost")).status, 400);
});

test("messages read from the top, or from the end when asked to", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  for (const message of ["one", "two", "three"]) {
    await business.call("POST", "/api/v1/sms/send", { to_number: customer, message });
  }
  const [{ id }] = await conversations(business);
  const path = `/api/v1/sms/conversations/${id}/messages`;
  const bodies = async (query: string) =>
    (await business.call("GET", path + query)).body.data.map((one: { body: string }) => one.body);
  assert.deepEqual(await bodies(""), ["one", "two", "three"]);
  assert.deepEqual(await bodies("?order=desc&limit=2"), ["three", "two"]);
});

test("workspace.update_sms_conversation#0 workspace.update_sms_conversation#1 unread_count 0 marks read, status archives", async () => {
  const business = await businessWithNumber(frontdesk);
  await receive(business, business.customer(), "Hello");
  const [{ id, unread_count }] = await conversations(business);
  assert.equal(unread_count, 1);
  const path = `/api/v1/sms/conversations/${id}`;
  const read = await business.call("PATCH", path, { unread_count: 0 });
  assert.deepEqual([read.status, read.body.data.unread_count, read.body.data.status], [200, 0, "active"]);
  const archived = await business.call("PATCH", path, { status: "archived" });
  assert.equal(archived.body.data.status, "archived");
  assert.equal((await conversations(business, "?status=archived")).length, 1);
  const back = await business.call("PATCH", path, { status: "active" });
  assert.equal(back.body.data.status, "active");
  assert.equal((await conversations(business, "?status=archived")).length, 0);
  await receive(business, business.customer(), "Hello");
  for (const body of [{ status: "gone" }, { unread_count: -1 }, { unread_count: 7 }, { state: "closed" }]) {
    assert.equal((await business.call("PATCH", path, body)).status, 400);
  }
  assert.equal(
    (await business.call("PATCH", `/api/v1/sms/conversations/${business.adminId}`, {})).status,
    404,
  );
});

test("workspace.mark_sms_conversations_read#0 workspace.mark_sms_conversations_read#1 by ids or all, answering how many", async () => {
  const business = await businessWithNumber(frontdesk);
  for (let count = 0; count < 3; count += 1) await receive(business, business.customer(), "Hello");
  const rows = await conversations(business);
  const mark = (body: unknown) => business.call("POST", "/api/v1/sms/conversations/mark-read", body);
  const one = await mark({ conversation_ids: [rows[0].id, business.adminId] });
  assert.deepEqual([one.status, one.body.data], [200, { updated: 1 }]);
  assert.deepEqual((await mark({ all: true })).body.data, { updated: 2 });
  assert.deepEqual((await mark({ all: true })).body.data, { updated: 0 });
  for (const body of [
    {},
    { all: false },
    { all: true, conversation_ids: [rows[0].id] },
    { conversation_ids: Array(101).fill(rows[0].id) },
  ]) {
    const answer = await mark(body);
    assert.equal(answer.status, 400, JSON.stringify(body));
  }
});

test("each operation needs its own scope", async () => {
  const business = await businessWithNumber(frontdesk);
  const key = await keyOf(business, ["sms:read"]);
  assert.equal((await frontdesk.call("GET", "/api/v1/sms/conversations", { key })).status, 200);
  const send = { key, body: { to_number: business.customer(), message: "Hi" } };
  assert.equal((await frontdesk.call("POST", "/api/v1/sms/send", send)).status, 403);
  assert.equal(
    (await frontdesk.call("POST", "/api/v1/sms/conversations/mark-read", { key, body: { all: true } }))
      .status,
    403,
  );
  assert.equal((await frontdesk.call("GET", "/api/v1/phone/call-logs", { key })).status, 403);
});
