import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { nounOfEntity } from "./crm-log.ts";

export type LogFilters = {
  entity_type?: string;
  entity_id?: string;
  field?: string;
  changed_by?: string;
  changed_after?: Date;
  changed_before?: Date;
  /** What the caller may not read: its rows are not there, whatever is asked for. */
  unreadable?: readonly { noun: string; field: string }[];
};

/** Where a page of the log begins. An entry without fields has the empty one. */
export type LogPosition = { at: Date; entryId: string; field: string };

export type LogRow = {
  entry_id: string;
  request_id: string;
  operation: string;
  surface: string;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  noun: string;
  record_id: string | null;
  action: string;
  created_at: Date;
  field: string;
  old_value: unknown;
  new_value: unknown;
};

type LogPage = { position: LogPosition | undefined; backwards: boolean; limit: number };

/**
 * One row per changed field, the newest first; up to `limit` of those after `position`, or before it when `backwards`
 * (then the oldest first). The entries come from an index in the order of the answer, so no page costs more than its rows.
 */
export function logRows(ctx: Ctx, filters: LogFilters, page: LogPage): Promise<LogRow[]> {
  return ctx.db.raw(logStatement(ctx.workspaceId, filters, page));
}

export function logStatement(workspaceId: string, filters: LogFilters, page: LogPage): RawBuilder<LogRow> {
  const { position, backwards, limit } = page;
  const direction = sql.raw(backwards ? "asc" : "desc");
  const conditions = conditionsOf(filters);
  if (position) {
    const compare = sql.raw(backwards ? ">" : "<");
    // The first condition is the one an index can begin at; the second drops what stood on the page before.
    conditions.push(
      sql`(entry.created_at, entry.id) ${compare}= (${position.at}::timestamptz, ${position.entryId}::uuid)`,
      sql`(entry.created_at, entry.id, field.name) ${compare}
            (${position.at}::timestamptz, ${position.entryId}::uuid, ${position.field} collate "C")`,
    );
  }
  const narrowed = conditions.map((condition) => sql`and ${condition}`);
  return sql<LogRow>`
    select entry.id as entry_id, entry.request_id, entry.operation, entry.surface, entry.actor_kind, entry.actor_id,
           entry.actor_name, entry.noun, entry.record_id, entry.action, entry.created_at,
           field.name as field, field.change -> 'from' as old_value, field.change -> 'to' as new_value
      from audit_entries entry
      cross join lateral (
        select key collate "C" as name, value as change from jsonb_each(entry.changes)
        union all
        select '' collate "C", null where entry.changes = '{}'
      ) field
     where entry.workspace_id = ${workspaceId} ${sql.join(narrowed, sql` `)}
     order by entry.created_at ${direction}, entry.id ${direction}, field.name ${direction}
     limit ${limit}`;
}

function conditionsOf(filters: LogFilters): RawBuilder<unknown>[] {
  const { entity_type: entityType, entity_id: entityId, field, changed_by: changedBy } = filters;
  const { changed_after: after, changed_before: before, unreadable = [] } = filters;
  return [
    ...unreadable.map(({ noun, field: name }) => sql`not (entry.noun = ${noun} and field.name = ${name})`),
    ...(entityType === undefined ? [] : [sql`entry.noun = ${nounOfEntity(entityType)}`]),
    ...(entityId === undefined ? [] : [sql`entry.record_id = ${entityId}`]),
    ...(changedBy === undefined ? [] : [sql`entry.actor_id = ${changedBy}`]),
    ...(field === undefined ? [] : [sql`field.name = ${field}`]),
    ...(after === undefined ? [] : [sql`entry.created_at >= ${after}::timestamptz`]),
    ...(before === undefined ? [] : [sql`entry.created_at < ${before}::timestamptz`]),
  ];
}
