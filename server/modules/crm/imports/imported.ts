/** What tests of imports need: files sent, and what became of them. */
import assert from "node:assert/strict";
import ExcelJS from "exceljs";
import type { Harness, Json, TestWorkspace } from "../../../testing/harness.ts";

/** Sends a text or bytes as a file; answers the import. */
export async function sent(
  workspace: TestWorkspace,
  content: string | Buffer,
  entity = "contacts",
): Promise<Json> {
  const content_base64 = Buffer.from(content).toString("base64");
  const answer = await workspace.call("POST", "/api/v1/imports", {
    entity,
    content_base64,
    filename: "list.csv",
  });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data;
}

/** Changes mapping and options; answers the import. */
export async function mapped(workspace: TestWorkspace, id: string, body: object): Promise<Json> {
  const answer = await workspace.call("PATCH", `/api/v1/imports/${id}`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

/** Does a dry run, a run or an undo to its end; answers the import. */
export async function done(
  frontdesk: Harness,
  workspace: TestWorkspace,
  id: string,
  verb: "dry-run" | "run" | "undo",
): Promise<Json> {
  const answer = await workspace.call("POST", `/api/v1/imports/${id}/${verb}`);
  assert.equal(answer.status, 202, answer.text);
  await frontdesk.settle();
  return (await workspace.call("GET", `/api/v1/imports/${id}`)).body.data;
}

export async function contactsOf(workspace: TestWorkspace): Promise<Json[]> {
  const { body } = await workspace.call("GET", "/api/v1/contacts?limit=100&expand=employers");
  return (body.data as Json[]).toSorted((a, b) => (a.first_name < b.first_name ? -1 : 1));
}

export async function workbook(rows: unknown[][]): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  book.addWorksheet("People").addRows(rows);
  return Buffer.from(await book.xlsx.writeBuffer());
}
