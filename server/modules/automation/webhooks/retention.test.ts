import assert from "node:assert/strict";
import { test } from "node:test";
import { sweepOnce } from "../../../kernel/sweep.ts";
import { startHarness } from "../../../testing/harness.ts";
import { createContact, logsOf, startReceiver, subscribe } from "./testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });

test("deliveries, logs and what was posted to us go after thirty days, and not before", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const { id } = await subscribe(workspace, receiver.url, ["contact.created"]);
  const made = await workspace.call("POST", "/api/v1/webhooks/incoming", { name: "Form" });
  await frontdesk.call("POST", new URL(made.body.data.url).pathname, { body: { n: 1 } });
  await createContact(workspace);
  await receiver.seen(1);
  await frontdesk.settle();
  const kept = async () => {
    const deliveries = (await workspace.call("GET", "/api/v1/webhooks/deliveries")).body.data;
    const payloads = await frontdesk.app.database.read(workspace.id, (db) =>
      db.from("incoming_webhook_payloads").select("id").execute(),
    );
    return [deliveries.length, (await logsOf(workspace, id)).length, payloads.length];
  };
  await frontdesk.advance(29 * 86_400);
  await sweepOnce(frontdesk.app, frontdesk.app.clock);
  assert.deepEqual(await kept(), [1, 1, 1]);
  await frontdesk.advance(2 * 86_400);
  await sweepOnce(frontdesk.app, frontdesk.app.clock);
  assert.deepEqual(await kept(), [0, 0, 0]);
});
