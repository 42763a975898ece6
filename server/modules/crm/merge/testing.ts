/** What the tests of merging share. */
import assert from "node:assert/strict";
import type { TestWorkspace } from "../../../testing/harness.ts";

export const contacts = "/api/v1/contacts";

export type Row = Record<string, unknown> & { id: string };

export async function add(workspace: TestWorkspace, body: object, path = contacts): Promise<Row> {
  const answer = await workspace.call("POST", path, body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Row;
}

export const read = async (workspace: TestWorkspace, id: string, path = contacts) =>
  (await workspace.call("GET", `${path}/${id}`)).body?.data as Row;

export const merge = (workspace: TestWorkspace, survivor: Row, duplicate: Row, fields?: object) =>
  workspace.call("POST", `${contacts}/${survivor.id}/merge`, {
    duplicate_id: duplicate.id,
    ...(fields ? { fields } : {}),
  });

export const undo = (workspace: TestWorkspace, id: string) =>
  workspace.call("POST", `/api/v1/merges/${id}/undo`);

export async function merged(
  workspace: TestWorkspace,
  survivor: Row,
  duplicate: Row,
  fields?: object,
): Promise<Row> {
  const answer = await merge(workspace, survivor, duplicate, fields);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.data.contact.id, survivor.id);
  return answer.body.data.merge as Row;
}
