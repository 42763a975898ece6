import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();

type Group = {
  reasons: { reason: string; shared: string; ids: string[]; members: number }[];
  records: { id: string; name: string }[];
};

async function add(workspace: TestWorkspace, body: object, path = "contacts"): Promise<string> {
  const answer = await workspace.call("POST", `/api/v1/${path}`, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}

async function groups(workspace: TestWorkspace, query = "", path = "contacts"): Promise<Group[]> {
  const answer = await workspace.call("GET", `/api/v1/${path}/duplicates${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data as Group[];
}

const names = ({ records }: Group) => records.map((record) => record.name);

test("duplicates: one address, whatever its letters' case; one number; and nobody else", async () => {
  const [workspace, other] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const ann = await add(workspace, { first_name: "Ann", email: "Ann@Example.com" });
  const bob = await add(workspace, { first_name: "Bob", email: "ann@example.com" });
  const cid = await add(workspace, { first_name: "Cid", phone: "+447700900123" });
  const dot = await add(workspace, { first_name: "Dot", phone: "07700 900123" });
  await add(workspace, { first_name: "Eve", email: "eve@example.com", phone: "+447700900999" });
  await add(other, { first_name: "Far", email: "ann@example.com", phone: "+447700900123" });
  const found = await groups(workspace);
  assert.deepEqual(
    found.map(({ reasons, records }) => [
      reasons[0]?.reason,
      reasons[0]?.shared,
      records.map(({ id }) => id),
    ]),
    [
      ["email", "ann@example.com", [ann, bob]],
      ["phone", "+447700900123", [cid, dot]],
    ],
  );
  assert.deepEqual(await groups(other), []);
});

test("duplicates: names that differ by a slip, an accent of spelling or letters' case", async () => {
  const workspace = await frontdesk.workspace();
  const people = [
    ["John", "Smith"],
    ["Jon", "Smith"],
    ["Maria", "Gonzalez"],
    ["maria", "gonzales"],
    ["Catherine", "Jones"],
    ["Katherine", "Jones"],
    ["Tom", "Brown"],
    ["Tim", "Brown"],
    ["Zoe", "Quill"],
  ];
  for (const [first_name, last_name] of people) await add(workspace, { first_name, last_name });
  // Between John and Jon by first name there are many; by last name they stand together.
  for (let n = 0; n < 20; n++) await add(workspace, { first_name: `Johnny${n}`, last_name: `Abbot${n}` });
  for (const first_name of ["Ann", "Ann"]) await add(workspace, { first_name });
  const found = (await groups(workspace, "?limit=100")).map((group) => names(group).sort().join(" = "));
  for (const pair of [
    "John Smith = Jon Smith",
    "Catherine Jones = Katherine Jones",
    "Maria Gonzalez = maria gonzales",
  ]) {
    assert.ok(found.includes(pair), `${pair} in ${found.join("; ")}`);
  }
  assert.equal(
    found.some((pair) => /Brown|Quill|Ann\b/.test(pair)),
    false,
    found.join("; "),
  );
});

test("duplicates: what has a record in common is one group, with all its reasons, and comes first", async () => {
  const workspace = await frontdesk.workspace();
  await add(workspace, { first_name: "Solo", phone: "+447700900555" });
  await add(workspace, { first_name: "Duo", phone: "+447700900555" });
  await add(workspace, { first_name: "Ann", last_name: "Lee", email: "ann@example.com" });
  await add(workspace, {
    first_name: "Ann",
    last_name: "Lee",
    email: "ann@example.com",
    phone: "+447700900123",
  });
  await add(workspace, { first_name: "A.", phone: "+447700900123" });
  const [first, second, ...more] = await groups(workspace);
  assert.ok(first && second);
  assert.deepEqual(more, []);
  assert.deepEqual(first.reasons.map(({ reason }) => reason).sort(), ["email", "name", "phone"]);
  assert.deepEqual(names(first), ["Ann Lee", "Ann Lee", "A."]);
  assert.equal((await groups(workspace, "?limit=1")).length, 1);
  assert.equal((await workspace.call("GET", "/api/v1/contacts/duplicates?limit=101")).status, 400);
});

test("duplicates: an address that hundreds share names twenty of them and counts all", async () => {
  const workspace = await frontdesk.workspace();
  const now = frontdesk.app.clock.now();
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`
      insert into contacts (workspace_id, id, public_id, first_name, email, created_at, updated_at)
      select ${workspace.id}, gen_random_uuid(), 'C-' || n, 'Staff', 'info@example.com', ${now}, ${now}
        from generate_series(1, 300) n`),
  );
  const [group, ...more] = await groups(workspace);
  assert.deepEqual(more, []);
  assert.deepEqual([group?.reasons[0]?.members, group?.records.length], [300, 20]);
});

test("duplicates among companies: one address, one number, one name but for what companies put around it", async () => {
  const workspace = await frontdesk.workspace();
  await add(workspace, { name: "The Pipe & Drain Co. Pty Ltd" }, "companies");
  await add(workspace, { name: "PIPE AND DRAIN" }, "companies");
  await add(workspace, { name: "Alpha", landline: "+442079460123" }, "companies");
  await add(workspace, { name: "Beta", landline: "+442079460123" }, "companies");
  await add(workspace, { name: "Gamma", email: "x@example.com" }, "companies");
  await add(workspace, { name: "Delta", email: "X@example.com" }, "companies");
  await add(workspace, { name: "Unlike" }, "companies");
  const found = (await groups(workspace, "", "customers")).map(
    (group) => `${group.reasons[0]?.reason}: ${names(group).sort().join(" = ")}`,
  );
  assert.deepEqual(found.sort(), [
    "email: Delta = Gamma",
    "name: PIPE AND DRAIN = The Pipe & Drain Co. Pty Ltd",
    "phone: Alpha = Beta",
  ]);
});

test("duplicates are found by reading along indexes, also among many", async () => {
  const workspace = await frontdesk.workspace();
  const now = frontdesk.app.clock.now();
  await frontdesk.app.database.transaction(workspace.id, async (db) => {
    await db.raw(sql`
      insert into contacts (workspace_id, id, public_id, first_name, last_name, email, phone, created_at, updated_at)
      select ${workspace.id}, gen_random_uuid(), 'C-' || n, 'F' || left(md5(n::text), 7), 'L' || left(md5('x' || n), 9),
             n || '@example.com', '+4477' || lpad(n::text, 8, '0'), ${now}, ${now}
        from generate_series(1, 1000) n`);
  });
  const { database } = frontdesk.app;
  await database.owner("analyze contacts");
  const { rows } = await database.owner("select prosrc from pg_proc where proname = 'duplicate_contacts'");
  const statement = String(rows[0]?.["prosrc"])
    .replace("select must_be_scope(of_workspace);", "")
    .replaceAll("current_workspace()", `'${workspace.id}'::uuid`)
    .replaceAll("limit most", "limit 25");
  const settings = "set local enable_seqscan = off; set local enable_bitmapscan = off";
  const explained = await database.owner(`${settings}; explain ${statement}`);
  const plan = explained.rows.map((row) => row["QUERY PLAN"]).join("\n");
  assert.doesNotMatch(plan, /Seq Scan/, plan);
  for (const index of ["by_email", "by_phone", "neighbours_by_name", "neighbours_by_surname"]) {
    assert.match(plan, new RegExp(`Index (Only )?Scan using contacts_${index}`), plan);
  }
  assert.deepEqual(await groups(workspace), []);
});
