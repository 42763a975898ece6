/** The demo business: an invented plumber, opened on an empty database so that there is something to ring. */
import { randomBytes } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { systemActor } from "./kernel/actor.ts";
import type { App } from "./kernel/app.ts";
import { stopwatch } from "./kernel/clock.ts";
import type { Ctx } from "./kernel/context.ts";
import type { Database } from "./kernel/database.ts";
import { newId } from "./kernel/ids.ts";
import { newRequestId } from "./kernel/run.ts";
import { demoServices, demoSettings, demoShop, demoWeek } from "./demo-shop.ts";
import { insertService } from "./modules/calendar/services/services.store.ts";
import { durationOf } from "./modules/calendar/services/service.ts";
import { insertNumber } from "./modules/phone/numbers/numbers.store.ts";
import { storeSettings } from "./modules/workspace/settings/settings.ts";
import { hashPassword } from "./modules/workspace/sign-in/passwords.ts";
import { setPassword } from "./modules/workspace/sign-in/people.store.ts";
import { everyScope, privateScopes } from "./scopes.ts";
import { createWorkspace } from "./workspaces.ts";

export type DemoService = { id: string; slug: string; name: string; duration_minutes: number };

/** What demo.json says: everything another program needs to drive the demo. */
export type DemoFacts = {
  base_url: string;
  workspace_id: string;
  workspace_slug: string;
  api_key: string;
  private_token: string;
  /** Who signs in at /sign-in. */
  admin_email: string;
  admin_password: string;
  service_jwt_secret: string;
  twilio_auth_token: string;
  business_number: string;
  owner_number: string;
  provider_id: string;
  services: DemoService[];
  staff_count: number;
  time_zone: string;
};

type Stored = Omit<DemoFacts, "base_url" | "service_jwt_secret" | "twilio_auth_token">;

const patienceMs = 30_000;

/** Whether this database is the demo's: it has it already, or nothing at all yet. */
export async function mayHoldDemo(database: Database): Promise<boolean> {
  return database.system("installation", async (kysely) => {
    const demo = await kysely
      .selectFrom("installation")
      .select("name")
      .where("name", "=", "demo")
      .executeTakeFirst();
    if (demo) return true;
    return !(await kysely.selectFrom("workspaces").select("id").limit(1).executeTakeFirst());
  });
}

/**
 * Opens the demo on an empty database, or finds the one opened before, and writes demo.json. Several nodes may come at
 * once: the one whose row is stored first makes the business, the others wait for it. Undefined when the database
 * holds somebody's real workspaces.
 */
export async function openDemo(app: App, baseUrl: string): Promise<DemoFacts | undefined> {
  const claimed = await claim(app);
  if (claimed === "not-empty") return undefined;
  const stored = claimed === "ours" ? await seed(app) : await waitForDemo(app);
  const facts: DemoFacts = {
    base_url: baseUrl,
    ...stored,
    service_jwt_secret: app.ports.secrets.serviceJwt,
    twilio_auth_token: app.ports.secrets.twilioAuthToken,
  };
  await writeFacts(app, facts);
  return facts;
}

/** The demo's keys are kept readable, unlike any other key: they open an invented business. */
async function claim(app: App): Promise<"ours" | "theirs" | "not-empty"> {
  return app.database.system("installation", async (kysely) => {
    const existing = await kysely
      .selectFrom("installation")
      .select("name")
      .where("name", "=", "demo")
      .executeTakeFirst();
    if (existing) return "theirs";
    const workspace = await kysely.selectFrom("workspaces").select("id").limit(1).executeTakeFirst();
    if (workspace) return "not-empty";
    const inserted = await kysely
      .insertInto("installation")
      .values({ name: "demo", value: "" })
      .onConflict((conflict) => conflict.column("name").doNothing())
      .returning("name")
      .executeTakeFirst();
    return inserted ? "ours" : "theirs";
  });
}

async function waitForDemo(app: App): Promise<Stored> {
  const startedAt = stopwatch();
  while (stopwatch() - startedAt < patienceMs) {
    const row = await app.database.system("installation", (kysely) =>
      kysely.selectFrom("installation").select("value").where("name", "=", "demo").executeTakeFirst(),
    );
    if (row?.value) return JSON.parse(row.value) as Stored;
    await pause(100);
  }
  // Whoever claimed it died half way.
  return seed(app);
}

async function seed(app: App): Promise<Stored> {
  const workspace = await createWorkspace(app, demoShop.workspace, demoShop.staff[0]);
  const actor = systemActor(workspace.id, "demo");
  const occasion = {
    workspaceId: workspace.id,
    actor,
    surface: "demo",
    operation: "open_demo",
    requestId: newRequestId(),
  };
  const services = await app.inWorkspace(occasion, furnish);
  const key = await app.credentials.issue({
    workspaceId: workspace.id,
    kind: "workspace",
    name: "Demo key",
    scopes: everyScope,
    approvalLevel: "full",
    createdBy: workspace.adminId,
  });
  const token = await app.credentials.issue({
    workspaceId: workspace.id,
    kind: "private",
    name: "Demo integration",
    scopes: privateScopes,
    approvalLevel: "full",
  });
  const password = randomBytes(15).toString("base64url");
  const [{ email }] = demoShop.staff;
  await setPassword(app, { workspaceId: workspace.id, email, hash: await hashPassword(password) });
  const stored: Stored = {
    workspace_id: workspace.id,
    workspace_slug: workspace.slug,
    api_key: key.secret,
    private_token: token.secret,
    admin_email: email,
    admin_password: password,
    business_number: demoShop.businessNumber,
    owner_number: demoShop.ownerNumber,
    provider_id: workspace.slug,
    services,
    staff_count: demoShop.staff.length,
    time_zone: demoShop.workspace.timeZone,
  };
  await app.database.system("installation", (kysely) =>
    kysely
      .updateTable("installation")
      .set({ value: JSON.stringify(stored) })
      .where("name", "=", "demo")
      .execute(),
  );
  return stored;
}

async function furnish(ctx: Ctx): Promise<DemoService[]> {
  const [, ...colleagues] = demoShop.staff;
  for (const person of colleagues) {
    await ctx.db
      .insert("members", {
        id: newId(ctx.now),
        name: person.name,
        email: person.email,
        phone: null,
        role: "client_editor",
        created_at: ctx.now,
      })
      .execute();
  }
  await storeSettings(ctx, demoSettings);
  await ctx.db
    .insert("scheduling_availability", {
      id: newId(ctx.now),
      member_id: null,
      weekly_hours: JSON.stringify(demoWeek),
      timezone: demoShop.workspace.timeZone,
      date_overrides: "[]",
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .execute();
  await insertNumber(ctx, {
    e164: demoShop.businessNumber,
    friendlyName: "Main line",
    status: "ACTIVE",
    transferNumber: demoShop.ownerNumber,
  });
  const services: DemoService[] = [];
  for (const [order, wanted] of demoServices.entries()) {
    const service = await insertService(ctx, { ...wanted, sort_order: order });
    services.push({
      id: service.id,
      slug: service.slug,
      name: service.name,
      duration_minutes: durationOf(service),
    });
  }
  return services;
}

async function writeFacts(app: App, facts: DemoFacts): Promise<void> {
  const { dataFolder } = app.config;
  await mkdir(dataFolder, { recursive: true });
  const file = join(dataFolder, "demo.json");
  await writeFile(`${file}.new`, `${JSON.stringify(facts, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
