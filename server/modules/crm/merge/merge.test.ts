import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer } from "../../../testing/harness.ts";
import { add, contacts, merge, merged, read, undo } from "./testing.ts";
import type { Row } from "./testing.ts";

const frontdesk = await startHarness();
const monthSeconds = 30 * 86_400;

test("merging: what the survivor lacks comes from the duplicate, what it has stays, and the duplicate is gone", async () => {
  const workspace = await frontdesk.workspace();
  const survivor = await add(workspace, {
    first_name: "Ann",
    email: "ann@example.com",
    notes: "Likes tea.",
    metadata: { a: 1, b: 1 },
  });
  const duplicate = await add(workspace, {
    first_name: "Anna",
    last_name: "Lee",
    email: "anna@example.com",
    phone: "+447700900123",
    notes: "Has a dog.",
    metadata: { b: 2, c: 2 },
    address_line1: "1 High St",
    city: "Rye",
    country: "UK",
  });
  const done = await merged(workspace, survivor, duplicate);
  const after = await read(workspace, survivor.id);
  assert.deepEqual(
    [after["first_name"], after["last_name"], after["email"], after["phone"]],
    ["Ann", "Lee", "ann@example.com", "+447700900123"],
  );
  assert.equal(after["notes"], "Likes tea.\n\nHas a dog.");
  assert.deepEqual(after["metadata"], { a: 1, b: 1, c: 2 });
  assert.deepEqual([after["address_line1"], after["city"], after["country"]], ["1 High St", "Rye", "UK"]);
  assert.equal(after["public_id"], survivor["public_id"]);
  assert.equal((await workspace.call("GET", `${contacts}/${duplicate.id}`)).status, 404);
  assert.equal(done["duplicate_name"], "Anna Lee");
  assert.ok((done["changed_fields"] as string[]).includes("last_name"));
});

test("merging: a choice decides field by field", async () => {
  const workspace = await frontdesk.workspace();
  const survivor = await add(workspace, {
    first_name: "Ann",
    email: "a@example.com",
    notes: "A",
    metadata: { k: 1 },
  });
  const duplicate = await add(workspace, {
    first_name: "Bea",
    email: "b@example.com",
    notes: "B",
    metadata: { k: 2 },
  });
  const fields = { first_name: "duplicate", email: "survivor", notes: "duplicate", metadata: "duplicate" };
  await merged(workspace, survivor, duplicate, fields);
  const after = await read(workspace, survivor.id);
  assert.deepEqual(
    [after["first_name"], after["email"], after["notes"], after["metadata"]],
    ["Bea", "a@example.com", "B", { k: 2 }],
  );
  const third = await add(workspace, { first_name: "Cid" });
  for (const wrong of [{ first_name: "mine" }, { public_id: "duplicate" }]) {
    assert.equal((await merge(workspace, survivor, third, wrong)).status, 400);
  }
});

test("merging: whoever unsubscribed with either record stays unsubscribed, also after undoing", async () => {
  const workspace = await frontdesk.workspace();
  for (const [ours, theirs] of [
    [true, false],
    [false, true],
  ]) {
    const survivor = await add(workspace, { first_name: "Ann" });
    const duplicate = await add(workspace, { first_name: "Ann" });
    const set = (id: string, value: boolean | undefined) =>
      workspace.call("PATCH", `${contacts}/${id}`, { email_unsubscribed: value, sms_unsubscribed: value });
    await set(survivor.id, ours);
    await set(duplicate.id, theirs);
    const { id } = await merged(workspace, survivor, duplicate);
    const after = await read(workspace, survivor.id);
    assert.deepEqual([after["email_unsubscribed"], after["sms_unsubscribed"]], [true, true]);
    await undo(workspace, id);
    assert.equal((await read(workspace, survivor.id))["sms_unsubscribed"], true);
    assert.equal((await read(workspace, duplicate.id))["sms_unsubscribed"], theirs);
  }
});

test("merging: of many at once that want the same records one wins, and the others are told", async () => {
  const workspace = await frontdesk.workspace();
  const [one, two, three] = [
    await add(workspace, { first_name: "One" }),
    await add(workspace, { first_name: "Two" }),
    await add(workspace, { first_name: "Three" }),
  ];
  const answers: Answer[] = await Promise.all([
    merge(workspace, one, two),
    merge(workspace, one, two),
    merge(workspace, two, one),
    merge(workspace, three, two),
  ]);
  const statuses = answers.map((answer) => answer.status);
  const won = statuses.filter((status) => status === 200).length;
  // Two may have been taken into One, and that into nothing else; or Two into Three, and then nothing more of it.
  assert.ok(won === 1 || (won === 2 && statuses[2] === 200), statuses.join());
  assert.ok(
    statuses.every((status) => [200, 404, 409].includes(status)),
    statuses.join(),
  );
  const left = (await workspace.call("GET", contacts)).body.data;
  assert.equal(left.length, 3 - won);
});

