import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { businessWithNumber, inside, outbox } from "../testing.ts";
import { sendText } from "./send-text.ts";

const frontdesk = await startHarness();

test("a text leaves once, in its conversation, through the business' number", async () => {
  const business = await businessWithNumber(frontdesk);
  const customer = business.customer();
  const answer = await inside(frontdesk, business.id, (ctx) =>
    sendText(ctx, { to: customer, body: "Hello there", purpose: "reply", sender: "ai" }),
  );
  assert.equal(answer.status, "queued");
  await frontdesk.settle();
  const sent = await outbox(frontdesk, customer);
  assert.deepEqual(
    sent.map(({ from, body }) => ({ from, body })),
    [{ from: business.number, body: "Hello there" }],
  );
});
