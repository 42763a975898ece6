import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { startHarness } from "../../../testing/harness.ts";
import type { Json, TestWorkspace } from "../../../testing/harness.ts";
import { logStatement } from "./crm-logs.store.ts";

const frontdesk = await startHarness();
const path = "/api/v1/data/crm-logs";

async function contactOf(workspace: TestWorkspace, first_name = "Paul"): Promise<string> {
  const made = await workspace.call("POST", "/api/v1/contacts", { first_name });
  assert.equal(made.status, 201, made.text);
  return made.body.data.id as string;
}

async function logs(workspace: TestWorkspace, query: Record<string, string> = {}): Promise<Json[]> {
  const answer = await workspace.call("GET", `${path}?${new URLSearchParams(query)}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

test("workspace.list_crm_logs#0 a change is told field by field: who, when, from where, before and after", async () => {
  const workspace = await frontdesk.workspace();
  const id = await contactOf(workspace);
  await frontdesk.advance(60);
  const headers = { "x-corr-id": "change-1" };
  const changed = await workspace.call(
    "PATCH",
    `/api/v1/contacts/${id}`,
    { first_name: "Paula", last_name: "Jones" },
    headers,
  );
  assert.equal(changed.status, 200, changed.text);
  const rows = await logs(workspace, { entity_type: "contact", entity_id: id });
  const first = rows.find((row) => row.field === "first_name" && row.action === "updated");
  assert.equal(first.old_value, "Paul");
  assert.equal(first.new_value, "Paula");
  assert.equal(first.changed_by_kind, "api_key");
  assert.equal(first.changed_by_name, "test");
  assert.equal(first.changed_at, frontdesk.app.clock.now().toISOString());
  assert.deepEqual(
    [first.surface, first.operation, first.request_id],
    ["workspace", "update_contact", "change-1"],
  );
  const last = rows.find((row) => row.field === "last_name" && row.action === "updated");
  assert.equal(last.entry_id, first.entry_id, "one act, one entry");
  assert.deepEqual([last.old_value, last.new_value], [null, "Jones"]);
  assert.ok(rows.some((row) => row.action === "created" && row.field === "first_name"));
});

test("the log can be narrowed by record, field, person and time", async () => {
  const workspace = await frontdesk.workspace();
  const [id, other] = [await contactOf(workspace), await contactOf(workspace, "Olga")];
  const between = frontdesk.app.clock.now().toISOString();
  await frontdesk.advance(60);
  await workspace.call("PATCH", `/api/v1/contacts/${id}`, { first_name: "Paula" });
  const second = await workspace.keyWith(["contacts:write"]);
  await frontdesk.call("PATCH", `/api/v1/contacts/${other}`, { key: second, body: { first_name: "Olive" } });
  const later = frontdesk.app.clock.now().toISOString();
  const named = (rows: Json[]) => rows.map((row) => row.new_value);
  assert.deepEqual(named(await logs(workspace, { field: "first_name" })), ["Olive", "Paula", "Olga", "Paul"]);
  assert.deepEqual(named(await logs(workspace, { field: "first_name", entity_id: id })), ["Paula", "Paul"]);
  assert.deepEqual(named(await logs(workspace, { field: "first_name", changed_after: later })), [
    "Olive",
    "Paula",
  ]);
  assert.deepEqual(named(await logs(workspace, { field: "first_name", changed_before: later })), [
    "Olga",
    "Paul",
  ]);
  assert.equal((await logs(workspace, { changed_after: between, changed_before: between })).length, 0);
  const [{ changed_by: by }] = await logs(workspace, { field: "first_name", entity_id: other });
  assert.deepEqual(named(await logs(workspace, { field: "first_name", changed_by: by })), ["Olive"]);
  assert.deepEqual(await logs(workspace, { entity_type: "deal" }), []);
  const wrong = await workspace.call("GET", `${path}?changed_after=yesterday`);
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /changed_after/);
  const early = await workspace.call("GET", `${path}?changed_after=0000-01-01T00:00:00Z`);
  assert.ok(early.status < 500, early.text);
});

test("pages of one and the same row never repeat or lose a field, forwards and back", async () => {
  const workspace = await frontdesk.workspace();
  const id = await contactOf(workspace);
  await workspace.call("PATCH", `/api/v1/contacts/${id}`, { first_name: "B", last_name: "C", notes: "D" });
  const all = (await logs(workspace, { limit: "100" })).map((row) => row.id);
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.length > 6);
  const walked: string[] = [];
  let page = await workspace.call("GET", `${path}?limit=2`);
  const pages = [page];
  for (;;) {
    walked.push(...page.body.data.map((row: Json) => row.id));
    const { next_cursor: next, has_more: more } = page.body.pagination;
    assert.equal(more, next !== null);
    if (!next) break;
    page = await workspace.call("GET", `${path}?limit=2&cursor=${next}`);
    pages.push(page);
  }
  assert.deepEqual(walked, all);
  const back = await workspace.call("GET", `${path}?limit=2&cursor=${pages[2]!.body.pagination.prev_cursor}`);
  assert.deepEqual(back.body.data, pages[1]!.body.data);
  const wrong = await workspace.call("GET", `${path}?cursor=nonsense`);
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /cursor/);
});

test("a cursor that is none of the log's, or two that differ, are refused", async () => {
  const workspace = await frontdesk.workspace();
  await contactOf(workspace);
  const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
  const at = "2026-03-02T09:00:00.000Z";
  const id = workspace.id;
  const get = async (query: string) => (await workspace.call("GET", `${path}?${query}`)).status;
  for (const good of [cursor(at, id, "name", "f"), cursor(at, id, "", "b")]) {
    assert.equal(await get(`cursor=${good}`), 200);
    assert.equal(await get(`cursor=${good}&after=${good}`), 200);
    assert.equal(await get(`after=${good}`), 200);
  }
  for (const wrong of [
    cursor(7, id, "name", "f"),
    cursor("2026-03-02", id, "name", "f"),
    cursor("2026-99-99T09:00:00Z", id, "name", "f"),
    cursor(at, "nobody", "name", "f"),
    cursor(at, 7, "name", "f"),
    cursor(at, id, 7, "f"),
    cursor(at, id, "a\0b", "f"),
    cursor(at),
    Buffer.from("7").toString("base64url"),
  ]) {
    assert.equal(await get(`cursor=${wrong}`), 400, Buffer.from(wrong, "base64url").toString());
  }
  assert.equal(await get(`cursor=${cursor(at, id, "a", "f")}&after=${cursor(at, id, "b", "f")}`), 400);
});

test("a page that holds all there is has none beside it; the first has none before it", async () => {
  const workspace = await frontdesk.workspace();
  const id = await contactOf(workspace);
  await workspace.call("DELETE", `/api/v1/contacts/${id}`);
  const pages = async (query: string) => (await workspace.call("GET", `${path}?${query}`)).body;
  const { data, pagination } = await pages("limit=100");
  assert.deepEqual([pagination.next_cursor, pagination.prev_cursor], [null, null]);
  const exact = await pages(`limit=${data.length}`);
  assert.deepEqual([exact.data.length, exact.pagination.next_cursor], [data.length, null]);
  const first = await pages("limit=1");
  assert.equal(first.pagination.prev_cursor, null);
  const second = await pages(`limit=1&cursor=${first.pagination.next_cursor}`);
  assert.deepEqual(second.data, [data[1]]);
  const back = await pages(`limit=1&cursor=${second.pagination.prev_cursor}`);
  assert.deepEqual([back.data, back.pagination.prev_cursor], [[data[0]], null]);
  assert.ok(back.pagination.next_cursor);
  const nothing = await pages(`entity_id=${workspace.id}`);
  assert.deepEqual(
    [nothing.data, nothing.pagination.next_cursor, nothing.pagination.prev_cursor],
    [[], null, null],
  );
  const { field, old_value, id: shown, entry_id } = data.at(-1);
  assert.equal(shown, field === null ? entry_id : `${entry_id}:${field}`);
  assert.equal(old_value, null);
});

test("an act that changed no field is one row without a field", async () => {
  const workspace = await frontdesk.workspace();
  const id = await contactOf(workspace);
  await frontdesk.app.database.system("simulator", (kysely) =>
    kysely
      .updateTable("audit_entries" as never)
      .set({ changes: "{}" } as never)
      .where("record_id" as never, "=", id as never)
      .execute(),
  );
  const [row, ...more] = await logs(workspace, { entity_id: id });
  assert.deepEqual(more, []);
  assert.deepEqual([row.id, row.field, row.old_value, row.new_value], [row.entry_id, null, null, null]);
});

test("the log shows one workspace's changes, to whoever may read it, and nobody can change it", async () => {
  const workspace = await frontdesk.workspace();
  const stranger = await frontdesk.workspace();
  const id = await contactOf(stranger);
  assert.deepEqual(await logs(workspace, { entity_id: id }), []);
  const key = await workspace.keyWith(["contacts:read"]);
  const refused = await frontdesk.call("GET", path, { key });
  assert.equal(refused.status, 403);
  assert.match(refused.text, /crm_audit:read/);
});

test("every way to narrow the log is served by an index", async () => {
  const workspace = await frontdesk.workspace();
  await frontdesk.app.database.system("simulator", async (kysely) => {
    await sql`insert into audit_entries
      (workspace_id, id, request_id, operation, surface, actor_kind, actor_id, noun, record_id, action, changes, created_at)
      select ${workspace.id}, gen_random_uuid(), 'r', 'update_contact', 'workspace', 'user', 'actor-' || n % 50, 'contact',
             'r-' || n % 5000, 'updated', '{"name": {"from": 1, "to": 2}}', timestamptz '2026-01-01' + n * interval '1 second'
        from generate_series(1, 20000) n`.execute(kysely);
  });
  await frontdesk.app.database.owner("analyze audit_entries");
  const at = new Date("2026-01-01T01:00:00Z");
  for (const filters of [
    {},
    { entity_type: "contact" },
    { entity_id: "r-77" },
    { entity_type: "contact", entity_id: "r-77" },
    { changed_by: "actor-7" },
    { field: "name" },
    { changed_after: new Date("2026-01-01T00:30:00Z"), changed_before: at },
  ]) {
    for (const position of [undefined, { at, entryId: workspace.id, field: "name" }]) {
      const page = { position, backwards: false, limit: 26 };
      const plan = await frontdesk.app.database.read(workspace.id, (db) =>
        db.raw(sql<Record<string, string>>`explain (costs off) ${logStatement(workspace.id, filters, page)}`),
      );
      const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
      assert.match(text, /Index Scan (Backward )?using audit_entries/, text);
      assert.doesNotMatch(text, /Seq Scan/, text);
    }
  }
});

test("a field that takes a scope of its own is not in the log without it, whatever is asked for", async () => {
  const workspace = await frontdesk.workspace();
  const made = async (path: string, body: object) =>
    (await workspace.call("POST", `/api/v1${path}`, body)).body.data;
  const product = await made("/products", { name: "Tap", price: 5 });
  const deal = await made("/opportunities", { name: "Bath" });
  const lines = `/opportunities/${deal.id}/products`;
  const line = await made(lines, { product_id: product.id, payment_status: "deposit_invoiced" });
  await workspace.call("PATCH", `/api/v1${lines}/${line.id}`, { payment_status: "paid", quantity: 2 });
  await workspace.call("DELETE", `/api/v1${lines}/${line.id}`);
  const ofField = { entity_id: line.id, field: "payment_status" };
  assert.deepEqual(
    (await logs(workspace, ofField)).map((row) => [row.action, row.old_value, row.new_value]),
    [
      ["deleted", "paid", null],
      ["updated", "deposit_invoiced", "paid"],
      ["created", null, "deposit_invoiced"],
    ],
  );
  const key = await workspace.keyWith(["crm_audit:read", "opportunities:read", "invoices:write"]);
  const seen = async (query: string) =>
    (await frontdesk.call("GET", `${path}?limit=100${query}`, { key })).body;
  assert.deepEqual((await seen("&field=payment_status")).data, []);
  const all = await seen(`&entity_id=${line.id}`);
  assert.doesNotMatch(JSON.stringify(all), /payment_status|deposit_invoiced|"paid"/);
  assert.ok(all.data.some((row: Json) => row.field === "quantity" && row.action === "updated"));
});
