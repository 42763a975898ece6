import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { engineName, startHarness } from "../../../testing/harness.ts";
import type { TestWorkspace } from "../../../testing/harness.ts";

const frontdesk = await startHarness();

async function stocked(): Promise<TestWorkspace> {
  const workspace = await frontdesk.workspace();
  for (const contact of [
    { first_name: "Sarah", last_name: "Mitchell", email: "s.mitchell@example.com", phone: "+447700900123" },
    { first_name: "Sara", last_name: "Connor", landline: "+442079460123" },
    { first_name: "Bob", last_name: "Stone", email: "bob@sarahsbakery.example.com" },
  ]) {
    assert.equal((await workspace.call("POST", "/api/v1/contacts", contact)).status, 201);
  }
  await frontdesk.app.database.transaction(workspace.id, (db) =>
    db.raw(sql`
      with company as (
        insert into companies (workspace_id, id, public_id, name, email, created_at, updated_at)
        values (${workspace.id}, gen_random_uuid(), 'A-001', 'Sarah & Sons Plumbing', 'office@sons.example.com',
                ${frontdesk.app.clock.now()}, ${frontdesk.app.clock.now()}))
      insert into opportunities (workspace_id, id, public_id, name, status, created_at, updated_at)
      values (${workspace.id}, gen_random_uuid(), 'D-001', 'Boiler for Sarah', 'won',
              ${frontdesk.app.clock.now()}, ${frontdesk.app.clock.now()})`),
  );
  return workspace;
}

const workspace = await stocked();
const search = async (query: string, limit?: number) =>
  (await workspace.call("POST", "/api/v1/search", { query, ...(limit ? { limit } : {}) })).body.data as {
    entity_type: string;
    entity_id: string;
    display_name: string;
    subtitle: string | null;
    rank: number;
  }[];

test("workspace.search_all#0 workspace.search_all#1 one ranked list over contacts, companies and opportunities", async () => {
  const hits = await search("sarah");
  assert.deepEqual(
    new Set(hits.map((hit) => hit.entity_type)),
    new Set(["contact", "company", "opportunity"]),
  );
  for (const hit of hits) {
    assert.deepEqual(Object.keys(hit).toSorted(), [
      "display_name",
      "entity_id",
      "entity_type",
      "rank",
      "subtitle",
    ]);
  }
  const ranks = hits.map((hit) => hit.rank);
  assert.deepEqual(
    ranks,
    ranks.toSorted((a, b) => b - a),
  );
  const deal = hits.find((hit) => hit.entity_type === "opportunity");
  assert.equal(deal?.subtitle, "won");
  assert.equal(hits.find((hit) => hit.display_name === "Sarah Mitchell")?.subtitle, "s.mitchell@example.com");
});

test("workspace.search_all#2 an exact part ranks 1, a likeness by its similarity below", async () => {
  const hits = await search("sarah");
  const rankOf = (name: string) => hits.find((hit) => hit.display_name === name)?.rank;
  assert.equal(rankOf("Sarah Mitchell"), 1);
  assert.equal(rankOf("Sarah & Sons Plumbing"), 1);
  const likeness = rankOf("Sara Connor") ?? 0;
  assert.ok(likeness > 0.3 && likeness < 1, String(likeness));
});

test("workspace.search_all#3 names forgive typing errors, e-mail addresses and numbers do not", async () => {
  const names = async (query: string) => (await search(query)).map((hit) => hit.display_name);
  assert.ok((await names("sarha mitchel")).includes("Sarah Mitchell"));
  assert.ok((await names("plumbng")).includes("Sarah & Sons Plumbing"));
  assert.ok((await names("boler")).includes("Boiler for Sarah"));
  assert.deepEqual(await names("s.mitchell@example"), ["Sarah Mitchell"]);
  assert.deepEqual(await names("office@sons"), ["Sarah & Sons Plumbing"]);
  assert.deepEqual(await names("offcie@snos"), []);
  for (const spelling of ["+447700900123", "07700 900 123", "(07700) 900-123", "7700900"]) {
    assert.deepEqual(await names(spelling), ["Sarah Mitchell"], spelling);
  }
  assert.deepEqual(await names("07700 900 124"), []);
  assert.deepEqual(await names("020 7946 0123"), ["Sara Connor"]);
  assert.deepEqual(await names("100%_"), []);
});

