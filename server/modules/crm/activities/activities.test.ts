import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer } from "../../../testing/harness.ts";
import { addCompany, addDeal } from "../test-crm.ts";

const frontdesk = await startHarness();
const path = "/api/v1/activities";
const absent = "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b";

const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;

async function desk() {
  const workspace = await frontdesk.workspace();
  const contact = await workspace.call("POST", "/api/v1/contacts", { first_name: "Ann" });
  const place = { frontdesk, workspace };
  const links = {
    contact_id: contact.body.data.id as string,
    deal_id: await addDeal(place),
    customer_id: await addCompany(place),
  };
  const note = (body: object) =>
    workspace.call("POST", path, { activity_type: "note", subject: "Rang", ...body });
  return { workspace, links, note };
}

test("workspace.create_activity#0 a call, a meeting or a note is written down, with who did it", async () => {
  const { links, note } = await desk();
  for (const activity_type of ["call", "meeting", "note"]) {
    const made = await note({ activity_type, description: "About the tap.", ...links });
    assert.equal(made.status, 201, made.text);
    const { data } = made.body;
    assert.equal(data.activity_type, activity_type);
    assert.deepEqual([data.subject, data.description, data.created_by], ["Rang", "About the tap.", "test"]);
    assert.deepEqual([data.contact_id, data.deal_id, data.customer_id], Object.values(links));
  }
  for (const activity_type of ["email", "Call", "", 1]) {
    const answer = await note({ activity_type, ...links });
    assert.deepEqual([answer.status, fieldOf(answer)], [400, "activity_type"]);
  }
});

test("workspace.create_activity#1 subject is required", async () => {
  const { workspace, links, note } = await desk();
  const without = await workspace.call("POST", path, { activity_type: "note", ...links });
  assert.deepEqual([without.status, fieldOf(without)], [400, "subject"]);
  for (const subject of ["", "  "]) assert.equal(fieldOf(await note({ subject, ...links })), "subject");
});

test("workspace.create_activity#2 one link is enough, none is too few, and what is linked must be there", async () => {
  const { links, note } = await desk();
  const stranger = (await desk()).links;
  for (const [field, id] of Object.entries(links)) {
    const made = await note({ [field]: id });
    assert.equal(made.status, 201, made.text);
    assert.equal(made.body.data[field], id);
    for (const wrong of [absent, stranger[field as keyof typeof stranger]]) {
      const answer = await note({ [field]: wrong });
      assert.deepEqual([answer.status, fieldOf(answer)], [400, field]);
    }
  }
  for (const body of [{}, { contact_id: null, deal_id: null }]) {
    assert.equal(fieldOf(await note(body)), "contact_id");
  }
});

test("workspace.update_activity#0 subject and description change; whom it links to does not", async () => {
  const { workspace, links, note } = await desk();
  const { id } = (await note({ description: "Once", contact_id: links.contact_id })).body.data;
  const patch = (body: object) => workspace.call("PATCH", `${path}/${id}`, body);
  const changed = await patch({ subject: " Called back " });
  assert.deepEqual([changed.body.data.subject, changed.body.data.description], ["Called back", "Once"]);
  assert.equal((await patch({ description: null })).body.data.description, null);
  for (const body of [{ activity_type: "call" }, { ...links }]) {
    const answer = await patch(body);
    assert.equal(answer.status, 400);
    assert.ok(Object.keys(body).includes(fieldOf(answer)));
  }
  assert.equal(fieldOf(await patch({ subject: " " })), "subject");
});

test("the latest first, by contact, deal, company and type", async () => {
  const { workspace, links, note } = await desk();
  await note({ subject: "With Ann", contact_id: links.contact_id });
  await note({ subject: "On the deal", deal_id: links.deal_id, activity_type: "call" });
  await note({ subject: "At the company", customer_id: links.customer_id, activity_type: "call" });
  const subjects = async (query: string) =>
    (await workspace.call("GET", `${path}${query}`)).body.data.map((row: { subject: string }) => row.subject);
  assert.deepEqual(await subjects(""), ["At the company", "On the deal", "With Ann"]);
  assert.deepEqual(await subjects(`?contact_id=${links.contact_id}`), ["With Ann"]);
  assert.deepEqual(await subjects(`?deal_id=${links.deal_id}`), ["On the deal"]);
  assert.deepEqual(await subjects(`?customer_id=${links.customer_id}`), ["At the company"]);
  assert.deepEqual(await subjects("?activity_type=note"), ["With Ann"]);
  assert.deepEqual(await subjects(`?activity_type=call&deal_id=${links.deal_id}`), ["On the deal"]);
  assert.equal((await workspace.call("GET", `${path}?activity_type=email`)).status, 400);
  assert.equal((await workspace.call("GET", `${path}/${absent}`)).status, 404);
});

test("deleting answers 204; what happened is told under the fields' own names", async () => {
  const { workspace, links, note } = await desk();
  const { id } = (await note({ deal_id: links.deal_id })).body.data;
  assert.equal((await workspace.call("DELETE", `${path}/${id}`)).status, 204);
  assert.equal((await workspace.call("GET", `${path}/${id}`)).status, 404);
  const [entries, events] = await frontdesk.app.database.read(workspace.id, async (db) => [
    await db.from("audit_entries").selectAll().where("record_id", "=", id).orderBy("id").execute(),
    await db.from("events").selectAll().where("record_id", "=", id).orderBy("position").execute(),
  ]);
  assert.deepEqual(entries[0]?.changes["deal_id"], { from: null, to: links.deal_id });
  assert.deepEqual(
    events.map((event) => event.type),
    ["activity.created", "activity.deleted"],
  );
});
