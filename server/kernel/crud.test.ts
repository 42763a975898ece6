/** Resources that are declared and not written, on tables of which only these tests make other ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { modules } from "../modules/index.ts";
import { inside } from "../modules/messaging/testing.ts";
import { workspaceApi } from "../surfaces/workspace-api.ts";
import { startHarness } from "../testing/harness.ts";
import type { TestWorkspace } from "../testing/harness.ts";
import { crud, findRow } from "./crud.ts";
import { declareError } from "./errors.ts";
import { module } from "./operation.ts";
import type { AnyOperation } from "./operation.ts";

const Shown = Type.Object({
  id: Type.String(),
  name: Type.String(),
  color: Type.Union([Type.String(), Type.Null()]),
});
const present = (_ctx: unknown, rows: readonly object[]) =>
  rows.map((row) => {
    const { id, name, color } = row as { id: string; name: string; color: string | null };
    return { id, name, color };
  });
const common = {
  surface: workspaceApi,
  section: "Boards",
  scopes: { read: ["contacts:read"], write: ["contacts:write"] },
  record: Shown,
  present,
  sort: { column: "created_at", direction: "asc", kind: "timestamp" },
} as const;
const fields = { name: Type.String(), color: Type.String() };
const full = declareError("BOARD_FULL", 409, "The board is full.");

const boards = crud({
  ...common,
  noun: "big_board",
  plural: "big_boards",
  table: "pipelines",
  path: "/big-boards",
  aliasPaths: ["/walls"],
  preloaded: true,
  names: { get: "see_big_board" },
  summaries: { get: "See it." },
  fields,
  required: ["name"],
  fixed: ["color"],
  errors: [full],
  examples: { create: { name: "A" }, update: { name: "B" } },
  belongsTo: ["company_id"],
  values: (_ctx, sent: Record<string, unknown>) => sent,
  filters: {
    color: { schema: Type.String(), where: (query, value: string) => query.where("color", "=", value) },
    like: {
      schema: Type.String(),
      read: (_ctx, value: string) => Promise.resolve(`${value}!`),
      where: (query, value: string) => query.where("name", "=", value),
    },
  },
});

const red = { column: "color", value: "red" };
const redBoards = crud({
  ...common,
  noun: "red_board",
  plural: "red_boards",
  table: "pipelines",
  path: "/red-boards",
  only: red,
});

const cards = crud({
  ...common,
  noun: "board_card",
  plural: "board_cards",
  table: "pipeline_stages",
  path: "/red-boards/:boardId/cards",
  idParam: "cardId",
  scopes: { ...common.scopes, delete: ["contacts:delete"] },
  columns: ["id", "name", "color", "created_at"],
  parent: { param: "boardId", column: "pipeline_id", table: "pipelines", noun: "red_board", only: red },
  recorded: ({ id, name }: { id: string; name: string }) => ({ id, title: name }),
  fields: { name: Type.String() },
  required: ["name"],
  values: (_ctx: unknown, sent: object) => sent,
} as never) as unknown as typeof boards;

const operations: AnyOperation[] = [
  ...[boards, redBoards, cards].flatMap((one) => [one.list, one.get, one.remove]),
  ...[boards, cards].flatMap((one) => [one.create, one.update]),
];
const frontdesk = await startHarness({
  modules: [...modules, module({ name: "boards", operations })],
  work: false,
});
const base = "/api/v1";

async function made(of: TestWorkspace, path: string, body: object): Promise<string> {
  const answer = await of.call("POST", `${base}${path}`, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.id as string;
}

const namesAt = async (of: TestWorkspace, path: string) => {
  const answer = await of.call("GET", `${base}${path}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data.map((row: { name: string }) => row.name) as string[];
};
const statusOf = async (of: TestWorkspace, method: string, path: string, body?: object) =>
  (await of.call(method, `${base}${path}`, body)).status;

test("what is declared once is five operations, each with its name, route, scopes and effect", () => {
  const shown = (one: AnyOperation) => [
    one.name,
    one.route,
    one.effect,
    one.scopes.join(),
    one.preloaded === true,
  ];
  assert.deepEqual([boards.list, boards.get, boards.create, boards.update, boards.remove].map(shown), [
    ["list_big_boards", "GET /big-boards", "read", "contacts:read", true],
    ["see_big_board", "GET /big-boards/:id", "read", "contacts:read", true],
    ["create_big_board", "POST /big-boards", "write", "contacts:write", false],
    ["update_big_board", "PATCH /big-boards/:id", "write", "contacts:write", false],
    ["delete_big_board", "DELETE /big-boards/:id", "destructive", "contacts:write", false],
  ]);
  assert.deepEqual([cards.list, cards.get, cards.create, cards.update, cards.remove].map(shown), [
    ["list_board_cards", "GET /red-boards/:boardId/cards", "read", "contacts:read", false],
    ["get_board_card", "GET /red-boards/:boardId/cards/:cardId", "read", "contacts:read", false],
    ["create_board_card", "POST /red-boards/:boardId/cards", "write", "contacts:write", false],
    ["update_board_card", "PATCH /red-boards/:boardId/cards/:cardId", "write", "contacts:write", false],
    [
      "delete_board_card",
      "DELETE /red-boards/:boardId/cards/:cardId",
      "destructive",
      "contacts:delete",
      false,
    ],
  ]);
  assert.deepEqual(
    [boards.list.aliases, boards.get.aliases, redBoards.list.aliases],
    [["GET /walls"], ["GET /walls/:id"], undefined],
  );
  assert.equal(boards.get.summary, "See it.");
  assert.match(boards.list.summary, /big boards/);
  assert.match(boards.create.summary, /big board\b/);
  for (const one of [boards.create, boards.update]) assert.deepEqual(one.errors, [full]);
  assert.deepEqual(
    [boards.create.example, boards.update.example],
    [{ input: { name: "A" } }, { input: { name: "B" } }],
  );
  assert.deepEqual(
    [cards.create.errors, cards.create.example, cards.update.errors, cards.update.example],
    Array(4).fill(undefined),
  );
  assert.equal("create" in redBoards, false, "what has no fields is not written");
  assert.equal("noScopes" in boards.list, false);
  const open = crud({
    ...common,
    noun: "x",
    plural: "xs",
    table: "pipelines",
    path: "/x",
    noScopes: "program",
  });
  assert.equal(open.list.noScopes, "program");
  const { recorded, ...cardRows } = cards.rows as { recorded?: unknown };
  assert.deepEqual(cardRows, { table: "pipeline_stages", noun: "board_card", is: "record" });
  assert.equal(typeof recorded, "function");
  assert.deepEqual(boards.rows, {
    table: "pipelines",
    noun: "big_board",
    is: "record",
    belongsTo: ["company_id"],
  });
});

test("a create needs what is required, an update takes each field alone, and none that is fixed", async () => {
  const workspace = await frontdesk.workspace();
  assert.equal(await statusOf(workspace, "POST", "/big-boards", { color: "red" }), 400);
  assert.equal(await statusOf(workspace, "POST", "/big-boards", { name: "A", more: 1 }), 400);
  const id = await made(workspace, "/big-boards", { name: "A", color: "red" });
  const other = await made(workspace, "/big-boards", { name: "B" });
  await frontdesk.advance(60);
  const changed = await workspace.call("PATCH", `${base}/big-boards/${id}`, { name: "C" });
  assert.deepEqual(changed.body.data, { id, name: "C", color: "red" });
  assert.equal(await statusOf(workspace, "PATCH", `/big-boards/${id}`, { color: "blue" }), 400);
  assert.equal(await statusOf(workspace, "PATCH", `/big-boards/${id}`, {}), 200);
  assert.deepEqual((await workspace.call("GET", `${base}/walls/${other}`)).body.data, {
    id: other,
    name: "B",
    color: null,
  });
  const row = await inside(frontdesk, workspace.id, (ctx) => findRow(ctx, "pipelines", id));
  assert.ok((row?.["updated_at"] as Date) > (row?.["created_at"] as Date));
  assert.equal(await statusOf(workspace, "DELETE", `/big-boards/${id}`), 204);
  assert.equal(await statusOf(workspace, "GET", `/big-boards/${id}`), 404);
  assert.equal(await statusOf(workspace, "GET", `/big-boards/${other}`), 200);
  for (const method of ["GET", "PATCH", "DELETE"]) {
    assert.equal(
      await statusOf(workspace, method, `/big-boards/${id}`, method === "PATCH" ? {} : undefined),
      404,
    );
  }
});

test("a filter narrows only when it is sent, by what was looked up for it where something has to be", async () => {
  const workspace = await frontdesk.workspace();
  for (const [name, color] of [
    ["A", "red"],
    ["B", "blue"],
    ["B!", "red"],
  ]) {
    await made(workspace, "/big-boards", { name, color });
    await frontdesk.advance(1);
  }
  const own = (names: string[]) => names.filter((name) => /^[AB]!?$/.test(name));
  assert.deepEqual(own(await namesAt(workspace, "/big-boards")), ["A", "B", "B!"]);
  assert.deepEqual(await namesAt(workspace, "/big-boards?color=red"), ["A", "B!"]);
  assert.deepEqual(await namesAt(workspace, "/big-boards?like=B"), ["B!"]);
  assert.deepEqual(await namesAt(workspace, "/big-boards?like=A&color=red"), []);
  assert.deepEqual(await namesAt(workspace, "/big-boards?color=blue&limit=1"), ["B"]);
});

test("of resources that share a table each sees its own rows, and a record inside another only there", async () => {
  const [workspace, stranger] = [await frontdesk.workspace(), await frontdesk.workspace()];
  const [one, two, blue] = [
    await made(workspace, "/big-boards", { name: "One", color: "red" }),
    await made(workspace, "/big-boards", { name: "Two", color: "red" }),
    await made(workspace, "/big-boards", { name: "Blue", color: "blue" }),
  ];
  assert.deepEqual((await namesAt(workspace, "/red-boards")).sort(), ["One", "Two"]);
  assert.deepEqual(
    [
      await statusOf(workspace, "GET", `/red-boards/${one}`),
      await statusOf(workspace, "GET", `/red-boards/${blue}`),
    ],
    [200, 404],
  );
  assert.equal(await statusOf(workspace, "DELETE", `/red-boards/${blue}`), 404);
  const card = await made(workspace, `/red-boards/${one}/cards`, { name: "Card" });
  await made(workspace, `/red-boards/${two}/cards`, { name: "Other" });
  assert.deepEqual(await namesAt(workspace, `/red-boards/${one}/cards`), ["Card"]);
  assert.equal(await statusOf(workspace, "GET", `/red-boards/${one}/cards/${card}`), 200);
  for (const [method, body] of [["GET"], ["PATCH", { name: "X" }], ["DELETE"]] as [string, object?][]) {
    assert.equal(await statusOf(workspace, method, `/red-boards/${two}/cards/${card}`, body), 404, method);
  }
  for (const board of [blue, card]) {
    assert.equal(await statusOf(workspace, "GET", `/red-boards/${board}/cards`), 404);
    assert.equal(await statusOf(workspace, "POST", `/red-boards/${board}/cards`, { name: "X" }), 404);
  }
  assert.equal(await statusOf(stranger, "GET", `/red-boards/${one}/cards`), 404);
  assert.equal(await statusOf(workspace, "DELETE", `/red-boards/${one}/cards/${card}`), 204);
  assert.deepEqual(await namesAt(workspace, `/red-boards/${one}/cards`), []);
});

test("what is recorded of a row is what callers know of it", async () => {
  const workspace = await frontdesk.workspace();
  const board = await made(workspace, "/big-boards", { name: "One", color: "red" });
  const card = await made(workspace, `/red-boards/${board}/cards`, { name: "Card" });
  await workspace.call("PATCH", `${base}/red-boards/${board}/cards/${card}`, { name: "Renamed" });
  const entries = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("audit_entries").selectAll().where("record_id", "=", card).orderBy("id").execute(),
  );
  assert.deepEqual(
    entries.map(({ noun, action, changes }) => [noun, action, changes]),
    [
      ["board_card", "created", { id: { from: null, to: card }, title: { from: null, to: "Card" } }],
      ["board_card", "updated", { title: { from: "Card", to: "Renamed" } }],
    ],
  );
  const [created] = await frontdesk.app.database.read(workspace.id, (db) =>
    db.from("audit_entries").selectAll().where("record_id", "=", board).execute(),
  );
  const changes = created?.changes as Record<string, { to: unknown }> | undefined;
  assert.deepEqual(changes?.["name"]?.to, "One");
});

test("two changes of one record are both kept: the second waits for the first, and so does a deletion", async (context) => {
  if (frontdesk.app.database.engine.name === "embedded")
    return context.skip("one connection, nothing at once");
  const workspace = await frontdesk.workspace();
  const id = await made(workspace, "/big-boards", { name: "One" });
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let isLocked = () => {};
  const locked = new Promise<void>((resolve) => (isLocked = resolve));
  const first = inside(frontdesk, workspace.id, async (ctx) => {
    await findRow(ctx, "pipelines", id, { lock: true });
    isLocked();
    await held;
    await ctx.db.update("pipelines").set({ name: "First" }).where("id", "=", id).execute();
  });
  await locked;
  // Who only looks waits for nobody.
  assert.equal(await statusOf(workspace, "GET", `/big-boards/${id}`), 200);
  const second = workspace.call("PATCH", `${base}/big-boards/${id}`, { name: "Second" });
  const waiting = async () => {
    const { rows } = await frontdesk.app.database.engine.pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  };
  for (let look = 0; look < 500 && !(await waiting()); look += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  letGo();
  await first;
  assert.equal((await second).status, 200);
  const entries = await frontdesk.app.database.read(workspace.id, (db) =>
    db
      .from("audit_entries")
      .select("changes")
      .where("record_id", "=", id)
      .where("action", "=", "updated")
      .execute(),
  );
  assert.deepEqual(
    entries.map(({ changes }) => changes),
    [{ name: { from: "First", to: "Second" } }],
  );
});
