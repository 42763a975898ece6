import assert from "node:assert/strict";
import type { Place } from "./fixtures.ts";

// A name that never resolves: nothing leaves for it.
const url = "https://hooks.invalid/here";

/** How the records of the webhooks come to be. */
export const webhookRecords: Record<string, (place: Place) => Promise<string>> = {
  webhook_incoming: (place) => made(place, "incoming", { name: "Website form" }),
  webhook_outgoing: (place) => made(place, "outgoing", { name: "Accounts", url }),
  webhook_subscription: (place) =>
    made(place, "subscriptions", { url, events: ["contact.*"], secret: "a-secret-of-some-length" }),
  webhook_delivery: async (place) => {
    const id = await made(place, "outgoing", { name: "Accounts", url });
    const answer = await place.workspace.call("POST", `/api/v1/webhooks/outgoing/${id}/test`);
    assert.equal(answer.status, 202, answer.text);
    return answer.body.data.id as string;
  },
};

async function made({ workspace }: Place, kind: string, body: object): Promise<string> {
  const answer = await workspace.call("POST", `/api/v1/webhooks/${kind}`, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}
