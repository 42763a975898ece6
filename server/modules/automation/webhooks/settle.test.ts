import assert from "node:assert/strict";
import { test } from "node:test";
import { inside } from "../../messaging/testing.ts";
import { engineName, startHarness } from "../../../testing/harness.ts";
import { createContact, startReceiver, subscribe } from "./testing.ts";

const frontdesk = await startHarness({ environment: { FRONTDESK_ALLOW_PRIVATE_WEBHOOKS: "1" } });
const { database } = frontdesk.app;

test(
  "an attempt whose endpoint is being deleted waits for that and then writes nothing; its job has not failed",
  { skip: engineName === "embedded" },
  async () => {
    const workspace = await frontdesk.workspace();
    const receiver = await startReceiver();
    const { id } = await subscribe(workspace, receiver.url, ["contact.created"]);
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    receiver.answer = () => answered.then(() => ({ status: 200 }));
    await createContact(workspace);
    await receiver.seen(1);
    await inside(frontdesk, workspace.id, async (ctx) => {
      await ctx.db
        .remove("webhook_endpoints")
        .where("id", "=", id as string)
        .execute();
      answer();
      await somebodyWaits();
    });
    await frontdesk.settle();
    const { rows } = await database.owner(
      "select state::text as state, retry_count from pgboss.job where name = 'deliver-webhooks'",
    );
    assert.ok(rows.length > 0);
    for (const row of rows) assert.deepEqual([row["state"], row["retry_count"]], ["completed", 0]);
  },
);

async function somebodyWaits(): Promise<void> {
  for (let round = 0; round < 20_000; round += 1) {
    const { rows } = await database.owner(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
  }
  assert.fail("nobody waits");
}
