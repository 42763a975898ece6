import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTypes } from "../../../event-types.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { createContact, logsOf, secret, startReceiver, subscribe, verify } from "./testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });
const outgoing = "/api/v1/webhooks/outgoing";
const subscriptions = "/api/v1/webhooks/subscriptions";
const url = "https://example.com/hook";

test("workspace.create_outgoing_webhook workspace.get_outgoing_webhook a webhook is made with a secret that is shown once", async () => {
  const workspace = await frontdesk.workspace();
  const made = await workspace.call("POST", outgoing, {
    name: "Accounts",
    url,
    events: ["opportunity.won"],
    headers: { "X-Team": "office", Authorization: "Bearer 12345678" },
  });
  assert.equal(made.status, 201, made.text);
  const { id, secret: whole } = made.body.data;
  assert.match(whole, /^whsec_[A-Za-z0-9+/]{32}$/);
  assert.equal(made.body.data.is_active, true);
  assert.equal(made.body.data.include_trigger_data, true);
  const { body } = await workspace.call("GET", `${outgoing}/${id}`);
  assert.equal(body.data.secret, `****${whole.slice(-4)}`);
  assert.deepEqual(body.data.headers, { "X-Team": "office", Authorization: "****5678" });
  const audit = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("audit_entries").select("changes").where("record_id", "=", id).execute(),
  );
  assert.equal(audit.length, 1);
  assert.ok(!JSON.stringify(audit).includes(whole) && !JSON.stringify(audit).includes("12345678"));
  const bare = await workspace.call("POST", outgoing, { name: "For automations", url });
  assert.deepEqual(bare.body.data.events, []);
});

test("workspace.update_outgoing_webhook what is not sent stays, and a new secret is shown with its change", async () => {
  const workspace = await frontdesk.workspace();
  const made = (await workspace.call("POST", outgoing, { name: "Accounts", url, description: "old" })).body
    .data;
  const changed = await workspace.call("PATCH", `${outgoing}/${made.id}`, {
    name: "Books",
    description: null,
  });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(
    [changed.body.data.name, changed.body.data.description, changed.body.data.url],
    ["Books", null, url],
  );
  assert.equal(changed.body.data.secret, `****${made.secret.slice(-4)}`);
  const rotated = await workspace.call("PATCH", `${outgoing}/${made.id}`, { secret });
  assert.equal(rotated.body.data.secret, secret);
  const odd = await workspace.call("PATCH", `${outgoing}/${made.id}`, { colour: "red" });
  assert.equal(odd.status, 400);
  assert.match(odd.text, /colour/);
});

test("workspace.list_outgoing_webhooks workspace.list_webhook_subscriptions each list has its own kind, newest first, a page at a time", async () => {
  const workspace = await frontdesk.workspace();
  const names = ["One", "Two", "Three"];
  for (const name of names) await workspace.call("POST", outgoing, { name, url });
  const subscription = await subscribe(workspace, url);
  const page = await workspace.call("GET", `${outgoing}?limit=2`);
  assert.deepEqual(
    page.body.data.map((row: { name: string }) => row.name),
    ["Three", "Two"],
  );
  const rest = await workspace.call("GET", `${outgoing}?limit=2&cursor=${page.body.pagination.next_cursor}`);
  assert.deepEqual(
    rest.body.data.map((row: { name: string }) => row.name),
    ["One"],
  );
  const listed = (await workspace.call("GET", subscriptions)).body.data;
  assert.deepEqual(
    listed.map((row: { id: string; secret: string }) => [row.id, row.secret]),
    [[subscription.id, `****${secret.slice(-4)}`]],
  );
  assert.equal((await workspace.call("GET", `${outgoing}/${subscription.id}`)).status, 404);
  assert.equal((await workspace.call("DELETE", `${outgoing}/${subscription.id}`)).status, 404);
  assert.equal((await workspace.call("GET", `${outgoing}/${subscription.id}/logs`)).status, 404);
});

test("workspace.delete_outgoing_webhook workspace.delete_webhook_subscription what is deleted is told nothing more", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const one = await subscribe(workspace, receiver.url, ["contact.created"]);
  const two = (
    await workspace.call("POST", outgoing, { name: "Two", url: receiver.url, events: ["contact.*"] })
  ).body.data;
  await createContact(workspace);
  await receiver.seen(2);
  assert.equal((await workspace.call("DELETE", `${subscriptions}/${one.id}`)).status, 204);
  assert.equal((await workspace.call("DELETE", `${outgoing}/${two.id}`)).status, 204);
  assert.equal((await workspace.call("GET", `${outgoing}/${two.id}`)).status, 404);
  assert.equal((await workspace.call("GET", `${subscriptions}/${one.id}/logs`)).status, 404);
  await createContact(workspace);
  await frontdesk.settle();
  assert.equal(receiver.received.length, 2);
});

