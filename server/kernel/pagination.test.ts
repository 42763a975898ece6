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
