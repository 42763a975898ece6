import assert from "node:assert/strict";
import { test } from "node:test";
import { Type } from "typebox";
import { edge } from "../surfaces/edge.ts";
import { workspaceApi } from "../surfaces/workspace-api.ts";
import { OperationError } from "./errors.ts";
import { markCursors, openCursors } from "./list-cursors.ts";
import { operation } from "./operation.ts";
import type { AnyOperation, Operation } from "./operation.ts";

function listing(fields: Partial<Operation> = {}): AnyOperation {
  return operation({
    name: "list_things",
    surface: workspaceApi,
    section: "Things",
    scopes: [],
    effect: "read",
    noun: "thing",
    shape: "list",
    summary: "List them.",
    input: Type.Object({}),
    output: Type.Null(),
    run: () => Promise.resolve(null),
    ...fields,
  });
}

const list = listing();
const page = { rows: [], limit: 5, nextCursor: "bmV4dA", prevCursor: null };
const filters = { source: "web", limit: 5 };
const given = markCursors(list, filters, page) as typeof page;

test("a cursor goes back to its list as the list gave it out, whatever the page looks like", () => {
  assert.notEqual(given.nextCursor, page.nextCursor);
  assert.deepEqual({ ...given, nextCursor: page.nextCursor }, page, "nothing else is touched");
  const alike = [
    { ...filters, cursor: given.nextCursor },
    { source: "web", cursor: given.nextCursor, limit: 90, fields: "id", expand: "owner" },
    { source: "web", other: undefined, cursor: given.nextCursor },
  ];
  for (const input of alike) {
    assert.deepEqual(openCursors(list, input), { ...input, cursor: page.nextCursor }, JSON.stringify(input));
  }
  assert.equal(openCursors(list, { ...filters, after: given.nextCursor })["after"], page.nextCursor);
  const two = markCursors(list, { a: 1, b: 2 }, page) as typeof page;
  assert.equal(openCursors(list, { b: 2, a: 1, cursor: two.nextCursor })["cursor"], page.nextCursor);
});

test("a cursor of another list, of other filters or of another surface is refused by name", () => {
  const cursor = given.nextCursor;
  const elsewhere: [AnyOperation, Record<string, unknown>, string][] = [
    [list, { source: "call", cursor }, "cursor"],
    [list, { after: cursor }, "after"],
    [list, { source: "web", more: false, cursor }, "cursor"],
    [listing({ name: "list_others" }), { source: "web", cursor }, "cursor"],
    [listing({ surface: edge }), { source: "web", cursor }, "cursor"],
    [list, { source: "web", cursor: `${cursor.slice(0, -1)}${cursor.endsWith("0") ? "1" : "0"}` }, "cursor"],
  ];
  for (const [other, input, field] of elsewhere) {
    assert.throws(
      () => openCursors(other, input),
      (error) =>
        error instanceof OperationError && JSON.stringify(error.details).includes(`"field":"${field}"`),
      JSON.stringify(input),
    );
  }
});

test("what carries no mark, or is no list, is left to itself", () => {
  const bare = { cursor: "0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b", after: 7 };
  assert.deepEqual(openCursors(list, bare), bare);
  const input = { cursor: given.nextCursor };
  const record = listing({ shape: "record" });
  assert.equal(openCursors(record, input), input);
  assert.equal(markCursors(record, input, page), page);
});
