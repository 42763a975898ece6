import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { sweepOnce } from "../../../kernel/sweep.ts";
import { startHarness } from "../../../testing/harness.ts";

const frontdesk = await startHarness();

test("what a provider reported is kept for thirty days as evidence, and no longer", async () => {
  const workspace = await frontdesk.workspace();
  const { database, clock } = frontdesk.app;
  const report = {
    provider: "twilio",
    kind: "sms",
    provider_id: "SM1",
    dedup_key: randomUUID(),
    payload: JSON.stringify({ From: "+447700900123" }) as never,
    received_at: clock.now(),
  };
  await database.transaction(workspace.id, (db) =>
    db
      .insert("webhook_receipts", { ...report, id: randomUUID(), outcome: "accepted", provider_time: null })
      .execute(),
  );
  await database.system("identify-webhook", (kysely) =>
    kysely
      .insertInto("unclaimed_webhooks")
      .values({ ...report, id: randomUUID() })
      .execute(),
  );
  const kept = async () => {
    const own = await database.read(workspace.id, (db) => db.from("webhook_receipts").select("id").execute());
    const unclaimed = await database.system("identify-webhook", (kysely) =>
      kysely.selectFrom("unclaimed_webhooks").select("id").execute(),
    );
    return [own.length, unclaimed.length];
  };
  await frontdesk.advance(29 * 86_400);
  await sweepOnce(frontdesk.app, clock);
  assert.deepEqual(await kept(), [1, 1]);
  await frontdesk.advance(2 * 86_400);
  await sweepOnce(frontdesk.app, clock);
  assert.deepEqual(await kept(), [0, 0]);
});
