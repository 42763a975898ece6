import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { createContact, logsOf, secret, startReceiver, subscribe } from "./testing.ts";

// As an installation is without further words: what callers name must be outside.
const frontdesk = await startHarness();

test("an address inside the network is refused when it is saved, by every operation that takes one", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = await subscribe(workspace, "https://example.com/hook");
  for (const url of [
    "http://127.0.0.1:8080/",
    "http://169.254.169.254/latest",
    "http://[::ffff:10.0.0.1]/",
    "http://localhost/",
  ]) {
    const body = { name: "Inside", url, events: ["contact.created"] };
    const answers = [
      await workspace.call("POST", "/api/v1/webhooks/outgoing", body),
      await workspace.call("POST", "/api/v1/webhooks/subscriptions", { url, events: ["*"], secret }),
      await workspace.call("PATCH", `/api/v1/webhooks/subscriptions/${id}`, { url }),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.text, /url: must be on the public internet/);
      assert.match(answer.text, /whoever runs this installation .*FRONTDESK_ALLOW_PRIVATE_WEBHOOKS=1/);
    }
  }
});

test("a name that turns out to lead inside is not connected to", async () => {
  const workspace = await frontdesk.workspace();
  const receiver = await startReceiver();
  const { id } = await subscribe(workspace, "https://example.com/hook", ["contact.created"]);
  // As if the name had been outside when it was saved.
  await frontdesk.app.database.read(workspace.id, (db) =>
    db
      .update("webhook_endpoints")
      .set({ url: receiver.url.replace("127.0.0.1", "localhost") })
      .execute(),
  );
  await createContact(workspace);
  await frontdesk.settle();
  const [log] = await logsOf(workspace, id);
  assert.match(log.error, /could not be reached/);
  assert.equal(log.http_status, null);
  assert.equal(receiver.received.length, 0);
});
