import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../testing/harness.ts";
import type { Json } from "../testing/harness.ts";

const frontdesk = await startHarness({ work: false });
const workspace = await frontdesk.workspace();
// All created at the same instant, so that only the id keeps them in order.
for (let count = 0; count < 12; count += 1) {
  await workspace.call("POST", "/api/v1/contacts", { first_name: `N${count}` });
}

const page = async (query: string) => (await workspace.call("GET", `/api/v1/contacts?${query}`)).body as Json;
const names = (body: Json) => body.data.map((row: { first_name: string }) => row.first_name) as string[];
const all = names(await page("limit=100"));

test("pages join up in both directions", async () => {
  const seen: string[] = [];
  let body = await page("limit=5");
  assert.equal(body.pagination.prev_cursor, null);
  for (;;) {
    seen.push(...names(body));
    if (!body.pagination.has_more) break;
    body = await page(`limit=5&cursor=${body.pagination.next_cursor}`);
  }
  assert.deepEqual(seen, all);
  assert.equal(body.pagination.next_cursor, null);
  const middle = await page(`limit=5&cursor=${body.pagination.prev_cursor}`);
  assert.deepEqual(names(middle), all.slice(5, 10));
  const first = await page(`limit=5&cursor=${middle.pagination.prev_cursor}`);
  assert.deepEqual(names(first), all.slice(0, 5));
  assert.equal(first.pagination.prev_cursor, null);
});

test("a bare id and the name after work as a cursor", async () => {
  const body = await page("limit=100");
  const id = body.data[4].id as string;
  assert.deepEqual(names(await page(`limit=100&after=${id}`)), all.slice(5));
  const { next_cursor: cursor } = (await page("limit=3")).pagination;
  assert.deepEqual(await page(`limit=3&after=${cursor}`), await page(`limit=3&cursor=${cursor}`));
  assert.deepEqual(
    await page(`limit=3&cursor=${cursor}&after=${cursor}`),
    await page(`limit=3&after=${cursor}`),
  );
});

test("a cursor that is none, or two that differ, are refused", async () => {
  for (const query of [
    "cursor=nonsense",
    "cursor=e30",
    `cursor=${Buffer.from('["x"]').toString("base64url")}`,
  ]) {
    const answer = await workspace.call("GET", `/api/v1/contacts?${query}`);
    assert.equal(answer.status, 400, query);
    assert.equal(answer.body.error.details.fields[0].field, "cursor");
  }
  const forged = Buffer.from(JSON.stringify(["not a time", all[0] ? workspace.id : "", "f"])).toString(
    "base64url",
  );
  assert.equal((await workspace.call("GET", `/api/v1/contacts?cursor=${forged}`)).status, 400);
  const { next_cursor: cursor } = (await page("limit=3")).pagination;
  const both = await workspace.call("GET", `/api/v1/contacts?cursor=${cursor}&after=${workspace.id}`);
  assert.equal(both.status, 400);
});

test("a cursor says where in a list of its kind, or is refused", async () => {
  const id = (await page("limit=1")).data[0].id as string;
  const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
  const at = "2026-03-02T09:00:00.000Z";
  const status = async (list: string, text: string) =>
    (await workspace.call("GET", `/api/v1/${list}?cursor=${text}`)).status;
  const told: [list: string, cursor: string, status: number][] = [
    ["contacts", cursor(at, id, "f"), 200],
    ["contacts", cursor(at, id), 200],
    ["contacts", cursor(at, id, "b"), 200],
    ["contacts", cursor("2026-03-02", id, "f"), 400],
    ["contacts", cursor("2026-03-02T99:00:00Z", id, "f"), 400],
    ["contacts", cursor(at, "nobody", "f"), 400],
    ["contacts", cursor(at, 7, "f"), 400],
    ["contacts", cursor(7, id, "f"), 400],
    ["contacts", cursor(), 400],
    ["pipelines", cursor("5", id, "f"), 200],
    ["pipelines", cursor("-2.5", id, "f"), 200],
    ["pipelines", cursor("", id, "f"), 400],
    ["pipelines", cursor(" ", id, "f"), 400],
    ["pipelines", cursor("five", id, "f"), 400],
    ["pipelines", cursor("Infinity", id, "f"), 400],
  ];
  for (const [list, text, wanted] of told) {
    assert.equal(await status(list, text), wanted, `${list} ${Buffer.from(text, "base64url").toString()}`);
  }
});

test("a page of exactly what there is leads nowhere, and one row more leads on", async () => {
  const edges = async (query: string) => {
    const { data, pagination } = await page(query);
    const { has_more: more, next_cursor: next, prev_cursor: before, limit } = pagination;
    return [data.length, more, next === null, before === null, limit];
  };
  assert.deepEqual(await edges(`limit=${all.length}`), [12, false, true, true, 12]);
  assert.deepEqual(await edges(`limit=${all.length - 1}`), [11, true, false, true, 11]);
  assert.deepEqual(await edges(""), [12, false, true, true, 25]);
  assert.deepEqual(await edges("source=nowhere"), [0, false, true, true, 25]);
  const { next_cursor: next } = (await page("limit=6")).pagination;
  assert.deepEqual(await edges(`limit=6&cursor=${next}`), [6, false, true, false, 6]);
  const { prev_cursor: before } = (await page(`limit=6&cursor=${next}`)).pagination;
  assert.deepEqual(await edges(`limit=6&cursor=${before}`), [6, true, false, true, 6]);
  assert.deepEqual(await edges(`limit=5&cursor=${before}`), [5, true, false, false, 5]);
});

