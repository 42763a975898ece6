import pg from "pg";
import { compose } from "../server/compose.ts";
import type { Running } from "../server/compose.ts";
import { bringUpToDate, openEngine } from "../server/engine.ts";
import { systemActor } from "../server/kernel/actor.ts";
import { systemClock } from "../server/kernel/clock.ts";
import { readConfig } from "../server/kernel/config.ts";
import { newId } from "../server/kernel/ids.ts";
import { createLog } from "../server/kernel/log.ts";
import type { Module } from "../server/kernel/operation.ts";
import { modules } from "../server/modules/index.ts";
import { insertService } from "../server/modules/calendar/services/services.store.ts";
import { insertNumber } from "../server/modules/phone/numbers/numbers.store.ts";
import { everyScope, privateScopes } from "../server/scopes.ts";
import { createWorkspace } from "../server/workspaces.ts";

export type Ground = {
  workspaceId: string;
  slug: string;
  key: string;
  token: string;
  serviceId: string;
  serviceSlug: string;
  /** A service that can be had two years ahead. */
  openServiceId: string;
  memberIds: string[];
  number: string;
  twilioAuthToken: string;
};

/** Opens a Frontdesk in this process, on a server or on a folder. */
export async function open(
  environment: Record<string, string>,
  extra: readonly Module[] = [],
): Promise<Running> {
  const config = readConfig({ FRONTDESK_DEMO: "0", LOG_LEVEL: "warn", ...environment });
  const log = createLog("warn");
  const engine = await openEngine(config, log);
  await bringUpToDate(engine, config, systemClock);
  return compose({ config, engine, log, modules: [...modules, ...extra] });
}

export async function recreateDatabase(server: string, name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}

export async function dropDatabase(server: string, name: string): Promise<void> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.end();
}

/** A shop with five people, one service and a number. */
export async function prepare(running: Running): Promise<Ground> {
  const { app } = running;
  const workspace = await createWorkspace(
    app,
    { name: "Bench", timeZone: "Europe/London", country: "AU" },
    { name: "Person 1" },
  );
  const occasion = {
    workspaceId: workspace.id,
    actor: systemActor(workspace.id),
    surface: "bench",
    operation: "prepare",
    requestId: "bench",
  };
  const number = "+447700900555";
  const { service, openServiceId, memberIds } = await app.inWorkspace(occasion, async (ctx) => {
    const people = Array.from({ length: 4 }, (_, index) => ({
      id: newId(ctx.now),
      name: `Person ${index + 2}`,
      email: null,
      phone: null,
      role: "client_editor",
      created_at: ctx.now,
    }));
    await ctx.db.insert("members", people).execute();
    await insertNumber(ctx, { e164: number, status: "ACTIVE" });
    const service = await insertService(ctx, {
      name: "Visit",
      duration_minutes: 30,
      slot_interval_minutes: 15,
      is_bookable: true,
      is_active: true,
    });
    const open = await insertService(ctx, {
      name: "Any hour",
      duration_minutes: 60,
      slot_interval_minutes: 60,
      max_advance_days: 730,
      is_active: true,
    });
    const memberIds = [workspace.adminId, ...people.map((person) => person.id)];
    return { service, openServiceId: open.id, memberIds };
  });
  const issue = async (kind: "workspace" | "private", scopes: readonly string[]) =>
    (
      await app.credentials.issue({
        workspaceId: workspace.id,
        kind,
        name: "bench",
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
    openServiceId,
    memberIds,
    number,
    twilioAuthToken: app.ports.secrets.twilioAuthToken,
  };
}

const names = ["Paul", "Sarah", "Amir", "Chloe", "Jonas", "Maria", "Ioana", "Kofi", "Hannah", "Viktor"];
const starts = [
  "An",
  "Whit",
  "Oka",
  "Mar",
  "Lind",
  "Pet",
  "Naka",
  "Dub",
  "Hol",
  "Fer",
  "Grim",
  "Sato",
  "Tor",
  "Vel",
  "Kra",
  "Bel",
  "Ros",
  "Ziel",
  "Qui",
  "Yar",
];
const middles = [
  "der",
  "fi",
  "fo",
  "che",
  "qui",
  "ro",
  "mu",
  "oi",
  "lan",
  "nan",
  "wal",
  "bri",
  "zen",
  "ko",
  "mi",
  "sto",
  "tal",
  "gra",
  "vin",
  "per",
];
const ends = [
  "son",
  "eld",
  "r",
  "tti",
  "st",
  "v",
  "ra",
  "s",
  "d",
  "dez",
  "di",
  "ght",
  "ska",
  "ler",
  "man",
  "berg",
  "ford",
  "well",
  "by",
  "ham",
];

/** From here on the business is open day and night. */
export async function openAllHours(url: string, ground: Ground): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const hours = [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: "00:00", end: "24:00" }));
  await client.query(
    `insert into scheduling_availability (workspace_id, id, weekly_hours, created_at, updated_at)
     values ($1, gen_random_uuid(), $2, now(), now())`,
    [ground.workspaceId, JSON.stringify(hours)],
  );
  await client.end();
}

/**
 * People spread over four sources; answers some of their ids. The trigram indexes are made again at the end: filling them row by
 * row would take most of the time.
 */
export async function seedContacts(url: string, workspaceId: string, count: number): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows: indexes } = await client.query<{ indexname: string; indexdef: string }>(
    "select indexname, indexdef from pg_indexes where tablename = 'contacts' and indexdef like '%gin%'",
  );
  for (const { indexname } of indexes) await client.query(`drop index ${indexname}`);
  await client.query(
    `insert into contacts (workspace_id, id, public_id, first_name, last_name, email, phone, source, country, created_at, updated_at)
     select $1, gen_random_uuid(), 'C-' || i, ($3::text[])[1 + i % 10], ($4::text[])[1 + (i / 10) % 20] || ($5::text[])[1 + (i / 200) % 20] || ($6::text[])[1 + (i / 4000) % 20], 'p' || i || '@example.com',
            '+614' || (10000000 + i), (array['website','referral','api','ads'])[1 + i % 4], 'Australia',
            timestamptz '2026-01-01' - i * interval '1 minute', timestamptz '2026-01-01' from generate_series(1, $2::int) i`,
    [workspaceId, count, names, starts, middles, ends],
  );
  for (const { indexdef } of indexes) await client.query(indexdef);
  await client.query("vacuum analyze contacts");
  const { rows } = await client.query<{ id: string }>("select id from contacts order by random() limit 5000");
  await client.end();
  return rows.map((row) => row.id);
}
