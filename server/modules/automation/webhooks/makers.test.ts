/** A webhook tells what whoever set it up may read now, and nothing once they are gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { everyScope } from "../../../scopes.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";
import { browse, joined } from "../../workspace/members/test-people.ts";
import { createContact, secret, startReceiver } from "./testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });
const { credentials, database } = frontdesk.app;
const path = "/api/v1/webhooks/subscriptions";

function keyOf(workspace: TestWorkspace, scopes: readonly string[]) {
  return credentials.issue({
    workspaceId: workspace.id,
    kind: "workspace",
    name: "k",
    scopes,
    approvalLevel: "full",
  });
}

async function subscribeAs(key: string, url: string, events: string[]): Promise<string> {
  const answer = await frontdesk.call("POST", path, { key, body: { url, events, secret } });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}

async function endpoint(workspace: TestWorkspace, id: string) {
  const { is_active, disabled_reason } = (await workspace.call("GET", `${path}/${id}`)).body.data;
  return { is_active, disabled_reason };
}

test("a revoked key's webhook tells nothing more, and says why; whoever switches it on again answers for it", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const key = await keyOf(workspace, ["webhooks:write", "contacts:read"]);
  const id = await subscribeAs(key.secret, receiver.url, ["contact.created"]);
  await createContact(workspace, "Before");
  await receiver.seen(1);
  await credentials.revoke(workspace.id, key.id);
  await createContact(workspace, "After");
  await frontdesk.settle();
  assert.equal(receiver.received.length, 1);
  assert.deepEqual(await endpoint(workspace, id), {
    is_active: false,
    disabled_reason: "the key or the member that set it up is gone",
  });
  const waiting = await database.read(workspace.id, (db) =>
    db.from("webhook_deliveries").select("id").where("status", "=", "pending").execute(),
  );
  assert.deepEqual(waiting, [], "nothing waits for a sender who does not come");
  await workspace.call("PATCH", `${path}/${id}`, { is_active: true });
  await createContact(workspace, "Again");
  await receiver.seen(2);
  await frontdesk.settle();
  const posts = receiver.received;
  assert.equal(posts.length, 2, "what happened while it was off is not told");
  assert.ok(posts.some(({ body }) => body.data.object?.first_name === "Again"));
  assert.equal((await endpoint(workspace, id)).is_active, true);
});

test("a member who is removed takes their webhooks and their keys' along, at once", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const admin = await joined(frontdesk, workspace, "client_admin");
  const made = await browse(frontdesk, admin.cookie, "POST", path, {
    url: receiver.url,
    events: ["contact.created"],
    secret,
  });
  const key = await credentials.issue({
    workspaceId: workspace.id,
    kind: "workspace",
    name: "theirs",
    scopes: everyScope,
    approvalLevel: "full",
    createdBy: admin.id,
  });
  const ids = [made.body.data.id as string, await subscribeAs(key.secret, receiver.url, ["contact.created"])];
  const others = await subscribeAs(workspace.key, receiver.url, ["contact.created"]);
  assert.equal((await workspace.call("DELETE", `/api/v1/company/users/${admin.id}`)).status, 204);
  for (const id of ids) assert.equal((await endpoint(workspace, id)).is_active, false);
  assert.equal((await endpoint(workspace, others)).is_active, true);
  await createContact(workspace);
  await receiver.seen(1);
  await frontdesk.settle();
  assert.equal(receiver.received.length, 1, "the other one alone");
  const mails = await database.read(workspace.id, (db) =>
    db.from("email_logs").select("recipient_email").where("email_type", "=", "webhook_disabled").execute(),
  );
  assert.equal(mails.length, 2);
  assert.ok(
    mails.every((mail) => mail.recipient_email !== admin.email),
    "who has left hears nothing",
  );
});

test("what is told follows the key's scopes of today", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const key = await keyOf(workspace, ["webhooks:write", "contacts:read"]);
  await subscribeAs(key.secret, receiver.url, ["contact.created"]);
  await createContact(workspace, "Seen");
  await database.system("authenticate", (kysely) =>
    kysely
      .updateTable("api_keys")
      .set({ scopes: ["webhooks:write"] })
      .where("id", "=", key.id)
      .execute(),
  );
  await receiver.seen(1);
  const id = await createContact(workspace, "Unseen");
  await receiver.seen(2);
  const last = receiver.received.find(({ body }) => body.data.id === id);
  assert.deepEqual(last?.body.data, { id, noun: "contact" });
});

test("payment_status is told to nobody without its scope, in webhooks, the stream and records", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const poor = await keyOf(workspace, ["webhooks:write", "opportunities:read"]);
  await subscribeAs(poor.secret, receiver.url, ["opportunity_product.updated"]);
  const product = (await workspace.call("POST", "/api/v1/products", { name: "Tap", price: 5 })).body.data;
  const deal = (await workspace.call("POST", "/api/v1/opportunities", { name: "Bath" })).body.data;
  const lines = `/api/v1/opportunities/${deal.id}/products`;
  const line = (await workspace.call("POST", lines, { product_id: product.id })).body.data;
  await workspace.call("PATCH", `${lines}/${line.id}`, { payment_status: "paid", quantity: 2 });
  const [post] = await receiver.seen(1);
  assert.deepEqual([...(post?.body.data._changed_fields ?? [])].sort(), ["quantity", "total_minor"]);
  assert.doesNotMatch(JSON.stringify(post?.body), /payment_status|unpaid/);
  const expanded = await frontdesk.call(
    "GET",
    `/api/v1/opportunities/${deal.id}?expand=products,contact,customer`,
    {
      key: poor.secret,
    },
  );
  assert.equal(expanded.body.data.products.length, 1);
  assert.doesNotMatch(expanded.text, /payment_status/);
  for (const name of ["contact", "customer"]) assert.equal(name in expanded.body.data, false, name);
});

test("who subscribed without the scope to read calls is told of none", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const key = await keyOf(workspace, ["webhooks:read", "webhooks:write"]);
  await subscribeAs(key.secret, receiver.url, ["call.missed"]);
  await frontdesk.app.inWorkspace(
    {
      workspaceId: workspace.id,
      actor: {
        kind: "system",
        id: "s",
        name: "s",
        workspaceId: workspace.id,
        scopes: undefined,
        approvalLevel: "full",
      },
      operation: "t",
      surface: "t",
      requestId: "r",
    },
    (ctx) => {
      ctx.emit({ type: "call.missed", noun: "call", recordId: null, payload: { from: "+447700900123" } });
      return Promise.resolve();
    },
  );
  const [post] = await receiver.seen(1);
  assert.deepEqual(post?.body.data, { id: null, noun: "call" });
});

test("workspace.create_contact#13 what is to set nothing off sets no webhook off either", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  await subscribeAs(workspace.key, receiver.url, ["contact.created", "company.created"]);
  await workspace.call("POST", "/api/v1/contacts", { first_name: "Hist", skip_automations: true });
  await workspace.call("POST", "/api/v1/contacts/bulk-create", {
    records: [{ first_name: "Bulk" }],
    skip_automations: true,
  });
  await workspace.call("POST", "/api/v1/companies", { name: "Hist", skip_automations: true });
  const loud = await createContact(workspace, "Loud");
  await receiver.seen(1);
  await frontdesk.settle();
  assert.deepEqual(
    receiver.received.map(({ body }) => body.data.id),
    [loud],
  );
});
