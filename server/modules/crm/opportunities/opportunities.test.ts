import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, Json } from "../../../testing/harness.ts";
import { fieldOf, openDeals } from "./test-deals.ts";

const frontdesk = await startHarness();
const names = (answer: Answer) => (answer.body.data as Json[]).map((row) => row.name as string).toSorted();

test("workspace.create_opportunity#0 name is all it needs; the rest has its defaults", async () => {
  const { deal, call } = await openDeals(frontdesk);
  const made = await deal({ name: "  New bathroom " });
  const { name, public_id, status, value, products_total_value, tags, placements, assigned_to } = made;
  assert.deepEqual(
    { name, public_id, status, value, products_total_value, tags, placements, assigned_to },
    {
      name: "New bathroom",
      public_id: "D-001",
      status: "open",
      value: null,
      products_total_value: 0,
      tags: [],
      placements: [],
      assigned_to: null,
    },
  );
  for (const body of [{}, { name: "" }, { name: "   " }, { name: null }]) {
    const answer = await call("POST", "/opportunities", body);
    assert.equal(answer.status, 400, answer.text);
    assert.equal(fieldOf(answer), "name");
  }
  const alias = await call("POST", "/deals", { name: "By the old name" });
  assert.equal(alias.status, 201);
  assert.deepEqual(Object.keys(alias.body.data), Object.keys(made));
});

test("workspace.create_opportunity#1 money is kept to the cent in its currency, AUD unless told", async () => {
  const { deal, call } = await openDeals(frontdesk);
  assert.deepEqual([(await deal()).currency, (await deal({ value: 12_500.55 })).value], ["AUD", 12_500.55]);
  const yen = await deal({ value: 1200, currency: "jpy" });
  assert.deepEqual([yen.value, yen.currency], [1200, "JPY"]);
  // The number is what people said: another currency does not change it.
  const euro = await call("PATCH", `/opportunities/${yen.id}`, { currency: "EUR" });
  assert.deepEqual([euro.body.data.value, euro.body.data.currency], [1200, "EUR"]);
  assert.equal(fieldOf(await call("POST", "/opportunities", { name: "A", currency: "XQZ" })), "currency");
  for (const value of [-1, 1e300, "12"]) {
    assert.equal(fieldOf(await call("POST", "/opportunities", { name: "A", value })), "value");
  }
});

test("workspace.create_opportunity#2 a status stamps its moment and takes reasons, of the company's own if there are any", async () => {
  const { deal, call, events } = await openDeals(frontdesk);
  const won = await deal({ status: "won", won_reasons: ["Price", "Price"] });
  assert.deepEqual([won.won_at !== null, won.lost_at, won.won_reasons], [true, null, ["Price"]]);
  const { id } = await deal();
  const change = (body: object) => call("PATCH", `/opportunities/${id}`, body);
  assert.equal(fieldOf(await call("POST", "/opportunities", { name: "A", status: "maybe" })), "status");
  assert.equal(fieldOf(await change({ lost_reasons: ["Too dear"] })), "lost_reasons");
  const lost = (await change({ status: "lost", lost_reasons: ["Too dear"] })).body.data;
  assert.deepEqual([lost.status, lost.won_at, lost.lost_reasons], ["lost", null, ["Too dear"]]);
  const at = lost.lost_at;
  await frontdesk.advance(60);
  assert.equal((await change({ status: "lost", notes: "Rang" })).body.data.lost_at, at);
  const open = (await change({ status: "open" })).body.data;
  assert.deepEqual([open.lost_at, open.lost_reasons], [null, []]);
  assert.deepEqual(
    (await events()).map((event) => event.type).filter((type) => /won|lost/.test(type)),
    ["opportunity.won", "opportunity.lost"],
  );
  const settings = await call("PATCH", "/company/crm-settings", { lost_reasons: ["Too late"] });
  assert.equal(settings.status, 200, settings.text);
  const stray = await change({ status: "lost", lost_reasons: ["Too dear"] });
  assert.equal(stray.status, 400);
  assert.equal(fieldOf(stray), "lost_reasons");
  assert.match(stray.body.error.fix, /Too late/);
  assert.equal((await change({ status: "lost", lost_reasons: ["Too late"] })).status, 200);
});