test("workspace.test_outgoing_webhook#0 a signed test event goes to the URL, once, even to a webhook that is off", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const headers = { "X-Team": "office" };
  const made = (
    await workspace.call("POST", outgoing, { name: "Try", url: receiver.url, is_active: false, headers })
  ).body.data;
  const sent = await workspace.call("POST", `${outgoing}/${made.id}/test`);
  assert.equal(sent.status, 202, sent.text);
  assert.equal(sent.body.data.status, "pending");
  const [post] = await receiver.seen(1);
  assert.ok(post);
  verify(post, made.secret);
  assert.equal(post.body.type, "webhook.test");
  assert.equal(post.headers["x-team"], "office");
  await frontdesk.settle();
  const delivery = `/api/v1/webhooks/deliveries/${sent.body.data.id}`;
  const done = (await workspace.call("GET", delivery)).body.data;
  assert.deepEqual([done.status, done.http_status, done.attempts], ["delivered", 200, 1]);

  receiver.answer = () => ({ status: 500 });
  const failing = (await workspace.call("POST", `${outgoing}/${made.id}/test`)).body.data;
  await receiver.seen(2);
  await frontdesk.advance(86_400);
  assert.equal(receiver.received.length, 2, "a test is not tried again");
  const failed = (await workspace.call("GET", `/api/v1/webhooks/deliveries/${failing.id}`)).body.data;
  assert.deepEqual([failed.status, failed.http_status], ["failed", 500]);
});

test("workspace.list_outgoing_webhook_logs workspace.list_webhook_subscription_logs the logs tell each attempt, newest first", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  receiver.answer = () => ({ status: 502, body: "bad gateway" });
  const made = (
    await workspace.call("POST", outgoing, { name: "Log", url: receiver.url, events: ["contact.created"] })
  ).body.data;
  await createContact(workspace);
  await receiver.seen(1);
  await frontdesk.advance(60);
  const rows = await logsOf(workspace, made.id, "outgoing");
  assert.deepEqual(
    rows.map((row) => [row.attempt, row.status, row.http_status, row.response_excerpt]),
    [
      [3, "failed", 502, "bad gateway"],
      [2, "failed", 502, "bad gateway"],
      [1, "failed", 502, "bad gateway"],
    ].slice(3 - rows.length),
  );
  assert.ok(rows.length >= 2);
  assert.ok(rows.every((row) => row.duration_ms >= 0 && row.message_id === rows[0].message_id));
  assert.ok(Date.parse(rows[0].next_attempt_at) > frontdesk.app.clock.now().getTime());
  assert.deepEqual(await logsOf(workspace, (await subscribe(workspace, receiver.url, ["task.*"])).id), []);
});

test("an outgoing webhook may go without the event's data", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  await workspace.call("POST", outgoing, {
    name: "Bare",
    url: receiver.url,
    events: ["contact_created"],
    include_trigger_data: false,
  });
  const id = await createContact(workspace);
  const [post] = await receiver.seen(1);
  assert.deepEqual(post?.body.data, { id, noun: "contact" });
});

test("workspace.create_webhook_subscription#0 url, events and secret are required and must fit", async () => {
  const workspace = await frontdesk.workspace();
  const good = { url, events: ["contact.created"], secret };
  const refused: [Record<string, unknown>, RegExp][] = [
    [{ ...good, url: undefined }, /url is required/],
    [{ ...good, events: undefined }, /events is required/],
    [{ ...good, secret: undefined }, /secret is required/],
    [{ ...good, events: [] }, /events/],
    [{ ...good, events: "contact.created" }, /events/],
    [{ ...good, secret: "too short" }, /secret/],
    [{ ...good, secret: "line\nbreak in the secret" }, /secret/],
    [{ ...good, secret: "whsec_not base64 at all" }, /secret/],
    [{ ...good, secret: "whsec_c2hvcnQ=aaaaaaa" }, /secret: must be base64/],
    [{ ...good, url: "ftp://example.com/" }, /url: must be an http or https address/],
    [{ ...good, url: "not an address" }, /url/],
    [{ ...good, url: "https://user:pass@example.com/" }, /url: may not carry/],
    [{ ...good, url: "" }, /url/],
    [{ ...good, events: ["contact.exploded"] }, /contact\.exploded is not an event type.*contact\.created/],
    [{ ...good, events: ["con.*"] }, /con\.\* is not an event type/],
    [{ ...good, events: [""] }, /events/],
  ];
  for (const [body, says] of refused) {
    const answer = await workspace.call("POST", subscriptions, body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.match(answer.text, says);
  }
  assert.deepEqual((await workspace.call("GET", subscriptions)).body.data, []);
});

test("workspace.update_webhook_subscription events are named as the API names records, and all of a kind by a star", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await subscribe(workspace, url);
  const events = ["deal.created", "customer.*", "contact_updated", "stage_changed", "*", "deal_created"];
  const changed = await workspace.call("PATCH", `${subscriptions}/${id}`, { events });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(changed.body.data.events, [
    "opportunity.created",
    "company.*",
    "contact.updated",
    "opportunity.stage_changed",
    "*",
  ]);
  assert.equal(
    (await workspace.call("PATCH", `${subscriptions}/${id}`, { events: ["nothing.else"] })).status,
    400,
  );
  const { event_types: types } = (await workspace.call("GET", "/api/v1/webhooks/event-types")).body.data;
  assert.deepEqual(
    types.map((row: { type: string }) => row.type),
    eventTypes,
  );
});

