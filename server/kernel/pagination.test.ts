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