test("workspace.create_opportunity#3 workspace.create_opportunity#4 workspace.update_opportunity#2 tags are names or {name, color}, replaced as a whole", async () => {
  const { deal, call } = await openDeals(frontdesk);
  const made = await deal({ tags: ["vip", { name: "hot", color: "#ef4444" }, { name: "new" }, "VIP"] });
  assert.deepEqual(made.tags, [
    { name: "vip", color: "#3b82f6" },
    { name: "hot", color: "#ef4444" },
    { name: "new", color: "#3b82f6" },
  ]);
  const changed = await call("PATCH", `/opportunities/${made.id}`, { tags: ["cold"] });
  assert.deepEqual(changed.body.data.tags, [{ name: "cold", color: "#3b82f6" }]);
  for (const tags of [[{ name: "a", color: "red" }], [{ color: "#fff" }], [" "], [7]]) {
    assert.equal((await call("PATCH", `/opportunities/${made.id}`, { tags })).status, 400);
  }
});

test("workspace.create_opportunity#5 workspace.create_opportunity#6 workspace.update_opportunity#3 metadata holds custom fields; default rules run on every write", async () => {
  const { deal, call } = await openDeals(frontdesk);
  const settings = await call("PATCH", "/company/crm-settings", {
    custom_fields: {
      deal: [
        {
          id: "rooms",
          label: "Rooms",
          type: "number",
        },
        {
          id: "speed",
          label: "Speed",
          type: "text",
          conditional_logic: {
            default_rules: [
              {
                conditions: [{ field_id: "status", operator: "is", value: "won" }],
                action: { type: "constant", value: "express" },
              },
            ],
          },
        },
      ],
    },
  });
  assert.equal(settings.status, 200, settings.text);
  const made = await deal({ metadata: { rooms: 3 } });
  assert.deepEqual(made.metadata, { rooms: 3 });
  assert.equal(
    fieldOf(await call("POST", "/opportunities", { name: "A", metadata: { rooms: "x" } })),
    "metadata.rooms",
  );
  const stray = randomUUID();
  for (const [method, path] of [
    ["POST", "/opportunities"],
    ["PATCH", `/opportunities/${made.id}`],
  ] as const) {
    const answer = await call(method, path, { name: "A", metadata: { [stray]: "x" } });
    assert.equal(answer.status, 400);
    assert.equal(fieldOf(answer), `metadata.${stray}`);
  }
  const won = (await call("PATCH", `/opportunities/${made.id}`, { status: "won" })).body.data;
  assert.deepEqual([won.metadata.rooms, won.metadata.speed], [3, "express"]);
  const replaced = (await call("PATCH", `/opportunities/${made.id}`, { metadata: { note: "x" } })).body.data;
  assert.deepEqual([replaced.metadata.rooms, replaced.metadata.note], [undefined, "x"]);
});

test("workspace.create_opportunity#7 opportunity.created is told, and says so when automations should leave it alone", async () => {
  const { deal, events } = await openDeals(frontdesk);
  const loud = await deal();
  const quiet = await deal({ skip_automations: true });
  assert.deepEqual(
    (await events("opportunity.created")).map((event) => event.payload),
    [{ id: loud.id }, { id: quiet.id, skip_automations: true }],
  );
});

test("workspace.create_opportunity#8 contact, company and user must be the workspace's own", async () => {
  const { deal, call, contact, company, workspace } = await openDeals(frontdesk);
  const stranger = await openDeals(frontdesk);
  const ids = { contact_id: await contact("Ann"), customer_id: await company("Pipes") };
  const made = await deal({ ...ids, assigned_to: workspace.adminId });
  assert.deepEqual(
    [made.contact_id, made.customer_id, made.assigned_to, made.assigned_user_ids],
    [ids.contact_id, ids.customer_id, workspace.adminId, [workspace.adminId]],
  );
  const theirs = {
    contact_id: await stranger.contact("Bob"),
    customer_id: await stranger.company("Taps"),
    assigned_to: stranger.workspace.adminId,
    pipeline_id: (await stranger.board()).id,
    stage_id: (await stranger.board()).stages[0],
  };
  for (const [field, id] of Object.entries(theirs)) {
    for (const [method, path] of [
      ["POST", "/opportunities"],
      ["PATCH", `/opportunities/${made.id}`],
    ] as const) {
      const answer = await call(method, path, { name: "A", [field]: id });
      assert.equal(answer.status, 400, answer.text);
      assert.equal(fieldOf(answer), field);
    }
  }
  const cleared = await call("PATCH", `/opportunities/${made.id}`, { contact_id: null, assigned_to: null });
  assert.deepEqual([cleared.body.data.contact_id, cleared.body.data.assigned_user_ids], [null, []]);
});

