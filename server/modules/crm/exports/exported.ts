/** What tests of exports need: files read back as tables, and records put in place without any rule of theirs. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { parse } from "csv-parse/sync";
import ExcelJS from "exceljs";
import { sql } from "kysely";
import type { JsonObject } from "../../../kernel/tables.ts";
import type { Answer, Harness, Json, TestWorkspace } from "../../../testing/harness.ts";

export type Downloaded = {
  status: number;
  headers: Record<string, string | undefined>;
  bytes: Buffer;
  body: Json;
};

/** A call whose answer may be a file. */
export async function download(
  frontdesk: Harness,
  key: string,
  method: "GET" | "POST",
  url: string,
  body?: object,
): Promise<Downloaded> {
  const response = await frontdesk.http.inject({
    method,
    url: `/api/v1${url}`,
    headers: { host: "frontdesk.test", authorization: `Bearer ${key}` },
    ...(body ? { payload: body } : {}),
  });
  const headers = response.headers as Downloaded["headers"];
  const isJson = String(headers["content-type"]).includes("json");
  return {
    status: response.statusCode,
    headers,
    bytes: response.rawPayload,
    body: isJson ? (JSON.parse(response.body) as Json) : undefined,
  };
}

/** The rows of a CSV by their titles. */
export function csvRows({ bytes, status, body }: Downloaded): Record<string, string>[] {
  assert.equal(status, 200, JSON.stringify(body));
  return parse(bytes, { columns: true, bom: true });
}

/** The first sheet of a workbook, as a spreadsheet program sees it. */
export async function sheetOf({ bytes, status, body }: Downloaded): Promise<ExcelJS.Worksheet> {
  assert.equal(status, 200, JSON.stringify(body));
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(bytes as never);
  const [sheet] = book.worksheets;
  assert.ok(sheet);
  return sheet;
}

/** Puts rows into tables of a workspace; answers their ids. */
export async function put(
  frontdesk: Harness,
  workspace: TestWorkspace,
  table: string,
  rows: JsonObject[],
): Promise<string[]> {
  const now = frontdesk.app.clock.now();
  const ids = rows.map((row) => (row["id"] as string | undefined) ?? randomUUID());
  await frontdesk.app.database.transaction(workspace.id, async (db) => {
    const known = await db.raw(
      sql<{
        column_name: string;
      }>`select column_name from information_schema.columns where table_name = ${table}`,
    );
    const columns = new Set(known.map((one) => one.column_name));
    for (const [index, row] of rows.entries()) {
      const values: JsonObject = {
        id: ids[index],
        created_at: now,
        updated_at: now,
        public_id: `X-${index}`,
        ...row,
      };
      const fitting = Object.entries(values).filter(([name]) => columns.has(name));
      await db.insert(table as never, Object.fromEntries(fitting) as never).execute();
    }
  });
  return ids;
}

/** Gives a workspace custom fields. */
export async function defineFields(
  workspace: TestWorkspace,
  fields: Record<string, object[]>,
): Promise<void> {
  const answer = await workspace.call("PATCH", "/api/v1/company/crm-settings", { custom_fields: fields });
  assert.equal(answer.status, 200, answer.text);
}

export const templates = "/api/v1/exports/templates";

export const root = (field: string, more: object = {}) => ({
  id: randomUUID(),
  source: "root",
  field,
  ...more,
});
export const related = (
  relation: string,
  relation_field: string,
  relation_mode = "primary",
  more: object = {},
) => ({
  id: randomUUID(),
  source: "relation",
  relation,
  relation_mode,
  relation_field,
  ...more,
});

/** Makes a template; CSV unless it says otherwise. */
export async function createTemplate(workspace: TestWorkspace, body: object): Promise<Json> {
  const answer = await workspace.call("POST", templates, {
    name: "Mine",
    output: { format: "csv" },
    ...body,
  });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data;
}

/** A 400 that names what is wrong and says what would be right. */
export function refused(answer: Answer, field: RegExp): void {
  assert.equal(answer.status, 400, answer.text);
  assert.match(answer.body.error.message as string, field);
  assert.ok(answer.body.error.fix, "says what would be right");
}
