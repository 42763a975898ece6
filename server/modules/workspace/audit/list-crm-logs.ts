import { Type } from "typebox";
import { momentField, readMoment } from "../settings/moments.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { isId } from "../../../kernel/ids.ts";
import { operation } from "../../../kernel/operation.ts";
import { pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { CrmLogRecord } from "./crm-log.ts";
import type { CrmLog } from "./crm-log.ts";
import { logRows } from "./crm-logs.store.ts";
import type { LogFilters, LogPosition, LogRow } from "./crm-logs.store.ts";

const word = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 200, description }));
export const listCrmLogs = operation({
  name: "list_crm_logs",
  surface: workspaceApi,
  section: "Company",
  route: "GET /data/crm-logs",
  scopes: ["crm_audit:read"],
  effect: "read",
  noun: "crm_log",
  summary: "List what changed, who changed it and when: one row per field, the newest first.",
  description: "Fields that take a scope of their own are left out without it, as in the record itself.",
  shape: "list",
  input: Type.Object(
    {
      ...pagingInput(),
      entity_type: word(
        "contact, company, opportunity, task… (deal and account mean the same as in the API).",
      ),
      entity_id: word("The id of the record."),
      field: word("The name of the field."),
      changed_by: word("The id of the person or key."),
      changed_after: Type.Optional(momentField("Changed then or later.")),
      changed_before: Type.Optional(momentField("Changed before, or on that day.")),
    },
    { additionalProperties: false },
  ),
  output: pageOf(CrmLogRecord),
  async run(ctx, { limit = 25, cursor, after, changed_after: since, changed_before: until, ...rest }) {
    if (cursor !== undefined && after !== undefined && cursor !== after) {
      throw invalidField(
        "after",
        "is another name of cursor; the two were sent with different values",
        "Send cursor alone.",
      );
    }
    const filters: LogFilters = {
      ...rest,
      unreadable: ctx.app.registry.unreadableFields(ctx.actor.scopes),
      ...(since === undefined ? {} : { changed_after: (await readMoment(ctx, "changed_after", since)).from }),
      ...(until === undefined
        ? {}
        : { changed_before: (await readMoment(ctx, "changed_before", until)).until }),
    };
    const text = cursor ?? after;
    const from = text === undefined ? undefined : readCursor(text);
    const backwards = from?.backwards === true;
    const found = await logRows(ctx, filters, { position: from?.position, backwards, limit: limit + 1 });
    const more = found.length > limit;
    const rows = found.slice(0, limit);
    if (backwards) rows.reverse();
    const hasNext = backwards || more;
    const hasPrevious = backwards ? more : from !== undefined;
    return {
      rows: rows.map(presentLog),
      limit,
      nextCursor: hasNext ? cursorAt(rows.at(-1), false) : null,
      prevCursor: hasPrevious ? cursorAt(rows[0], true) : null,
    };
  },
});

function presentLog(row: LogRow): CrmLog {
  return {
    id: row.field === "" ? row.entry_id : `${row.entry_id}:${row.field}`,
    entry_id: row.entry_id,
    entity_type: row.noun,
    entity_id: row.record_id,
    action: row.action,
    field: row.field === "" ? null : row.field,
    old_value: row.old_value ?? null,
    new_value: row.new_value ?? null,
    changed_by: row.actor_id,
    changed_by_name: row.actor_name,
    changed_by_kind: row.actor_kind,
    changed_at: row.created_at.toISOString(),
    surface: row.surface,
    operation: row.operation,
    request_id: row.request_id,
  };
}

function cursorAt(row: LogRow | undefined, backwards: boolean): string | null {
  if (!row) return null;
  const parts = [row.created_at.toISOString(), row.entry_id, row.field, backwards ? "b" : "f"];
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

const instantForm = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function readCursor(text: string): { position: LogPosition; backwards: boolean } {
  try {
    const parts = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as unknown[];
    const [at, entryId, field, direction] = parts;
    const fits = typeof at === "string" && instantForm.test(at) && !Number.isNaN(Date.parse(at));
    const fieldFits = typeof field === "string" && !field.includes("\0");
    if (fits && fieldFits && typeof entryId === "string" && isId(entryId)) {
      return { position: { at: new Date(at), entryId, field }, backwards: direction === "b" };
    }
  } catch {
    // told below
  }
  throw invalidField("cursor", "is not a cursor of this list", "Send next_cursor exactly as a page gave it.");
}
