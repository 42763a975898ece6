import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";

// 09:00 on New Year's Day in Sydney; still the old year in UTC.
const frontdesk = await startHarness({ work: false, now: new Date("2026-12-31T22:00:00Z") });

test("workspace.list_contacts#5 workspace.list_opportunities#11 a date is the workspace's day in every list, and an impossible one a 400", async () => {
  const workspace = await frontdesk.workspace({ timeZone: "Australia/Sydney" });
  await workspace.call("POST", "/api/v1/contacts", { first_name: "New" });
  await workspace.call("POST", "/api/v1/opportunities", { name: "New" });
  for (const [path, after, before] of [
    ["/contacts", "created_after", "created_before"],
    ["/opportunities", "created_after", "created_before"],
    ["/data/crm-logs", "changed_after", "changed_before"],
  ] as const) {
    const found = async (query: string) => {
      const answer = await workspace.call("GET", `/api/v1${path}?${query}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.body.data.length > 0;
    };
    assert.equal(await found(`${after}=2027-01-01`), true, path);
    assert.equal(await found(`${after}=2027-01-02`), false, path);
    assert.equal(await found(`${before}=2026-12-31`), false, path);
    assert.equal(await found(`${before}=2027-01-01`), true, path);
    assert.equal(await found(`${after}=2026-12-31T22:00:00Z`), true, path);
    assert.equal(await found(`${after}=2026-12-31T22:00:01Z`), false, path);
    assert.equal(await found(`${before}=${encodeURIComponent("2027-01-01T09:00:01+11:00")}`), true, path);
    for (const wrong of ["2026-02-30", "2026-13-01", "yesterday", "2027-01-01T25:00:00Z", "0000-01-01"]) {
      for (const name of [after, before]) {
        const answer = await workspace.call("GET", `/api/v1${path}?${name}=${wrong}`);
        assert.deepEqual([answer.status, answer.body.error?.details?.fields[0].field], [400, name], wrong);
      }
    }
  }
});

test("expand is answered beside fields, named there or not", async () => {
  const workspace = await frontdesk.workspace();
  const { id } = (await workspace.call("POST", "/api/v1/contacts", { first_name: "Ann" })).body.data;
  const answer = await workspace.call("GET", `/api/v1/contacts/${id}?fields=first_name&expand=employers`);
  assert.deepEqual(answer.body.data, { id, first_name: "Ann", employers: [] });
});
