import { Cron } from "croner";
import { sql } from "kysely";
import type { Ctx } from "./context.ts";
import { invalidField } from "./errors.ts";
import { job } from "./jobs.ts";

export type CronEntry = {
  /** One schedule per key and workspace: setting it again replaces it. */
  key: string;
  job: string;
  cron: string;
  timeZone: string;
  payload?: Record<string, unknown>;
};

/** The first instant after `after` that a cron pattern names in a zone, or null when there is none. */
export function nextRun(cron: string, timeZone: string, after: Date): Date | null {
  try {
    return new Cron(cron, { timezone: timeZone, paused: true }).nextRun(after);
  } catch (error) {
    throw invalidField("cron", (error as Error).message, "Write five fields: minute hour day month weekday.");
  }
}

/** Sets or replaces a schedule, in this transaction. Each run is a job that enqueues the one after it. */
export async function setCron(ctx: Ctx, entry: CronEntry): Promise<Date | null> {
  const nextRunAt = nextRun(entry.cron, entry.timeZone, ctx.now);
  const values = {
    job: entry.job,
    cron: entry.cron,
    time_zone: entry.timeZone,
    payload: JSON.stringify(entry.payload ?? {}),
    next_run_at: nextRunAt,
    updated_at: ctx.now,
  };
  const row = await ctx.db
    .insert("cron_schedules", { key: entry.key, generation: 1, ...values } as never)
    .onConflict((conflict) =>
      conflict
        .columns(["workspace_id", "key"])
        .doUpdateSet({ ...values, generation: sql`cron_schedules.generation + 1` } as never),
    )
    .returning("generation")
    .executeTakeFirstOrThrow();
  if (nextRunAt) {
    ctx.enqueue(runCron, { key: entry.key, generation: row.generation }, { startAt: nextRunAt });
  }
  return nextRunAt;
}

export async function removeCron(ctx: Ctx, key: string): Promise<void> {
  await ctx.db.remove("cron_schedules").where("key", "=", key).execute();
}

/** One occurrence. A schedule that was replaced or removed meanwhile has another generation, and this does nothing. */
export const runCron = job<{ key: string; generation: number }>({
  name: "run-cron",
  async run(one, { key, generation }) {
    await one.transaction(async (ctx) => {
      const row = await ctx.db
        .from("cron_schedules")
        .selectAll()
        .where("key", "=", key)
        .where("generation", "=", generation)
        .forUpdate()
        .executeTakeFirst();
      if (!row?.next_run_at || row.next_run_at > ctx.now) return;
      const target = ctx.app.registry.jobs.find((definition) => definition.name === row.job);
      if (!target) throw new Error(`cron ${key} names the unknown job ${row.job}`);
      ctx.enqueue(target, row.payload);
      const nextRunAt = nextRun(row.cron, row.time_zone, ctx.now);
      await ctx.db
        .update("cron_schedules")
        .set({ next_run_at: nextRunAt } as never)
        .where("key", "=", key)
        .execute();
      if (nextRunAt) ctx.enqueue(runCron, { key, generation }, { startAt: nextRunAt });
    });
  },
});
