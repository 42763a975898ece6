/** What every record goes through, recorded the same way for all: the change for the audit, the event for whoever follows. */
import { fieldChanges } from "./audit.ts";
import type { Ctx } from "./context.ts";

type Row = Record<string, unknown> & { id: string };

/** How automations should take it. The event is there in any case: it is what happened. */
export type Quiet = { skip_automations?: boolean | undefined; skip_action_ids?: string[] | undefined };

/** A row came to be: audit entry and `<noun>.created`. */
export function recordCreated(ctx: Ctx, noun: string, row: Row, quiet: Quiet = {}): void {
  ctx.changed({ noun, id: row.id, after: row });
  ctx.emit({
    type: `${noun}.created`,
    noun,
    recordId: row.id,
    payload: { id: row.id, ...quietPayload(quiet) },
  });
}

/** A row changed: audit entry and `<noun>.updated` with what changed and what it was. Nothing, if nothing did. */
export function recordUpdated(ctx: Ctx, noun: string, before: Row, after: Row, quiet: Quiet = {}): void {
  const changes = fieldChanges(before, after) as Record<string, { from: unknown }>;
  const fields = Object.keys(changes);
  ctx.changed({ noun, id: after.id, before, after });
  if (fields.length === 0) return;
  ctx.emit({
    type: `${noun}.updated`,
    noun,
    recordId: after.id,
    payload: {
      id: after.id,
      _changed_fields: fields,
      _previous_values: Object.fromEntries(fields.map((field) => [field, changes[field]?.from])),
      ...quietPayload(quiet),
    },
  });
}

/** A row is gone: audit entry with all it held, and `<noun>.deleted`. */
export function recordDeleted(ctx: Ctx, noun: string, before: Row): void {
  ctx.changed({ noun, id: before.id, before });
  ctx.emit({ type: `${noun}.deleted`, noun, recordId: before.id, payload: { id: before.id } });
}

export function quietPayload({ skip_automations, skip_action_ids }: Quiet): Record<string, unknown> {
  return {
    ...(skip_automations ? { skip_automations: true } : {}),
    ...(skip_action_ids && skip_action_ids.length > 0 ? { skip_action_ids } : {}),
  };
}