test("rows that arrive meanwhile neither repeat nor hide others", async () => {
  const first = await page("limit=5");
  await frontdesk.advance(10);
  await workspace.call("POST", "/api/v1/contacts", { first_name: "Newcomer" });
  const second = await page(`limit=5&cursor=${first.pagination.next_cursor}`);
  assert.deepEqual(names(second), all.slice(5, 10));
  assert.deepEqual(names(await page(`limit=5&cursor=${second.pagination.prev_cursor}`)), names(first));
});

test("a list is in the order of its column first, and of its ids only where that is equal", async () => {
  const other = await frontdesk.workspace();
  const made: string[] = [];
  for (const title of ["A", "B", "C", "D", "E"]) {
    made.push((await other.call("POST", "/api/v1/tasks", { title })).body.data.id as string);
  }
  const wanted = [4, 2, 0, 3, 1].map((index) => made[index] as string);
  const moved = await other.call("POST", "/api/v1/tasks/reorder", { order: wanted });
  assert.equal(moved.status, 200, moved.text);
  const tasks = async (query: string) => (await other.call("GET", `/api/v1/tasks?${query}`)).body as Json;
  const ids = (body: Json) => body.data.map((row: { id: string }) => row.id) as string[];
  const first = await tasks("limit=2");
  const second = await tasks(`limit=2&cursor=${first.pagination.next_cursor}`);
  const third = await tasks(`limit=2&cursor=${second.pagination.next_cursor}`);
  assert.deepEqual([...ids(first), ...ids(second), ...ids(third)], wanted);
  assert.deepEqual(ids(await tasks(`limit=2&cursor=${third.pagination.prev_cursor}`)), ids(second));
  assert.deepEqual(ids(await tasks(`limit=2&after=${wanted[1]}`)), ids(second), "by an id alone as well");
});

test("workspace.list_export_templates#2 a cursor or an id whose row is gone goes on where it stood", async () => {
  const other = await frontdesk.workspace();
  const made: string[] = [];
  for (const name of ["A", "B", "C", "D", "E"]) {
    const answer = await other.call("POST", "/api/v1/companies", { name });
    made.unshift(answer.body.data.id as string);
    await frontdesk.advance(1);
  }
  const list = async (query: string) => (await other.call("GET", `/api/v1/companies?${query}`)).body as Json;
  const ids = (body: Json) => body.data.map((row: { id: string }) => row.id) as string[];
  const first = await list("limit=2");
  assert.equal((await other.call("DELETE", `/api/v1/companies/${made[1]}`)).status, 204);
  const rest = made.slice(2);
  assert.deepEqual(ids(await list(`limit=10&after=${made[1]}`)), rest);
  assert.deepEqual(ids(await list(`limit=10&cursor=${first.pagination.next_cursor}`)), rest);
  // An id that fits no filter any more goes on as well; one that says nothing of time is told.
  assert.deepEqual(ids(await list(`limit=10&after=${made[0]}`)), rest);
  const unknown = await other.call("GET", "/api/v1/companies?after=6f9619ff-8b86-4d11-b42d-00c04fc964ff");
  assert.deepEqual([unknown.status, unknown.body.error.details.fields[0].field], [400, "after"]);
  // Where the list is not in the order its rows were made, nothing can be said of a row that is gone.
  const task = (await other.call("POST", "/api/v1/tasks", { title: "T" })).body.data.id as string;
  await other.call("DELETE", `/api/v1/tasks/${task}`);
  assert.equal((await other.call("GET", `/api/v1/tasks?after=${task}`)).status, 400);
});

test("a cursor belongs to its list and to the filters it was given out with", async () => {
  const { next_cursor: cursor } = (await page("limit=3&source=web")).pagination;
  const other = await frontdesk.workspace();
  for (let count = 0; count < 4; count += 1) {
    await other.call("POST", "/api/v1/contacts", { first_name: `N${count}`, source: "web" });
  }
  assert.equal(cursor, null, "nobody came from the web");
  const web = (await other.call("GET", "/api/v1/contacts?limit=2&source=web")).body.pagination
    .next_cursor as string;
  const status = async (path: string) => (await other.call("GET", `/api/v1${path}`)).status;
  assert.equal(
    await status(`/contacts?limit=1&source=web&fields=first_name&cursor=${web}`),
    200,
    "shape may differ",
  );
  for (const path of [
    `/contacts?cursor=${web}`,
    `/contacts?source=call&cursor=${web}`,
    `/companies?cursor=${web}`,
    `/contacts?source=web&after=${web}0`,
  ]) {
    assert.equal(await status(path), 400, path);
  }
  const wrong = await other.call("GET", `/api/v1/companies?after=${web}`);
  assert.equal(wrong.body.error.details.fields[0].field, "after");
});
