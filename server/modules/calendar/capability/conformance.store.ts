import type { Selectable } from "kysely";
import type { App } from "../../../kernel/app.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { newId } from "../../../kernel/ids.ts";
import type { Timestamp } from "../../../kernel/tables.ts";

export interface ConformanceRunsTable {
  workspace_id: string;
  id: string;
  capability: string;
  test: string;
  passed: boolean;
  duration_ms: number;
  detail: string | null;
  ran_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    conformance_runs: ConformanceRunsTable;
  }
}

export type ConformanceRun = {
  capability: string;
  test: string;
  passed: boolean;
  duration_ms: number;
  detail?: string;
};

export async function insertRuns(ctx: Ctx, runs: readonly ConformanceRun[]): Promise<void> {
  const rows = runs.map((run) => ({
    id: newId(ctx.now),
    capability: run.capability,
    test: run.test,
    passed: run.passed,
    duration_ms: run.duration_ms,
    detail: run.detail ?? null,
    ran_at: ctx.now,
  }));
  await ctx.db.insert("conformance_runs", rows).execute();
}

export type PublishedRun = Omit<Selectable<ConformanceRunsTable>, "workspace_id" | "id"> & {
  provider: string;
};

/** The newest results of all providers, newest first: they are public. */
export async function recentRuns(app: App, limit: number): Promise<PublishedRun[]> {
  return app.database.system("identify-provider", (kysely) =>
    kysely
      .selectFrom("conformance_runs")
      .innerJoin("workspaces", "workspaces.id", "conformance_runs.workspace_id")
      .select([
        "workspaces.slug as provider",
        "conformance_runs.capability",
        "conformance_runs.test",
        "conformance_runs.passed",
        "conformance_runs.duration_ms",
        "conformance_runs.detail",
        "conformance_runs.ran_at",
      ])
      .orderBy("conformance_runs.ran_at", "desc")
      .orderBy("conformance_runs.id", "desc")
      .limit(limit)
      .execute(),
  );
}