test("workspace.update_opportunity#0 workspace.update_opportunity#1 what is sent changes, field by field on the record", async () => {
  const { deal, call, events, inside } = await openDeals(frontdesk);
  const made = await deal({ value: 100, lead_source: "web", next_action: "Ring" });
  const changed = await call("PATCH", `/deals/${made.id}`, {
    value: 250.5,
    next_action_date: "2026-03-09T10:00:00Z",
  });
  const { updated_at: _was, ...before } = made;
  const { updated_at: _is, ...after } = changed.body.data;
  assert.deepEqual(after, { ...before, value: 250.5, next_action_date: "2026-03-09T10:00:00.000Z" });
  const entry = await inside((ctx) =>
    ctx.db
      .from("audit_entries")
      .select("changes")
      .where("record_id", "=", made.id)
      .where("action", "=", "updated")
      .executeTakeFirstOrThrow(),
  );
  assert.deepEqual(entry.changes, {
    value: { from: 100, to: 250.5 },
    next_action_date: { from: null, to: "2026-03-09T10:00:00.000Z" },
  });
  const [told] = await events("opportunity.updated");
  assert.deepEqual(told?.payload._previous_values, { next_action_date: null, value: 100 });
  // Nothing changed, nothing told.
  await call("PATCH", `/opportunities/${made.id}`, { value: 250.5 });
  assert.equal((await events("opportunity.updated")).length, 1);
  for (const field of ["primary_referrer_contact_id", "products_total_value", "public_id", "won_at"]) {
    assert.equal((await call("PATCH", `/opportunities/${made.id}`, { [field]: "x" })).status, 400);
  }
  assert.equal(fieldOf(await call("PATCH", `/opportunities/${made.id}`, { notes: "a\u0000b" })), "notes");
});

test("workspace.get_opportunity workspace.delete_opportunity#0 opportunities:write deletes one, with all that hangs on it", async () => {
  const { deal, call, board, contact, product, make, workspace, inside } = await openDeals(frontdesk);
  const { stages } = await board();
  const { id } = await deal({ stage_id: stages[0], assigned_to: workspace.adminId });
  await make(`/opportunities/${id}/products`, { product_id: await product() });
  await make(`/opportunities/${id}/contacts/${await contact("Ann")}`, {});
  const reader = await workspace.keyWith(["opportunities:read", "opportunities:delete"]);
  assert.equal((await call("DELETE", `/opportunities/${id}`, undefined, reader)).status, 403);
  const writer = await workspace.keyWith(["opportunities:write"]);
  assert.equal((await call("DELETE", `/deals/${id}`, undefined, writer)).status, 204);
  assert.equal((await call("GET", `/opportunities/${id}`)).status, 404);
  for (const table of [
    "opportunity_placements",
    "opportunity_products",
    "opportunity_contacts",
    "opportunity_users",
  ] as const) {
    assert.deepEqual(await inside((ctx) => ctx.db.from(table).selectAll().execute()), []);
  }
});

test("workspace.list_opportunities#0 workspace.list_opportunities#8 workspace.list_opportunities#9 pages of 25 by default, under both names", async () => {
  const { call, make } = await openDeals(frontdesk);
  const records = Array.from({ length: 27 }, (_, index) => ({ name: `Deal ${index}` }));
  await make("/opportunities/bulk-create", { records });
  const first = await call("GET", "/opportunities");
  assert.deepEqual([first.body.data.length, first.body.pagination.has_more], [25, true]);
  const second = await call("GET", `/deals?cursor=${first.body.pagination.next_cursor}`);
  assert.deepEqual([second.body.data.length, second.body.pagination.has_more], [2, false]);
  assert.equal(new Set([...names(first), ...names(second)]).size, 27);
  assert.deepEqual((await call("GET", "/deals")).body.data, first.body.data);
  for (const limit of [0, 101, "x"]) {
    assert.equal(fieldOf(await call("GET", `/opportunities?limit=${limit}`)), "limit");
  }
});