test("headers may not frame or sign the message, nor break the line", async () => {
  const workspace = await frontdesk.workspace();
  const bad: Record<string, string>[] = [
    { Host: "evil.example" },
    { "Content-Length": "0" },
    { "content-type": "text/plain" },
    { "Webhook-Signature": "v1,forged" },
    { "Transfer-Encoding": "chunked" },
    { "X-A": "one\r\nX-B: two" },
    { "X A": "space" },
    { "X-A": "1", "x-a": "2" },
    Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`X-${n}`, "v"])),
  ];
  for (const headers of bad) {
    const answer = await workspace.call("POST", outgoing, { name: "Bad", url, headers });
    assert.equal(answer.status, 400, JSON.stringify(headers));
    assert.match(answer.text, /headers/);
  }
});

test("a replay sends every event since a moment again, in order and under the same ids", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  await createContact(workspace, "Too early");
  await frontdesk.advance(60);
  const since = frontdesk.app.clock.now().toISOString();
  const early = await createContact(workspace, "Before the subscription");
  const { id } = await subscribe(workspace, receiver.url, ["contact.*"]);
  const late = await createContact(workspace, "After it");
  await workspace.call("PATCH", `/api/v1/contacts/${late}`, { first_name: "Changed" });
  await receiver.seen(2);
  await frontdesk.settle();
  const answer = await workspace.call("POST", `${subscriptions}/${id}/replay`, { since });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual([answer.body.data.replayed, answer.body.data.has_more], [3, false]);
  await receiver.seen(5);
  await frontdesk.settle();
  const again = receiver.received.slice(2);
  assert.deepEqual(again.map(({ body }) => body.data.id).sort(), [early, late, late].sort());
  const ofLate = again.filter(({ body }) => body.data.id === late);
  assert.deepEqual(
    ofLate.map(({ headers }) => headers["webhook-id"]),
    receiver.received.slice(0, 2).map(({ headers }) => headers["webhook-id"]),
  );
  assert.equal(
    (await workspace.call("POST", `${subscriptions}/${id}/replay`, { since: "soon" })).status,
    400,
  );
});

test("deliveries are listed by status and by webhook", async () => {
  const workspace = await frontdesk.workspace();
  const [good, bad] = [await startReceiver(), await startReceiver()];
  bad.answer = () => ({ status: 500 });
  const one = await subscribe(workspace, good.url, ["contact.created"]);
  const two = await subscribe(workspace, bad.url, ["contact.created"]);
  await createContact(workspace);
  await Promise.all([good.seen(1), bad.seen(1)]);
  await frontdesk.settle();
  const webhooksOf = async (query: string) => deliveriesOf(workspace, query);
  assert.deepEqual(await webhooksOf("?status=pending"), [two.id]);
  assert.deepEqual(await webhooksOf("?status=delivered"), [one.id]);
  assert.deepEqual(await webhooksOf(`?webhook_id=${two.id}`), [two.id]);
  assert.deepEqual(await webhooksOf(`?webhook_id=${two.id}&status=failed`), []);
  assert.equal((await workspace.call("GET", "/api/v1/webhooks/deliveries?status=odd")).status, 400);
});

async function deliveriesOf(workspace: TestWorkspace, query: string): Promise<string[]> {
  const { body } = await workspace.call("GET", `/api/v1/webhooks/deliveries${query}`);
  return body.data.map((row: { webhook_id: string }) => row.webhook_id);
}
