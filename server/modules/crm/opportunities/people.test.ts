import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { newId } from "../../../kernel/ids.ts";
import { openDeals } from "./test-deals.ts";
import type { TestDeals } from "./test-deals.ts";

const frontdesk = await startHarness();

const namesOf = (rows: Json[]) => rows.map((row) => row.first_name ?? row.name);

test("workspace.list_opportunity_contacts#0 workspace.list_opportunity_contacts#1 workspace.add_opportunity_contact#0 workspace.remove_opportunity_contact#0 people besides the primary contact", async () => {
  const { deal, contact, call, workspace } = await openDeals(frontdesk);
  const [ann, bob, cyd] = [await contact("Ann"), await contact("Bob"), await contact("Cyd")];
  const { id } = await deal({ contact_id: ann });
  const path = `/opportunities/${id}/contacts`;
  for (const one of [bob, cyd, bob]) assert.equal((await call("POST", `${path}/${one}`)).status, 200);
  const listed = async () => namesOf((await call("GET", path)).body.data).toSorted();
  assert.deepEqual(await listed(), ["Bob", "Cyd"]);
  assert.equal((await call("POST", `${path}/${ann}`)).status, 400);
  // Whoever becomes the primary contact is no further one.
  const changed = await call("PATCH", `/opportunities/${id}`, { contact_id: cyd });
  assert.equal(changed.body.data.contact_id, cyd);
  assert.deepEqual(await listed(), ["Bob"]);
  assert.equal((await call("DELETE", `/deals/${id}/contacts/${bob}`)).status, 204);
  assert.equal((await call("DELETE", `${path}/${bob}`)).status, 404);
  assert.deepEqual(await listed(), []);
  assert.equal((await call("GET", `/contacts/${bob}`)).status, 200);
  for (const scope of ["opportunities:read", "contacts:read"]) {
    assert.equal((await call("GET", path, undefined, await workspace.keyWith([scope]))).status, 403);
  }
  const key = await workspace.keyWith(["opportunities:read", "contacts:read"]);
  assert.equal((await call("GET", path, undefined, key)).status, 200);
});

test("workspace.list_opportunity_users workspace.assign_opportunity_user workspace.unassign_opportunity_user the first user is in charge; assigned_to puts another in charge", async () => {
  const { deal, call, workspace, inside } = await openDeals(frontdesk);
  const second = await inside(async (ctx) => {
    const id = newId(ctx.now);
    await ctx.db
      .insert("members", {
        id,
        name: "Second",
        role: "client_editor",
        email: null,
        phone: null,
        created_at: ctx.now,
      } as never)
      .execute();
    return id;
  });
  const first = workspace.adminId;
  const { id } = await deal();
  const path = `/opportunities/${id}/users`;
  for (const user of [first, second, first])
    assert.equal((await call("POST", `${path}/${user}`)).status, 200);
  const assigned = async () =>
    Object.fromEntries((await call("GET", path)).body.data.map((user: Json) => [user.id, user.is_primary]));
  assert.deepEqual(await assigned(), { [first]: true, [second]: false });
  const patched = await call("PATCH", `/opportunities/${id}`, { assigned_to: second });
  assert.deepEqual([patched.body.data.assigned_to, patched.body.data.assigned_user_ids], [second, [second]]);
  await call("POST", `/deals/${id}/users/${first}`);
  assert.deepEqual(await assigned(), { [first]: false, [second]: true });
  assert.equal((await call("DELETE", `${path}/${second}`)).status, 204);
  assert.equal((await call("DELETE", `${path}/${second}`)).status, 404);
  assert.deepEqual(await assigned(), { [first]: false });
  assert.equal((await call("GET", `/opportunities/${id}`)).body.data.assigned_to, null);
});

