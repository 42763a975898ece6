/**
 * For every foreign key there is: what deleting the one leaves of the other. Nothing here lists tables; a new one is tested the
 * day its migration is written.
 */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { systemActor } from "../../kernel/actor.ts";
import type { Ctx } from "../../kernel/context.ts";
import { deleteRows, deletionConsequences } from "../../kernel/deletion.ts";
import { startHarness } from "../harness.ts";
import { root } from "../root.ts";
import { RowMaker, readCatalogue } from "./rows-of-any-table.ts";
import type { ForeignKey } from "./rows-of-any-table.ts";

const frontdesk = await startHarness({ work: false });
const { database, registry } = frontdesk.app;
const catalogue = await readCatalogue(database);
const kindOf = (table: string) => registry.rowKind(table);
const hasId = (table: string) => catalogue.columns.get(table)?.some(({ name }) => name === "id") ?? false;
const ofWorkspaces = (table: string) =>
  catalogue.columns.get(table)?.some(({ name }) => name === "workspace_id") ?? false;

/** Records that are deleted, and the rows that refer to one; the workspace's own members and numbers only ever retire. */
const pairs = catalogue.foreignKeys.filter(
  ({ table, target, then }) =>
    kindOf(target)?.is === "record" && then !== "refuses" && ofWorkspaces(table) && hasId(target),
);

const inside = <T>(workspaceId: string, work: (ctx: Ctx) => Promise<T>): Promise<T> => {
  const actor = systemActor(workspaceId);
  return frontdesk.app.inWorkspace(
    { workspaceId, actor, operation: "test", surface: "test", requestId: "test" },
    work,
  );
};

test("every table that refers to another says what its rows are", () => {
  const silent = catalogue.foreignKeys
    .filter(({ table }) => ofWorkspaces(table) && kindOf(table) === undefined)
    .map(({ table }) => table);
  assert.deepEqual([...new Set(silent)], [], "declare them in their module's `rows`");
});

test("no record that can do without another goes with it by a foreign key", () => {
  const lost = pairs
    .filter(({ table, then, nullable }) => kindOf(table)?.is === "record" && then === "takes" && nullable)
    .map(({ table, columns }) => `${table}.${columns.join(",")}`);
  assert.deepEqual(lost, [], "on delete set null; what would belong to nothing is the program's to delete");
});

test("records are deleted in one place, which sees to what refers to them", async () => {
  const targets = new Set(pairs.map(({ target }) => target));
  // They see to it themselves that nothing refers to what goes.
  const own = new Set(["server/modules/crm/pipelines/stages.ts pipeline_stages"]);
  const folder = join(root, "server");
  const files = (await readdir(folder, { recursive: true })).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  const strays: string[] = [];
  for (const name of files) {
    const text = await readFile(join(folder, name), "utf8");
    for (const [, built, written] of text.matchAll(/\.remove\("(\w+)"\)|delete from (\w+)/g)) {
      const table = built ?? written ?? "";
      const use = `server/${name} ${table}`;
      if (targets.has(table) && !own.has(use)) strays.push(use);
    }
  }
  assert.deepEqual(strays, [], "use deleteRows");
});

/** Rows that triggers derive from others, and only they. */
const derived = new Set(["slot_claims"]);

for (const key of pairs.filter(({ table }) => !derived.has(table))) {
  const { table, columns, target, then } = key;
  test(`${table}.${columns.join(",")}: what deleting its ${target} leaves`, async () => {
    const workspace = await frontdesk.workspace();
    const maker = new RowMaker(database, catalogue, workspace.id);
    const gone = await maker.make(target);
    const others = await otherReferences(key, maker);
    const named = Object.fromEntries(
      columns.map((name, index) => [name, gone[key.targetColumns[index] ?? "id"]]),
    );
    const row = await maker.make(table, { ...others.values, ...named });
    const looked = await inside(workspace.id, (ctx) =>
      deletionConsequences(ctx, target, [gone["id"] as string]),
    );
    await inside(workspace.id, (ctx) => deleteRows(ctx, target as never, [gone["id"] as string]));

    assert.equal(await stored(target, gone), undefined, `${target} itself is gone`);
    for (const [other, kept] of others.rows) assert.ok(await stored(other, kept), `${other} stays`);
    const left = await stored(table, row);
    const kind = kindOf(table);
    const told = await changesOf(workspace.id, kind?.noun ?? "", row["id"]);
    if (then === "takes") {
      assert.equal(left, undefined, "it hung on what went");
      assert.ok(looked.consequences.deleted[kind?.noun ?? ""], "and was announced");
      if (kind?.is === "record")
        assert.deepEqual(told, { audit: ["deleted"], events: [`${kind.noun}.deleted`] });
      return;
    }
    assert.ok(left, "it belongs to others, or to nobody");
    for (const name of columns) assert.equal(left[name], null);
    for (const [name, value] of Object.entries(others.values)) {
      assert.deepEqual(left[name], value, `${name} still refers to what is there`);
    }
    assert.ok(Object.keys(looked.consequences.cleared).length > 0, "and was announced");
    if (kind?.is === "record")
      assert.deepEqual(told, { audit: ["updated"], events: [`${kind.noun}.updated`] });
  });
}

/** Rows for every other reference the row could have, so that it belongs to something else as well. */
async function otherReferences(key: ForeignKey, maker: RowMaker) {
  const values: Record<string, unknown> = {};
  const rows: [string, Record<string, unknown>][] = [];
  for (const other of catalogue.foreignKeys) {
    if (other.table !== key.table || other === key || !ofWorkspaces(other.target)) continue;
    if (other.columns.some((name) => key.columns.includes(name) || name in values)) continue;
    if (exclusive.has(key.table)) continue;
    const made = await maker.make(other.target);
    rows.push([other.target, made]);
    other.columns.forEach((name, index) => (values[name] = made[other.targetColumns[index] ?? "id"]));
  }
  return { values, rows };
}

/** Rows that refer to one thing or another, never to both. */
const exclusive = new Set(["report_dashboard_acl"]);

async function stored(table: string, row: Record<string, unknown>) {
  const key = catalogue.primaryKeys.get(table) ?? ["id"];
  const { rows } = await database.owner(
    `select * from ${table} where ${key.map((name, index) => `${name} = $${index + 1}`).join(" and ")}`,
    key.map((name) => row[name]),
  );
  return rows[0];
}

async function changesOf(workspaceId: string, noun: string, id: unknown) {
  const audit = await database.owner(
    "select action from audit_entries where workspace_id = $1 and noun = $2 and record_id = $3",
    [workspaceId, noun, id],
  );
  const events = await database.owner(
    "select type from events where workspace_id = $1 and noun = $2 and record_id = $3",
    [workspaceId, noun, id],
  );
  return { audit: audit.rows.map((one) => one["action"]), events: events.rows.map((one) => one["type"]) };
}
