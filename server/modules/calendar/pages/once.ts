import { sql } from "kysely";
import type { Ctx } from "../../../kernel/context.ts";
import { isId } from "../../../kernel/ids.ts";

/**
 * Does the work of a form once, however often it is sent: the second one waits for the first and gets its answer, the id
 * of what was made. `key` is the form's own; one that is no id is nobody's, and the work is done.
 */
export async function once(
  ctx: Ctx,
  form: { key: string | undefined; about: string },
  work: () => Promise<string>,
): Promise<string> {
  if (form.key === undefined || !isId(form.key)) return work();
  const key = `${form.key} ${form.about}`;
  const operation = ctx.operation;
  const lockName = `${ctx.workspaceId} ${operation} ${key}`;
  await ctx.db.raw(sql`select pg_advisory_xact_lock(hashtextextended(${lockName}, 0))`);
  const done = await ctx.db
    .from("idempotency_keys")
    .select("response")
    .where("actor_id", "=", ctx.actor.id)
    .where("operation", "=", operation)
    .where("key", "=", key)
    .executeTakeFirst();
  const before = done?.response?.["id"];
  if (typeof before === "string") return before;
  const id = await work();
  await ctx.db
    .insert("idempotency_keys", {
      actor_id: ctx.actor.id,
      operation,
      key,
      request_hash: "",
      status: 303,
      response: JSON.stringify({ id }),
      created_at: ctx.now,
    })
    .execute();
  return id;
}