test("workspace.list_opportunity_activities#0 workspace.list_opportunity_tasks#0 workspace.list_opportunity_work_orders#0 what hangs on an opportunity, each with its scopes", async () => {
  const { deal, product, make, call, workspace } = await openDeals(frontdesk);
  const [{ id }, other] = [await deal(), await deal()];
  for (const deal_id of [id, other.id]) {
    await make("/activities", { activity_type: "note", subject: `About ${deal_id}`, deal_id });
    await make("/tasks", { title: `For ${deal_id}`, deal_id });
    const line = await make(`/opportunities/${deal_id}/products`, { product_id: await product() });
    await make("/work-orders", { deal_product_id: line.id, schedule_date: "2026-03-09" });
  }
  const read = async (path: string, scopes: string[]) =>
    call("GET", `/deals/${id}/${path}`, undefined, await workspace.keyWith(scopes));
  const cases: [string, string[]][] = [
    ["activities", ["opportunities:read", "activities:read"]],
    ["tasks", ["opportunities:read", "tasks:read"]],
    ["work-orders", ["opportunities:read"]],
  ];
  for (const [path, scopes] of cases) {
    const answer = await read(path, scopes);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.data.length, 1, path);
    for (const scope of scopes) {
      const without = scopes.filter((one) => one !== scope);
      assert.equal(
        (await read(path, [...without, "companies:read"])).status,
        403,
        `${path} without ${scope}`,
      );
    }
  }
});

async function refer(
  { inside }: TestDeals,
  referral: { referrer: string; deal: string | null; category?: string; days?: number },
): Promise<string> {
  return inside(async (ctx) => {
    const id = newId(ctx.now);
    const at = new Date(ctx.now.getTime() + (referral.days ?? 0) * 86_400_000);
    await ctx.db.raw(sql`
      insert into referrals (workspace_id, id, referrer_contact_id, opportunity_id, category, created_at, updated_at)
      values (${ctx.workspaceId}, ${id}, ${referral.referrer}, ${referral.deal}, ${referral.category ?? null}, ${at}, ${at})`);
    return id;
  });
}

test("workspace.list_opportunities#2 workspace.list_opportunities#11 workspace.get_opportunity#1 workspace.get_opportunity#2 the newest referrer is kept by the database, whoever writes referrals", async () => {
  const open = await openDeals(frontdesk);
  const { contact, call, deal, inside } = open;
  const [ann, bob] = [
    await contact("Ann", { job_title: "Agent", email: "ann@example.com" }),
    await contact("Bob"),
  ];
  const [one, two] = [await deal(), await deal()];
  const referrers = async () => {
    const rows = (await call("GET", "/opportunities?expand=referrer")).body.data as Json[];
    return [one.id, two.id].map((id) => {
      const row = rows.find((each) => each.id === id);
      assert.equal("referrer" in row, row.primary_referrer_contact_id !== null);
      return [
        row.primary_referrer_contact_id,
        row.primary_referrer_category,
        row.referrer?.first_name ?? null,
      ];
    });
  };
  const nobody = [null, null, null];
  assert.deepEqual(await referrers(), [nobody, nobody]);
  const early = await refer(open, { referrer: ann, deal: one.id, category: "agent" });
  const late = await refer(open, { referrer: bob, deal: one.id, category: "friend", days: 2 });
  await refer(open, { referrer: ann, deal: one.id, days: 1 });
  assert.deepEqual(await referrers(), [[bob, "friend", "Bob"], nobody]);
  // Given to another opportunity, changed, and taken back.
  await inside((ctx) =>
    ctx.db.raw(
      sql`update referrals set opportunity_id = ${two.id}, category = 'kin' where workspace_id = ${ctx.workspaceId} and id = ${late}`,
    ),
  );
  assert.deepEqual(await referrers(), [
    [ann, null, "Ann"],
    [bob, "kin", "Bob"],
  ]);
  const {
    referrer,
    contact: _c,
    ...row
  } = (await call("GET", `/opportunities/${one.id}?expand=referrer`)).body.data;
  assert.equal(row.primary_referrer_contact_id, ann);
  const { id, public_id, first_name, last_name, email, phone, job_title, ...more } = referrer;
  assert.deepEqual(
    { id, public_id, first_name, last_name, email, phone, job_title, more },
    {
      id: ann,
      public_id: "C-001",
      first_name: "Ann",
      last_name: null,
      email: "ann@example.com",
      phone: null,
      job_title: "Agent",
      more: {},
    },
  );
  assert.equal((await call("DELETE", `/contacts/${bob}`)).status, 204);
  await inside((ctx) =>
    ctx.db.raw(sql`delete from referrals where workspace_id = ${ctx.workspaceId} and id <> ${early}`),
  );
  assert.deepEqual(await referrers(), [[ann, "agent", "Ann"], nobody]);
  assert.equal((await call("DELETE", `/opportunities/${one.id}`)).status, 204);
});