test("merging: a record that was merged before, is not there, or is the very same is refused", async () => {
  const [workspace, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const survivor = await add(workspace, { first_name: "Ann" });
  const duplicate = await add(workspace, { first_name: "Ann" });
  const strange = await add(other, { first_name: "Ann" });
  assert.equal((await merge(workspace, survivor, survivor)).status, 400);
  assert.equal((await merge(workspace, survivor, strange)).status, 404);
  assert.equal((await merge(workspace, strange, survivor)).status, 404);
  await merged(workspace, survivor, duplicate);
  const again = await merge(workspace, survivor, duplicate);
  assert.equal(again.status, 409);
  assert.equal(again.body.error.code, "ALREADY_MERGED");
  assert.equal(again.body.error.details.survivor_id, survivor.id);
  assert.equal((await workspace.call("GET", `${contacts}/${survivor.id}`)).status, 200);
});

test("undoing: once, within 30 days, while the survivor is there; fields changed since stay", async () => {
  const workspace = await frontdesk.workspace();
  const pair = async (): Promise<[Row, Row]> => [
    await add(workspace, { first_name: "Ann" }),
    await add(workspace, { first_name: "Ann", last_name: "Lee", job_title: "Baker" }),
  ];
  const [survivor, duplicate] = await pair();
  const { id } = await merged(workspace, survivor, duplicate);
  await workspace.call("PATCH", `${contacts}/${survivor.id}`, { job_title: "Chef" });
  assert.equal((await undo(workspace, id)).status, 200);
  const after = await read(workspace, survivor.id);
  assert.deepEqual([after["last_name"], after["job_title"]], [null, "Chef"]);
  const twice = await undo(workspace, id);
  assert.equal(twice.status, 409);
  assert.equal(twice.body.error.code, "MERGE_NOT_UNDOABLE");
  assert.match(twice.body.error.fix, /^Nothing is left to do/);
  const [kept, gone] = await pair();
  const second = await merged(workspace, kept, gone);
  const [last] = await pair();
  const third = await merged(workspace, last, kept);
  assert.equal((await undo(workspace, second.id)).status, 409, "the later merge first");
  assert.equal((await undo(workspace, third.id)).status, 200);
  assert.equal((await undo(workspace, second.id)).status, 200);
  const [old, older] = await pair();
  const late = await merged(workspace, old, older);
  await frontdesk.advance(monthSeconds);
  assert.equal((await undo(workspace, late.id)).status, 409);
  const stranger = await frontdesk.workspace();
  assert.equal((await undo(stranger, late.id)).status, 404);
});

test("merges are listed, the newest first, by kind; the trail and the events tell of them", async () => {
  const workspace = await frontdesk.workspace();
  const [a, b] = [await add(workspace, { first_name: "A" }), await add(workspace, { first_name: "B" })];
  const companies = "/api/v1/companies";
  const [c, d] = [
    await add(workspace, { name: "C" }, companies),
    await add(workspace, { name: "D" }, companies),
  ];
  const { id } = await merged(workspace, a, b);
  const company = await workspace.call("POST", `/api/v1/customers/${c.id}/merge`, { duplicate_id: d.id });
  assert.equal(company.status, 200, company.text);
  const ids = async (query: string) =>
    (await workspace.call("GET", `/api/v1/merges${query}`)).body.data.map((row: Row) => row.id);
  assert.deepEqual(await ids(""), [company.body.data.merge.id, id]);
  assert.deepEqual(await ids("?noun=contact"), [id]);
  const shown = await read(workspace, id, "/api/v1/merges");
  assert.equal("duplicate" in shown || "steps" in shown, false);
  const events = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("events").select(["type", "payload"]).orderBy("position").execute(),
  );
  const told = events.find((event) => event.type === "contact.merged");
  assert.deepEqual(told?.payload, { id: a.id, duplicate_id: b.id, merge_id: id });
  assert.ok(events.some((event) => event.type === "contact.deleted"));
});

test("undoing: what was given to somebody else since stays theirs", async () => {
  const workspace = await frontdesk.workspace();
  const [survivor, duplicate, third] = [
    await add(workspace, { first_name: "Ann" }),
    await add(workspace, { first_name: "Anne" }),
    await add(workspace, { first_name: "Ben" }),
  ];
  const deals = "/api/v1/opportunities";
  const [moved, left] = [
    await add(workspace, { name: "Moved", contact_id: duplicate.id }, deals),
    await add(workspace, { name: "Left", contact_id: duplicate.id }, deals),
  ];
  const { id } = await merged(workspace, survivor, duplicate);
  const given = await workspace.call("PATCH", `${deals}/${moved.id}`, { contact_id: third.id });
  assert.equal(given.status, 200, given.text);
  assert.equal((await undo(workspace, id)).status, 200);
  assert.equal((await read(workspace, moved.id, deals))["contact_id"], third.id);
  assert.equal((await read(workspace, left.id, deals))["contact_id"], duplicate.id);
});

test("merging: a duplicate that was merged, came back and is gone is missing, not merged", async () => {
  const workspace = await frontdesk.workspace();
  const [survivor, duplicate] = [
    await add(workspace, { first_name: "Ann" }),
    await add(workspace, { first_name: "Anne" }),
  ];
  const { id } = await merged(workspace, survivor, duplicate);
  const again = await merge(workspace, survivor, duplicate);
  assert.deepEqual([again.status, again.body.error.details.survivor_id], [409, survivor.id]);
  assert.equal((await undo(workspace, id)).status, 200);
  assert.equal((await workspace.call("DELETE", `${contacts}/${duplicate.id}`)).status, 204);
  assert.equal((await merge(workspace, survivor, duplicate)).status, 404);
});