test("workspace.search_all#4 limit is 1 to 100, 25 by default", async () => {
  const many = await frontdesk.workspace();
  await frontdesk.app.database.transaction(many.id, (db) =>
    db.raw(sql`
      insert into contacts (workspace_id, id, public_id, first_name, created_at, updated_at)
      select ${many.id}, gen_random_uuid(), 'C-' || n, 'Quentin ' || n, ${frontdesk.app.clock.now()}, ${frontdesk.app.clock.now()}
        from generate_series(1, 130) n`),
  );
  const count = async (limit?: number) =>
    (await many.call("POST", "/api/v1/search", { query: "quentin", limit })).body.data.length;
  assert.equal(await count(), 25);
  assert.equal(await count(1), 1);
  assert.equal(await count(100), 100);
  for (const limit of [0, 101, 1.5]) {
    const answer = await many.call("POST", "/api/v1/search", { query: "q", limit });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.details.fields[0].field, "limit");
  }
  assert.equal((await many.call("POST", "/api/v1/search", { query: "   " })).status, 400);
});

test("workspace.search_all#5 it is a read, and needs all three read scopes", async () => {
  const scopes = ["contacts:read", "companies:read", "opportunities:read"];
  const body = { query: "sarah" };
  const held = await workspace.keyWith(scopes, "with-approval");
  assert.equal((await frontdesk.call("POST", "/api/v1/search", { key: held, body })).status, 200);
  const readOnly = await workspace.keyWith(scopes, "read-only");
  assert.equal((await frontdesk.call("POST", "/api/v1/search", { key: readOnly, body })).status, 200);
  for (const missing of scopes) {
    const key = await workspace.keyWith(scopes.filter((scope) => scope !== missing));
    const answer = await frontdesk.call("POST", "/api/v1/search", { key, body });
    assert.equal(answer.status, 403);
    assert.deepEqual(answer.body.error.details.missing_scopes, [missing]);
  }
});

test("workspace.list_contacts#2 workspace.list_companies#1 workspace.list_opportunities#5 a list and a search find a name however it is typed", async () => {
  const own = await frontdesk.workspace();
  const make = async (path: string, body: object) => {
    const made = await own.call("POST", `/api/v1/${path}`, body);
    assert.equal(made.status, 201, made.text);
    return made.body.data.id as string;
  };
  const renee = await make("contacts", { first_name: "Ren\u00e9e", last_name: "M\u00fcller" });
  const street = await make("contacts", { first_name: "Jo", last_name: "Stra\u00dfe" });
  const bruce = await make("contacts", { first_name: "小龙", last_name: "李" });
  const minsu = await make("contacts", { first_name: "민수", last_name: "김" });
  const taro = await make("contacts", { first_name: "がく", last_name: "山田" });
  const cafe = await make("companies", { name: "Caf\u00e9 \u00d8st 東京" });
  const deal = await make("opportunities", { name: "Cr\u00e8che roof", contact_id: renee });
  const people: [string, string][] = [
    ...["Renee", "RENÉE", "Rene\u0301e", "Muller", "mu\u0308ller", "renee muller"].map(
      (q) => [q, renee] as [string, string],
    ),
    ...["strasse", "STRAßE", "straße"].map((q) => [q, street] as [string, string]),
    ...["李小龙", "李 小龙", "小龙李", "小龙", "李小", "李", "龙"].map((q) => [q, bruce] as [string, string]),
    ...["김민수", "민수", "김 민수", "김민수".normalize("NFD")].map((q) => [q, minsu] as [string, string]),
    ...["山田がく", "がく", "山田", "山田　がく"].map((q) => [q, taro] as [string, string]),
  ];
  const idsOf = (answer: { body?: unknown }) =>
    (answer.body as { data: { id?: string; entity_id?: string }[] }).data.map(
      (one) => one.id ?? one.entity_id,
    );
  for (const [query, id] of people) {
    const q = encodeURIComponent(query);
    assert.deepEqual(idsOf(await own.call("GET", `/api/v1/contacts?search=${q}`)), [id], `list ${query}`);
    assert.equal(
      idsOf(await own.call("POST", "/api/v1/contacts/search", { query }))[0],
      id,
      `search ${query}`,
    );
    assert.ok(idsOf(await own.call("POST", "/api/v1/search", { query })).includes(id), `all ${query}`);
    const file = await own.call("GET", `/api/v1/crm/export?type=contacts&format=csv&search=${q}`);
    assert.equal(file.headers["x-row-count"], "1", `export ${query}`);
  }
  for (const query of ["cafe ost", "CAFÉ", "東京"]) {
    const q = encodeURIComponent(query);
    assert.deepEqual(idsOf(await own.call("GET", `/api/v1/companies?search=${q}`)), [cafe], query);
  }
  for (const query of ["creche", "Muller", "cre\u0300che"]) {
    const q = encodeURIComponent(query);
    assert.deepEqual(idsOf(await own.call("GET", `/api/v1/opportunities?search=${q}`)), [deal], query);
  }
});