test("workspace.list_opportunities#1 workspace.get_opportunity#0 every row carries its cards", async () => {
  const { deal, call, board, move, make } = await openDeals(frontdesk);
  const jobs = await board("Jobs", [{ name: "New", color: "#ff0000" }]);
  const sales = await board("Sales");
  const { id } = await deal();
  await move(id, jobs, 0);
  await make(`/opportunities/${id}/add-card`, { pipeline_id: sales.id, stage_id: sales.stages[2] });
  const [row] = (await call("GET", "/opportunities")).body.data;
  const shown = row.placements.map((card: Json) => [card.crm_pipelines, card.crm_pipeline_stages]);
  assert.deepEqual(
    shown.toSorted(),
    [
      [
        { id: jobs.id, name: "Jobs" },
        { id: jobs.stages[0], name: "New", color: "#ff0000" },
      ],
      [
        { id: sales.id, name: "Sales" },
        { id: sales.stages[2], name: "Done", color: null },
      ],
    ].toSorted(),
  );
  const one = (await call("GET", `/opportunities/${id}`)).body.data;
  assert.deepEqual(
    one.placements.map((card: Json) => [card.pipeline_id, card.position]),
    row.placements.map((card: Json) => [card.pipeline_id, 0]),
  );
});

test("workspace.list_opportunities#3 workspace.list_opportunities#4 workspace.get_opportunity#3 expand inlines what is asked for", async () => {
  const { deal, call, contact, company, product, make, workspace } = await openDeals(frontdesk);
  const contact_id = await contact("Ann", { email: "ann@example.com" });
  const customer_id = await company("Pipes");
  const { id } = await deal({ contact_id, customer_id, assigned_to: workspace.adminId });
  await make(`/opportunities/${id}/products`, { product_id: await product() });
  const every = "contact,referrer,customer,products,assigned_users";
  for (const path of ["/opportunities", `/opportunities/${id}`]) {
    const { data } = (await call("GET", `${path}?expand=${every}`)).body;
    const row = Array.isArray(data) ? data[0] : data;
    assert.deepEqual([row.contact.first_name, row.contact.email], ["Ann", "ann@example.com"]);
    assert.deepEqual([row.customer.id, row.customer.name], [customer_id, "Pipes"]);
    assert.deepEqual([row.products[0].name, row.products[0].payment_status], ["Valve", "unpaid"]);
    assert.deepEqual(row.assigned_users[0].id, workspace.adminId);
    assert.equal("referrer" in row, false);
    const plain = (await call("GET", path)).body.data;
    assert.equal("contact" in (Array.isArray(plain) ? plain[0] : plain), false);
    const key = await workspace.keyWith(["opportunities:read"]);
    const poor = (await call("GET", `${path}?expand=products`, undefined, key)).body.data;
    assert.equal("payment_status" in (Array.isArray(poor) ? poor[0] : poor).products[0], false);
    const wrong = await call("GET", `${path}?expand=contact,shoes`);
    assert.equal(wrong.status, 400);
    assert.match(fieldOf(wrong), /^expand/);
  }
});

test("workspace.list_opportunities#5 workspace.search_opportunities#0 workspace.search_opportunities#1 found by its name and by name, e-mail and number of contact and company", async () => {
  const { deal, call, contact, company } = await openDeals(frontdesk);
  const ann = await contact("Ann", { last_name: "Quill", email: "ann@post.example", phone: "+447700900123" });
  const pipes = await company("Marlow Pipes", { email: "desk@marlow.example", phone: "+447700900456" });
  await deal({ name: "Kitchen tap", contact_id: ann });
  await deal({ name: "Boiler", customer_id: pipes });
  await deal({ name: "Roof" });
  const searched = async (query: string) => names(await call("POST", "/opportunities/search", { query }));
  const filtered = async (query: string) =>
    names(await call("GET", `/opportunities?search=${encodeURIComponent(query)}`));
  for (const find of [searched, filtered]) {
    for (const query of ["kitchen", "QUILL", "ann@post", "7700900123", "07700 900 123"]) {
      assert.deepEqual(await find(query), ["Kitchen tap"], query);
    }
    for (const query of ["marlow", "desk@", "900456"]) assert.deepEqual(await find(query), ["Boiler"], query);
    assert.deepEqual(await find("%"), []);
  }
  assert.deepEqual(await searched("kitchn tap"), ["Kitchen tap"]);
  // What is searched follows the contact, and the link to it.
  await call("PATCH", `/contacts/${ann}`, { last_name: "Feather" });
  assert.deepEqual([await filtered("quill"), await filtered("feather")], [[], ["Kitchen tap"]]);
  await call("PATCH", `/companies/${pipes}`, { name: "Henley" });
  assert.deepEqual([await filtered("marlow pipes"), await filtered("henley")], [[], ["Boiler"]]);
  await call("DELETE", `/contacts/${ann}`);
  assert.deepEqual([await filtered("feather"), await filtered("kitchen")], [[], ["Kitchen tap"]]);
  for (const limit of [0, 101]) {
    assert.equal(fieldOf(await call("POST", "/opportunities/search", { query: "a", limit })), "limit");
  }
  assert.equal((await call("POST", "/deals/search", { query: "o", limit: 1 })).body.data.length, 1);
  assert.equal(fieldOf(await call("GET", "/opportunities?search=%20")), "search");
});

