import type { Actor } from "./actor.ts";
import { newId } from "./ids.ts";

type Fields = Record<string, unknown>;

/** One record that changed: `before` undefined means it was created, `after` undefined that it was deleted. */
export type Change = { noun: string; id: string; before?: Fields; after?: Fields; action?: string };

const unremarkable = new Set(["workspace_id", "created_at", "updated_at"]);

/** The fields that differ, each as {from, to}. Dates compare by instant, objects by their JSON. */
export function fieldChanges(before: Fields | undefined, after: Fields | undefined): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const field of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    if (unremarkable.has(field)) continue;
    const from = plain(before?.[field]);
    const to = plain(after?.[field]);
    if (JSON.stringify(from) !== JSON.stringify(to)) changes[field] = { from: from ?? null, to: to ?? null };
  }
  return changes;
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : (value ?? null);
}

export type Occasion = {
  workspaceId: string;
  actor: Actor;
  operation: string;
  surface: string;
  requestId: string;
  now: Date;
};

/** The rows that record the changes of one run. */
export function auditRows(occasion: Occasion, changes: Change[]) {
  return changes.map((change) => ({
    workspace_id: occasion.workspaceId,
    id: newId(occasion.now),
    request_id: occasion.requestId,
    operation: occasion.operation,
    surface: occasion.surface,
    actor_kind: occasion.actor.kind,
    actor_id: occasion.actor.id,
    actor_name: occasion.actor.name,
    noun: change.noun,
    record_id: change.id || null,
    action: change.action ?? actionOf(change),
    changes: JSON.stringify(fieldChanges(change.before, change.after)),
    created_at: occasion.now,
  }));
}

function actionOf(change: Change): string {
  if (!change.before) return change.after ? "created" : "ran";
  return change.after ? "updated" : "deleted";
}
