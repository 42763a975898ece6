/** What a server that offers the booking capabilities has to do; each test stands for itself. */
import assert from "node:assert/strict";
import { agentTests } from "./conformance-agents.ts";
import type { Client } from "./conformance-client.ts";

export type Outcome = {
  capability: string;
  test: string;
  passed: boolean;
  duration_ms: number;
  detail?: string;
};

export type ConformanceTest = {
  capability: string;
  name: string;
  /** Left out where the runner cannot read what people are sent. */
  needsMailbox?: boolean;
  run(client: Client): Promise<void>;
};

const create = "booking.create_booking";

async function wanted(client: Client) {
  const { service, slot } = await client.freeSlot();
  return {
    service,
    slot,
    body: {
      service_id: service.id,
      start_at: slot.start_at,
      customer: client.customer(),
      agent_vendor: "conformance",
    },
  };
}

function refused(body: Record<string, unknown>, error: string): void {
  assert.equal(body["ok"], false, `ok must be false, the answer was ${JSON.stringify(body)}`);
  assert.equal(body["error"], error);
  assert.equal(body["booking_id"], undefined, "a refused booking has no id");
}

const bookingTests: readonly ConformanceTest[] = [
  {
    capability: create,
    name: "idempotency_window",
    async run(client) {
      const { body } = await wanted(client);
      const answers = [await client.call(create, body), await client.call(create, body)];
      for (const answer of answers) client.remember(answer.body["booking_id"]);
      assert.deepEqual(
        answers.map((answer) => answer.body["ok"]),
        [true, true],
      );
      assert.ok(answers[0]?.body["booking_id"], "the booking has an id");
      assert.equal(answers[1]?.body["booking_id"], answers[0]?.body["booking_id"], "both answer one booking");
    },
  },
  {
    capability: create,
    name: "rejects_unknown_service",
    async run(client) {
      const { body } = await wanted(client);
      const answer = await client.call(create, {
        ...body,
        service_id: `no-such-service-${crypto.randomUUID()}`,
      });
      client.remember(answer.body["booking_id"]);
      refused(answer.body, "invalid_service");
    },
  },
  {
    capability: create,
    name: "rejects_past_time",
    async run(client) {
      const { body } = await wanted(client);
      const answer = await client.call(create, { ...body, start_at: "2001-01-01T09:00:00Z" });
      client.remember(answer.body["booking_id"]);
      refused(answer.body, "past_time");
    },
  },
  {
    capability: create,
    name: "happy_path",
    async run(client) {
      const { service, slot, body } = await wanted(client);
      const { body: answer } = await client.call(create, body);
      client.remember(answer["booking_id"]);
      assert.equal(answer["ok"], true, `the answer was ${JSON.stringify(answer)}`);
      assert.equal(answer["confirmed"], true);
      assert.ok(answer["booking_id"]);
      assert.equal(Date.parse(String(answer["start_at"])), Date.parse(slot.start_at));
      const minutes = (Date.parse(String(answer["end_at"])) - Date.parse(slot.start_at)) / 60_000;
      assert.equal(minutes, service.duration_minutes, "end_at follows from the service's duration");
      assert.deepEqual(answer["service"], { id: service.id, name: service.name });
      assert.deepEqual(answer["customer"], body.customer);
      assert.ok(URL.canParse(String(answer["cancellation_url"])), "cancellation_url is a URL");
    },
  },
  {
    capability: "booking.check_availability",
    name: "happy_path",
    async run(client) {
      const { service, slot } = await client.freeSlot();
      const date = slot.start_at.slice(0, 10);
      const { body } = await client.call(
        "booking.check_availability",
        { service_id: service.id, date },
        { withoutKey: true },
      );
      const starts = ((body["slots"] ?? []) as { start_at: string }[]).map((one) => one.start_at);
      assert.deepEqual(starts, [...starts].sort(), "slots come in order of time");
      const unknown = await client.call("booking.check_availability", {
        service_id: "no-such-service",
        date,
      });
      assert.equal(unknown.body["error"], "invalid_service");
    },
  },
  {
    capability: "booking.cancel_booking",
    name: "rejects_unknown_booking",
    async run(client) {
      const { body } = await client.call("booking.cancel_booking", { booking_id: crypto.randomUUID() });
      assert.equal(body["ok"], false);
      assert.equal(body["error"], "unknown_booking");
    },
  },
  {
    capability: "booking.cancel_booking",
    name: "happy_path",
    async run(client) {
      const { slot, body } = await wanted(client);
      const made = await client.call(create, body);
      client.remember(made.body["booking_id"]);
      for (let round = 0; round < 2; round += 1) {
        const { body: answer } = await client.call("booking.cancel_booking", {
          booking_id: made.body["booking_id"],
        });
        assert.deepEqual([answer["ok"], answer["cancelled"]], [true, true], "cancelling may be repeated");
        const freed = answer["freed_slot"] as { start_at: string };
        assert.equal(Date.parse(freed.start_at), Date.parse(slot.start_at));
      }
    },
  },
  {
    capability: "booking.list_services",
    name: "happy_path",
    async run(client) {
      const { body } = await client.call("booking.list_services", {}, { withoutKey: true });
      assert.equal(body["ok"], true);
      const services = body["services"] as Record<string, unknown>[];
      assert.ok(services.length > 0, "there is a service");
      assert.ok(services.every((one) => one["id"] && one["name"] && Number(one["duration_minutes"]) > 0));
      assert.ok(body["currency"] && body["timezone"]);
      const again = await client.call("booking.list_services", {}, { withoutKey: true });
      assert.deepEqual(again.body, body, "ids are stable");
    },
  },
];

export const conformanceTests: readonly ConformanceTest[] = [...bookingTests, ...agentTests];
