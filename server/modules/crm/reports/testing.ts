/** Deals, tasks and people for the tests of reports, written straight into the tables. */
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Harness, TestWorkspace } from "../../../testing/harness.ts";

export type SeedDeal = {
  name?: string;
  status?: "open" | "won" | "lost";
  /** Minor units. */
  value?: number | null;
  currency?: string;
  source?: string | null;
  wonAt?: string;
  lostAt?: string;
  createdAt?: string;
  wonReasons?: string[];
  lostReasons?: string[];
  metadata?: Record<string, unknown>;
  contactId?: string;
  stages?: { id: string; pipelineId: string; placedAt?: string }[];
  users?: string[];
  /** quantity × price in minor units. */
  lines?: { name: string; price: number; quantity?: number; productId?: string; currency?: string }[];
};

export type SeedTask = {
  title?: string;
  status?: "open" | "completed";
  priority?: "low" | "medium" | "high";
  dueDate?: string | null;
  completedAt?: string;
  createdAt?: string;
  assignee?: string;
  dealId?: string;
  contactId?: string;
  categoryId?: string;
};

export type Stage = { id: string; pipelineId: string };

export function seedOf(frontdesk: Harness, workspace: TestWorkspace) {
  const now = frontdesk.app.clock.now();
  const run = (statement: ReturnType<typeof sql>) =>
    frontdesk.app.database.transaction(workspace.id, (db) => db.raw(statement));
  const add = async (table: string, values: Record<string, unknown>): Promise<string> => {
    const row: Record<string, unknown> = { workspace_id: workspace.id, id: randomUUID(), ...values };
    const names = Object.keys(row).map((name) => sql.ref(name));
    await run(
      sql`insert into ${sql.table(table)} (${sql.join(names)}) values (${sql.join(Object.values(row))})`,
    );
    return String(row["id"]);
  };
  const stamps = { created_at: now, updated_at: now };

  const pipeline = async (name: string, stageNames: string[]): Promise<{ id: string; stages: Stage[] }> => {
    const id = await add("pipelines", { name, ...stamps });
    const stages: Stage[] = [];
    for (const [position, stage] of stageNames.entries()) {
      const about = { pipeline_id: id, name: stage, position, ...stamps };
      stages.push({ id: await add("pipeline_stages", about), pipelineId: id });
    }
    return { id, stages };
  };

  const deal = async (wanted: SeedDeal): Promise<string> => {
    const id = await add("opportunities", {
      public_id: `O-${randomUUID().slice(0, 8)}`,
      name: wanted.name ?? "Deal",
      status: wanted.status ?? "open",
      value_minor: wanted.value ?? null,
      currency: wanted.currency ?? "AUD",
      lead_source: wanted.source ?? null,
      won_at: wanted.wonAt ?? null,
      lost_at: wanted.lostAt ?? null,
      won_reasons: wanted.wonReasons ?? [],
      lost_reasons: wanted.lostReasons ?? [],
      contact_id: wanted.contactId ?? null,
      metadata: JSON.stringify(wanted.metadata ?? {}),
      created_at: wanted.createdAt ?? now,
      updated_at: now,
    });
    for (const { placedAt, ...stage } of wanted.stages ?? []) {
      await add("opportunity_placements", {
        opportunity_id: id,
        pipeline_id: stage.pipelineId,
        stage_id: stage.id,
        rank: "a0",
        placed_at: placedAt ?? now,
        updated_at: now,
      });
    }
    for (const user of wanted.users ?? []) {
      await run(sql`insert into opportunity_users (workspace_id, opportunity_id, user_id, created_at)
                    values (${workspace.id}, ${id}, ${user}, ${now})`);
    }
    for (const line of wanted.lines ?? []) {
      await add("opportunity_products", {
        opportunity_id: id,
        product_id: line.productId ?? null,
        name: line.name,
        quantity: line.quantity ?? 1,
        unit_price_minor: line.price,
        currency: line.currency ?? wanted.currency ?? "AUD",
        ...stamps,
      });
    }
    return id;
  };

  const task = (wanted: SeedTask): Promise<string> =>
    add("tasks", {
      title: wanted.title ?? "Task",
      status: wanted.status ?? "open",
      priority: wanted.priority ?? "medium",
      due_date: wanted.dueDate ?? null,
      completed_at: wanted.completedAt ?? null,
      assigned_to: wanted.assignee ?? null,
      opportunity_id: wanted.dealId ?? null,
      contact_id: wanted.contactId ?? null,
      category_id: wanted.categoryId ?? null,
      rank: "a0",
      created_at: wanted.createdAt ?? now,
      updated_at: now,
    });

  const member = (name: string, role = "client_editor"): Promise<string> =>
    add("members", { name, role, created_at: now });
  const category = (name: string) => add("task_categories", { name, ...stamps });
  const product = (name: string, group: string) =>
    add("products", { name, category: group, price_minor: 100, ...stamps });
  const contact = async (first: string, last: string): Promise<string> => {
    const answer = await workspace.call("POST", "/api/v1/contacts", { first_name: first, last_name: last });
    return answer.body.data.id as string;
  };
  return { add, run, pipeline, deal, task, member, category, product, contact };
}

/** A workspace key that acts for a member. */
export async function keyOf(
  frontdesk: Harness,
  workspace: TestWorkspace,
  memberId: string,
  scopes: string[] = ["opportunities:read", "opportunities:write", "email:send"],
): Promise<string> {
  const wanted = { workspaceId: workspace.id, kind: "workspace" as const, name: "theirs", scopes };
  const issued = await frontdesk.app.credentials.issue({
    ...wanted,
    approvalLevel: "full",
    createdBy: memberId,
  });
  return issued.secret;
}