test("two letters the wrong way round are forgiven in a name alone", async () => {
  const own = await frontdesk.workspace();
  for (const [first_name, last_name] of [
    ["Bob", "Johnson"],
    ["Ann", "Smith"],
    ["Cy", "Brown"],
  ]) {
    await own.call("POST", "/api/v1/contacts", { first_name, last_name });
  }
  await own.call("POST", "/api/v1/companies", { name: "Johnson Roofing" });
  for (const [query, name] of [
    ["Jonhson", "Bob Johnson"],
    ["smiht", "Ann Smith"],
    ["Brwon", "Cy Brown"],
    ["bob jonhson", "Bob Johnson"],
  ]) {
    const hits = (await own.call("POST", "/api/v1/search", { query })).body.data as {
      display_name: string;
      rank: number;
    }[];
    assert.equal(hits.find((hit) => hit.display_name === name)?.display_name, name, query);
    assert.ok(
      hits.every((hit) => hit.rank < 1),
      query,
    );
  }
  const hits = (await own.call("POST", "/api/v1/search", { query: "Jonhson" })).body.data as {
    display_name: string;
  }[];
  assert.deepEqual(new Set(hits.map((hit) => hit.display_name)), new Set(["Bob Johnson", "Johnson Roofing"]));
});

test("a search never sees another workspace", async () => {
  const stranger = await frontdesk.workspace();
  assert.deepEqual((await stranger.call("POST", "/api/v1/search", { query: "sarah" })).body.data, []);
  assert.deepEqual(
    (await stranger.call("POST", "/api/v1/contacts/search", { query: "sarah" })).body.data,
    [],
  );
});

test("a search of many names reads an index, not the names", async () => {
  const big = await frontdesk.workspace();
  const now = frontdesk.app.clock.now();
  const names = engineName === "postgres" ? 20_000 : 8000;
  await frontdesk.app.database.transaction(big.id, (db) =>
    db.raw(sql`
      insert into contacts (workspace_id, id, public_id, first_name, last_name, email, created_at, updated_at)
      select ${big.id}, gen_random_uuid(), 'C-' || n,
             (array['James','Mary','Robert','Patricia','John','Jennifer','Michael','Linda','David','Barbara'])[1 + n % 10],
             (array['Smith','Johnson','Williams','Brown','Jones','Garcia','Miller','Davis','Wilson','Anderson'])[1 + n / 10 % 10] || 'son' || n,
             'm' || n || '@example.com', ${now}, ${now}
        from generate_series(1, ${names}::int) n`),
  );
  await frontdesk.app.database.owner("analyze contacts; analyze contact_names");
  const plan = await frontdesk.app.database.system("simulator", async (kysely) => {
    // The functions' own conditions, as their owner plans them.
    await sql`set local enable_seqscan = off`.execute(kysely);
    await sql`set local pg_trgm.word_similarity_threshold = 0.4`.execute(kysely);
    const explained = [
      sql<Record<string, string>>`
        explain select c.id from contacts c
          where c.workspace_id = ${big.id} and c.search_text like like_pattern('m2999@exam')`,
      sql<Record<string, string>>`
        explain select known.name from contact_names known
          where known.workspace_id = ${big.id} and 'wiliamsson2' <% known.name`,
      sql<Record<string, string>>`
        explain select c.id from contacts c where c.workspace_id = ${big.id} and c.last_name is not null
          and folded(c.last_name) ~>=~ 'smithson2' and folded(c.last_name) ~<~ 'smithson3'`,
      sql<Record<string, string>>`
        explain select c.id from contacts c
          where c.workspace_id = ${big.id} and c.search_text like holding_pattern('小龙')`,
      sql<Record<string, string>>`
        explain select known.name from contact_names known
          where known.workspace_id = ${big.id} and known.name = any(letters_swapped('simthson2'))`,
    ];
    const rows = [];
    for (const one of explained) rows.push(...(await one.execute(kysely)).rows);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  });
  assert.match(plan, /Index Scan on contacts_search/);
  assert.match(plan, /Index Scan on contact_names_close/);
  assert.match(plan, /Index (?:Only )?Scan (?:using|on) contacts_by_last_name/);
  assert.match(plan, /Index Only Scan using contact_names_pkey/);
  assert.equal(plan.match(/on contacts_search/g)?.length, 2, plan);
  assert.doesNotMatch(plan, /Seq Scan/);
  const found = await big.call("POST", "/api/v1/search", { query: "m2999@example.com" });
  assert.equal(found.body.data.length, 1);
  const close = await big.call("POST", "/api/v1/search", { query: "wiliamsson2" });
  assert.ok(close.body.data.length > 0);
});
