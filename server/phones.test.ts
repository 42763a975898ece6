import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "./testing/harness.ts";

const frontdesk = await startHarness({ work: false });

test("workspace.create_contact#5 workspace.create_contact#6 workspace.create_company#1 workspace.create_company#2 phone is a mobile number, stored in E.164, through every door", async () => {
  const workspace = await frontdesk.workspace({ country: "AU" });
  const doors = [
    ["/contacts", { first_name: "P" }],
    ["/companies", { name: "P" }],
  ] as const;
  for (const [path, body] of doors) {
    const stored = async (phone: string) => {
      const answer = await workspace.call("POST", `/api/v1${path}`, { ...body, phone });
      assert.equal(answer.status, 201, `${phone}: ${answer.text}`);
      return answer.body.data.phone as string;
    };
    assert.equal(await stored("0412 345 678"), "+61412345678");
    assert.equal(await stored("0061 412 345 678"), "+61412345678");
    assert.equal(await stored("+1 202-555-0123"), "+12025550123", "North America does not tell them apart");
    assert.equal(await stored("+44 7700 900123"), "+447700900123", "reserved for examples");
    for (const phone of [
      "1300 123 456",
      "+611800123456",
      "+61190212345",
      "13 12 34",
      "+6141234567",
      "+614123456789",
      "+61299991234",
      "nonsense",
    ]) {
      const answer = await workspace.call("POST", `/api/v1${path}`, { ...body, phone });
      assert.deepEqual([answer.status, answer.body.error?.details.fields[0].field], [400, "phone"], phone);
      const [bulk] = (
        await workspace.call("POST", `/api/v1${path}/bulk-create`, { records: [{ ...body, phone }] })
      ).body.data.errors;
      assert.equal(bulk.fields[0].field, "phone");
    }
    for (const field of ["phone", "landline"]) {
      const answer = await workspace.call("POST", `/api/v1${path}`, {
        ...body,
        [field]: "+61412345678 ext 5",
      });
      assert.deepEqual([answer.status, answer.body.error.details.fields[0].field], [400, field]);
      assert.match(answer.body.error.message, /extension/);
    }
    const fixed = await workspace.call("POST", `/api/v1${path}`, { ...body, landline: "1300 123 456" });
    assert.equal(
      fixed.body.data.landline,
      "+611300123456",
      "anything that can be dialled is a landline's place",
    );
  }
});
