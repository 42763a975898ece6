/** A workspace in which everything can be in everything's way, and one in which everybody is always free. */
import { systemActor } from "../../kernel/actor.ts";
import type { App } from "../../kernel/app.ts";
import type { Ctx } from "../../kernel/context.ts";
import { newId } from "../../kernel/ids.ts";
import { insertService } from "../../modules/calendar/services/services.store.ts";
import { createWorkspace } from "../../workspaces.ts";

export type Arena = {
  workspaceId: string;
  memberIds: string[];
  /** By what makes each of them difficult. */
  services: { visit: string; pair: string; turns: string; lesson: string; surgery: string; driven: string };
  /** The first start there is; starts are half an hour apart, `starts` of them. */
  from: number;
  starts: number;
  /** Another workspace: a service in turns whose hosts do nothing else. */
  fair: { workspaceId: string; service: string; memberIds: string[] };
};

export const startEveryMs = 30 * 60_000;

/** Runs `work` in a transaction of a workspace, as the program itself. */
export function inside<T>(app: App, workspaceId: string, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  const actor = systemActor(workspaceId);
  const occasion = { workspaceId, actor, surface: "test", operation: "contend", requestId: "proof" };
  return app.inWorkspace(occasion, work);
}

export async function openArena(app: App, options: { days: number }): Promise<Arena> {
  const workspaceId = await openWorkspace(app, "Arena");
  const made = await inside(app, workspaceId, async (ctx) => {
    const memberIds = await addMembers(ctx, 6);
    const [roomA, roomB, laser] = await addResources(ctx, ["Room A", "Room B", "Laser"]);
    const common = { slot_interval_minutes: 30, duration_minutes: 60, max_advance_days: options.days + 2 };
    const make = async (name: string, values: Parameters<typeof insertService>[1]) =>
      (await insertService(ctx, { ...common, ...values, name })).id;
    const room = { any_of: [roomA!, roomB!] };
    return {
      memberIds,
      services: {
        visit: await make("Visit", {
          name: "",
          buffer_before_minutes: 15,
          booking_assigned_user_ids: memberIds.slice(0, 4),
        }),
        pair: await make("Pair", {
          name: "",
          host_assignment: "all",
          booking_assigned_user_ids: memberIds.slice(0, 2).toReversed(),
        }),
        turns: await make("Turns", {
          name: "",
          host_assignment: "round_robin",
          booking_assigned_user_ids: memberIds.slice(2),
        }),
        lesson: await make("Lesson", {
          name: "",
          capacity: 6,
          booking_assigned_user_ids: memberIds.slice(4),
          resource_requirements: JSON.stringify([room]),
        }),
        surgery: await make("Surgery", {
          name: "",
          buffer_after_minutes: 30,
          resource_requirements: JSON.stringify([{ any_of: [laser!] }, room]),
        }),
        driven: await make("Driven", {
          name: "",
          travel_minutes: 30,
          booking_assigned_user_ids: memberIds.slice(3),
        }),
      },
    };
  });
  const fairId = await openWorkspace(app, "Fair");
  const fair = await inside(app, fairId, async (ctx) => {
    const memberIds = await addMembers(ctx, 5);
    const service = await insertService(ctx, {
      name: "Fair",
      host_assignment: "round_robin",
      slot_interval_minutes: 30,
      duration_minutes: 30,
      max_advance_days: 730,
      booking_assigned_user_ids: memberIds,
    });
    return { workspaceId: fairId, service: service.id, memberIds };
  });
  const dayMs = 86_400_000;
  const from = (Math.floor(app.clock.now().getTime() / dayMs) + 1) * dayMs;
  return { workspaceId, ...made, from, starts: options.days * 48, fair };
}

async function openWorkspace(app: App, name: string): Promise<string> {
  const owner = { name: "Olive Owner", email: "olive@example.test" };
  const { id } = await createWorkspace(app, { name, timeZone: "UTC", country: "GB" }, owner);
  await inside(app, id, async (ctx) => {
    const weekly = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: "00:00", end: "24:00" }));
    await ctx.db
      .insert("scheduling_availability", {
        id: newId(ctx.now),
        member_id: null,
        weekly_hours: JSON.stringify(weekly),
        timezone: "UTC",
        date_overrides: "[]",
        created_at: ctx.now,
        updated_at: ctx.now,
      })
      .execute();
  });
  return id;
}

async function addMembers(ctx: Ctx, count: number): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, n) => ({
    id: newId(ctx.now),
    name: `Member ${n}`,
    email: null,
    phone: null,
    role: "client_editor",
    is_staff: true,
    created_at: ctx.now,
  }));
  await ctx.db.insert("members", rows).execute();
  return rows.map((row) => row.id);
}

async function addResources(ctx: Ctx, names: string[]): Promise<string[]> {
  const rows = names.map((name) => ({
    id: newId(ctx.now),
    name,
    kind: "room",
    created_at: ctx.now,
    updated_at: ctx.now,
  }));
  await ctx.db.insert("scheduling_resources", rows).execute();
  return rows.map((row) => row.id);
}
