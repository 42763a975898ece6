import { existsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import { migrationsFolder } from "../engine.ts";
import { readConfig } from "../kernel/config.ts";
import type { Config } from "../kernel/config.ts";
import type { Engine } from "../kernel/database.ts";
import { embeddedEngine } from "../kernel/engine-embedded.ts";
import { FolderInUse } from "../kernel/folder-lock.ts";
import { postgresEngine } from "../kernel/engine-postgres.ts";
import { createLog } from "../kernel/log.ts";
import { readMigrations } from "../kernel/migrate.ts";
import { readProviderConfig } from "../providers/index.ts";
import { databaseWords, hasEmbeddedDatabase } from "./database-words.ts";

/** `ok` undefined: worth knowing, but nothing is wrong. */
export type Finding = { ok: boolean | undefined; about: string; text: string };

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check this machine and configuration, in plain words")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine(process.env);
      const mark = (ok: boolean | undefined) => (ok === undefined ? "  note" : ok ? "    ok" : "WRONG ");
      for (const { ok, about, text } of json ? [] : findings) {
        process.stdout.write(`${mark(ok)}  ${about}: ${text}\n`);
      }
      if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      if (findings.some((finding) => finding.ok === false)) process.exitCode = 1;
    });
}

/** Looks at everything that has to be right before Frontdesk can run; changes nothing. */
export async function examine(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const findings = [nodeVersion(), zoneRules()];
  let config: Config;
  try {
    config = readConfig(environment);
    findings.push({ ok: true, about: "configuration", text: "readable" });
  } catch (error) {
    return [...findings, { ok: false, about: "configuration", text: (error as Error).message }];
  }
  findings.push(providers(config), await dataFolder(config));
  findings.push(...(await database(config)));
  return findings;
}

function nodeVersion(): Finding {
  const version = process.versions.node;
  const ok = Number(version.split(".")[0]) >= 24;
  return {
    ok,
    about: "Node",
    text: ok ? version : `${version} is too old: 24 or later is needed. npm ci brings one.`,
  };
}

// Bookings are made in wall-clock time, so an engine without the zones' rules would book wrong hours.
function zoneRules(): Finding {
  const hour = (at: string) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hour: "2-digit", hourCycle: "h23" }).format(
      new Date(at),
    );
  const ok = hour("2026-01-15T12:00:00Z") === "12" && hour("2026-07-15T12:00:00Z") === "13";
  return {
    ok,
    about: "time zones",
    text: ok
      ? `rules ${process.versions["tz"] ?? "built in"}`
      : "this Node has no time zone rules (small-icu); use a full build",
  };
}

function providers(config: Config): Finding {
  try {
    const { telephony, email, languageModel } = readProviderConfig(config.environment);
    const kinds = `telephony ${telephony.kind}, e-mail ${email.kind}, language model ${languageModel.kind}`;
    const local = telephony.kind === "local" || email.kind === "local";
    return {
      ok: local ? undefined : true,
      about: "providers",
      text: local ? `${kinds}; what is local never leaves this machine` : kinds,
    };
  } catch (error) {
    return { ok: false, about: "providers", text: (error as Error).message };
  }
}

async function dataFolder({ dataFolder: folder }: Config): Promise<Finding> {
  try {
    await access(nearestOf(folder), constants.W_OK | constants.R_OK | constants.X_OK);
    const text = existsSync(folder)
      ? `${folder} can be written`
      : `${folder} is not there yet; the first start makes it`;
    return { ok: true, about: "data folder", text };
  } catch (error) {
    return {
      ok: false,
      about: "data folder",
      text: `${folder} cannot be written (${(error as Error).message}); set FRONTDESK_DATA to one that can`,
    };
  }
}

/** The folder, or the nearest one above it that is there. */
function nearestOf(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestOf(dirname(folder));
}

async function database(config: Config): Promise<Finding[]> {
  const about = config.databaseUrl ? "PostgreSQL" : "embedded database";
  if (!config.databaseUrl && !hasEmbeddedDatabase(config.dataFolder)) {
    return [{ ok: undefined, about, text: "none yet; the first start makes one" }];
  }
  let engine: Engine;
  try {
    engine = config.databaseUrl
      ? await postgresEngine({
          url: config.databaseUrl,
          directUrl: config.databaseDirectUrl,
          poolSize: 2,
          log: createLog("silent"),
        })
      : await embeddedEngine({ folder: config.dataFolder });
  } catch (error) {
    if (error instanceof FolderInUse)
      return [{ ok: undefined, about, text: "in use by a running Frontdesk" }];
    return [
      {
        ok: false,
        about,
        text: config.databaseUrl ? databaseWords(error, "DATABASE_URL") : (error as Error).message,
      },
    ];
  }
  try {
    return await lookInside(engine, about);
  } catch (error) {
    return [{ ok: false, about, text: databaseWords(error, "DATABASE_URL") }];
  } finally {
    await engine.close();
  }
}

async function lookInside(engine: Engine, about: string): Promise<Finding[]> {
  const { rows } = await engine.pool.query<{ version: string; number: number; superuser: boolean }>(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
            (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as superuser`,
  );
  const server = rows[0];
  const findings: Finding[] = [
    server && server.number >= 150_000
      ? { ok: true, about, text: `reachable, version ${server.version}` }
      : {
          ok: false,
          about,
          text: `version ${server?.version} is too old: PostgreSQL 15 or later is needed`,
        },
  ];
  const extensions = await namesOf(
    engine,
    "select name from pg_available_extensions where name in ('pg_trgm', 'btree_gist', 'btree_gin')",
  );
  const absent = ["pg_trgm", "btree_gist", "btree_gin"].filter((name) => !extensions.includes(name));
  findings.push({
    ok: absent.length === 0,
    about: "extensions",
    text:
      absent.length === 0
        ? extensions.join(", ")
        : `not available: ${absent.join(", ")}; install the server's contrib package`,
  });
  const roles = await namesOf(
    engine,
    "select rolname as name from pg_roles where rolname in ('frontdesk_app', 'frontdesk_system')",
  );
  const rolesReady = roles.length === 2;
  findings.push({
    ok: rolesReady || server?.superuser === true ? true : false,
    about: "roles",
    text: rolesReady
      ? "frontdesk_app and frontdesk_system exist"
      : server?.superuser
        ? "the first migration will make them"
        : "frontdesk_app and frontdesk_system are missing and this user may not make them; run the first migration as one that may",
  });
  return [...findings, await migrations(engine)];
}

async function migrations(engine: Engine): Promise<Finding> {
  const known = await readMigrations(migrationsFolder);
  const { rows } = await engine.pool.query<{ found: string | null }>(
    "select to_regclass('public.schema_migrations') as found",
  );
  const applied = rows[0]?.found ? await namesOf(engine, "select name from schema_migrations") : [];
  const pending = known.filter((migration) => !applied.includes(migration.name));
  return {
    ok: pending.length === 0 ? true : undefined,
    about: "schema",
    text:
      pending.length === 0
        ? `up to date (${applied.length} migrations)`
        : `${pending.length} migrations are pending; frontdesk start or frontdesk migrate applies them`,
  };
}

async function namesOf(engine: Engine, text: string): Promise<string[]> {
  const { rows } = await engine.pool.query<{ name: string }>(text);
  return rows.map((row) => row.name);
}