test("workspace.list_opportunities#6 workspace.list_opportunities#7 workspace.list_opportunities#10 filters narrow alone and together", async () => {
  const { deal, call, contact, company, board, make, workspace } = await openDeals(frontdesk);
  const [ann, pipes, jobs, sales] = [
    await contact("Ann"),
    await company("Pipes"),
    await board("Jobs"),
    await board("Sales"),
  ];
  const early = await deal({ name: "Early", status: "won", contact_id: ann, stage_id: jobs.stages[0] });
  await frontdesk.advance(86_400);
  await deal({ name: "Late", customer_id: pipes, stage_id: jobs.stages[1], assigned_to: workspace.adminId });
  await make(`/opportunities/${early.id}/add-card`, { pipeline_id: sales.id, stage_id: sales.stages[1] });
  const found = async (query: string) => names(await call("GET", `/opportunities?${query}`));
  const middle = encodeURIComponent(new Date(frontdesk.app.clock.now().getTime() - 43_200_000).toISOString());
  const cases: [string, string[]][] = [
    ["status=won", ["Early"]],
    ["status=lost", []],
    ["status=open", ["Late"]],
    [`contact_id=${ann}`, ["Early"]],
    [`customer_id=${pipes}`, ["Late"]],
    [`assigned_to=${workspace.adminId}`, ["Late"]],
    [`pipeline_id=${jobs.id}`, ["Early", "Late"]],
    [`pipeline_id=${sales.id}`, ["Early"]],
    [`stage_id=${jobs.stages[1]}`, ["Late"]],
    [`pipeline_id=${jobs.id}&stage_id=${jobs.stages[0]}`, ["Early"]],
    // One card has to fit both.
    [`pipeline_id=${jobs.id}&stage_id=${sales.stages[1]}`, []],
    [`created_after=${middle}`, ["Late"]],
    [`created_before=${middle}`, ["Early"]],
    [`search=l&status=open&pipeline_id=${jobs.id}&customer_id=${pipes}&created_after=${middle}`, ["Late"]],
    [`search=l&status=won&assigned_to=${workspace.adminId}`, []],
  ];
  for (const [query, expected] of cases) assert.deepEqual(await found(query), expected, query);
  assert.equal(fieldOf(await call("GET", "/opportunities?created_after=soon")), "created_after");
  assert.equal(fieldOf(await call("GET", "/opportunities?status=maybe")), "status");
});

test("workspace.list_opportunities#5 a needle that many hold is found by reading in order, page after page", async () => {
  const { call, make } = await openDeals(frontdesk);
  for (let batch = 0; batch < 6; batch += 1) {
    const records = Array.from({ length: 100 }, (_, index) => ({
      name: `${index % 2 ? "Boiler" : "Tap"} ${batch}-${index}`,
    }));
    await make("/opportunities/bulk-create", { records, skip_automations: true });
  }
  // "o" stands in fewer than 500, "-" in all 600: both ways of looking must agree on the whole.
  for (const [needle, expected] of [
    ["oil", 300],
    ["-", 600],
  ] as const) {
    const seen = new Set<string>();
    let cursor = "";
    do {
      const page = await call("GET", `/opportunities?search=${needle}&limit=100${cursor}`);
      for (const row of page.body.data as Json[]) seen.add(row.id);
      const next = page.body.pagination.next_cursor as string | null;
      cursor = next === null ? "" : `&cursor=${next}`;
    } while (cursor !== "");
    assert.equal(seen.size, expected, needle);
  }
});
