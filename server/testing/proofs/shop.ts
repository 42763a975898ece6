import { createWorkspace } from "../../workspaces.ts";
import { systemActor } from "../../kernel/actor.ts";
import type { App } from "../../kernel/app.ts";
import { newId } from "../../kernel/ids.ts";
import { insertService } from "../../modules/calendar/services/services.store.ts";
import { insertNumber } from "../../modules/phone/numbers/numbers.store.ts";
import { everyScope, privateScopes } from "../../scopes.ts";

export type Shop = {
  workspaceId: string;
  slug: string;
  key: string;
  token: string;
  serviceId: string;
  serviceSlug: string;
  number: string;
};

let shops = 0;

/** A shop with one person, one service of an hour, and hours round the clock: one booking fills a slot. */
export async function openShop(app: App): Promise<Shop> {
  shops += 1;
  const workspace = await createWorkspace(
    app,
    { name: `Proof ${shops}`, timeZone: "Europe/London", country: "GB" },
    { name: "Olive Owner", email: "olive@example.test" },
  );
  const occasion = {
    workspaceId: workspace.id,
    actor: systemActor(workspace.id),
    surface: "test",
    operation: "open_shop",
    requestId: "proof",
  };
  const number = `+44770090${String(1000 + Math.floor(Math.random() * 9000))}`;
  const service = await app.inWorkspace(occasion, async (ctx) => {
    await ctx.db
      .insert("scheduling_availability", {
        id: newId(ctx.now),
        member_id: null,
        weekly_hours: JSON.stringify(
          [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: "00:00", end: "24:00" })),
        ),
        timezone: "Europe/London",
        date_overrides: "[]",
        created_at: ctx.now,
        updated_at: ctx.now,
      })
      .execute();
    await insertNumber(ctx, { e164: number, status: "ACTIVE", transferNumber: "+447700900999" });
    return insertService(ctx, {
      name: "Visit",
      duration_minutes: 60,
      slot_interval_minutes: 60,
      is_bookable: true,
      is_active: true,
    });
  });
  const issue = async (kind: "workspace" | "private", scopes: readonly string[]) =>
    (
      await app.credentials.issue({
        workspaceId: workspace.id,
        kind,
        name: "proof",
        scopes,
        approvalLevel: "full",
      })
    ).secret;
  return {
    workspaceId: workspace.id,
    slug: workspace.slug,
    key: await issue("workspace", everyScope),
    token: await issue("private", privateScopes),
    serviceId: service.id,
    serviceSlug: service.slug,
    number,
  };
}
