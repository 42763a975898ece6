import assert from "node:assert/strict";
import { test } from "node:test";
import { randomUUID } from "node:crypto";
import { startHarness } from "../../../testing/harness.ts";
import { businessWithNumber, freshNumber } from "../../messaging/testing.ts";

const frontdesk = await startHarness();

test("numbers are listed and read with what the settings fill in; others' numbers are missing", async () => {
  const business = await businessWithNumber(frontdesk, { settings: { ring_seconds: 25 } });
  const list = await business.call("GET", "/api/v1/phone/numbers");
  assert.equal(list.body.data.length, 1);
  const { body } = await business.call("GET", `/api/v1/phone/numbers/${business.numberId}`);
  assert.deepEqual(body.data, list.body.data[0]);
  const { phone_number, status, is_default, ring_seconds, owner_window_seconds } = body.data;
  assert.deepEqual(
    [phone_number, status, is_default, ring_seconds, owner_window_seconds],
    [business.number, "ACTIVE", true, 25, 60],
  );
  const elsewhere = await frontdesk.workspace();
  assert.equal((await elsewhere.call("GET", `/api/v1/phone/numbers/${business.numberId}`)).status, 404);
  assert.equal((await elsewhere.call("PATCH", `/api/v1/phone/numbers/${business.numberId}`, {})).status, 404);
});

test("workspace.update_phone_number#0 the settable fields, and no others", async () => {
  const business = await businessWithNumber(frontdesk);
  const path = `/api/v1/phone/numbers/${business.numberId}`;
  const transfer = freshNumber();
  const answer = await business.call("PATCH", path, {
    friendly_name: "Front desk",
    transfer_number: transfer,
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(
    [answer.body.data.friendly_name, answer.body.data.transfer_number],
    ["Front desk", transfer],
  );
  assert.equal(answer.body.data.retell_last_sync_error, null, "nothing was pushed");
  const cleared = await business.call("PATCH", path, { transfer_number: null });
  assert.deepEqual(
    [cleared.body.data.friendly_name, cleared.body.data.transfer_number],
    ["Front desk", null],
  );
  for (const transfer_number of ["12", business.number]) {
    const wrong = await business.call("PATCH", path, { transfer_number });
    assert.equal(wrong.status, 400, wrong.text);
    assert.equal(wrong.body.error.details.fields[0].field, "transfer_number");
  }
  for (const body of [
    { status: "ACTIVE" },
    { e164: transfer },
    { inbound_voice_agent_config_id: "nobody" },
  ]) {
    assert.equal((await business.call("PATCH", path, body)).status, 400);
  }
});

test("workspace.update_phone_number#1 workspace.update_phone_number#2 an agent is kept although the push to the voice provider fails; null clears it", async () => {
  const business = await businessWithNumber(frontdesk);
  const path = `/api/v1/phone/numbers/${business.numberId}`;
  const agent = randomUUID();
  const set = await business.call("PATCH", path, {
    inbound_voice_agent_config_id: agent,
    outbound_voice_agent_config_id: agent,
  });
  assert.equal(set.status, 200);
  assert.equal(set.body.data.retell_last_sync_error, "no voice provider is configured");
  assert.equal(set.body.data.retell_last_synced_at, null);
  const { body } = await business.call("GET", path);
  assert.equal(body.data.inbound_voice_agent_config_id, agent);
  const cleared = await business.call("PATCH", path, { inbound_voice_agent_config_id: null });
  assert.deepEqual(
    [cleared.body.data.inbound_voice_agent_config_id, cleared.body.data.outbound_voice_agent_config_id],
    [null, agent],
  );
});
