/** The composition root: config → database → jobs → surfaces. Everything a running process is made of meets here. */
import type { FastifyInstance } from "fastify";
import { App } from "./kernel/app.ts";
import { systemClock } from "./kernel/clock.ts";
import type { Clock, ClockSetting } from "./kernel/clock.ts";
import type { Config } from "./kernel/config.ts";
import { Credentials } from "./kernel/credentials.ts";
import { Database } from "./kernel/database.ts";
import type { Engine } from "./kernel/database.ts";
import { EventBell } from "./kernel/events.ts";
import { Followers } from "./kernel/followers.ts";
import { Jobs } from "./kernel/jobs.ts";
import type { Log } from "./kernel/log.ts";
import { Metrics } from "./kernel/metrics.ts";
import type { Module } from "./kernel/operation.ts";
import { Registry } from "./kernel/registry.ts";
import { Scratch } from "./kernel/scratch.ts";
import { TimeTravel } from "./kernel/time-travel.ts";
import { installationSecrets } from "./installation.ts";
import { databaseSink, sealOpenOutbox } from "./local-outbox.ts";
import { sealOpenWebhooks } from "./modules/automation/webhooks/sealed-secrets.ts";
import { modules as allModules } from "./modules/index.ts";
import { createLocalNotetaker } from "./providers/notetaker/local.ts";
import {
  createCalendars,
  createEmail,
  createLanguageModel,
  createTelephony,
  readProviderConfig,
} from "./providers/index.ts";
import { knownScopes } from "./scopes.ts";
import { createHttp } from "./surfaces/http.ts";
import { addSurfaces } from "./surfaces/index.ts";
import "./ports.ts";

export type Running = {
  app: App;
  http: FastifyInstance;
  travel: TimeTravel | undefined;
  close(): Promise<void>;
};

export type ComposeOptions = {
  config: Config;
  engine: Engine;
  log: Log;
  /** Given, the clock can be moved and starts like this. */
  movableClock?: ClockSetting;
  modules?: readonly Module[];
};

// Whoever looks at when a key was last used sees it so much late at most.
const flushUseEveryMs = 2_000;

/** Puts a process together on a migrated database. Nothing listens yet. */
export async function compose(options: ComposeOptions): Promise<Running> {
  const { config, log } = options;
  const database = new Database(options.engine);
  const registry = new Registry(options.modules ?? allModules, knownScopes);
  const travel = options.movableClock ? await TimeTravel.open(database, options.movableClock) : undefined;
  const clock: Clock = travel?.clock ?? systemClock;
  const providers = readProviderConfig(config.environment);
  const secrets = await installationSecrets(database, {
    ...(config.serviceJwtSecret ? { serviceJwt: config.serviceJwtSecret } : {}),
    ...(config.environment["FRONTDESK_SEALING_KEY"]
      ? { sealing: config.environment["FRONTDESK_SEALING_KEY"] }
      : {}),
    ...(providers.telephony.authToken ? { twilioAuthToken: providers.telephony.authToken } : {}),
  });
  await sealOpenWebhooks(database, secrets.sealing);
  await sealOpenOutbox(database, secrets.sealing);
  const sink = databaseSink(database, secrets.sealing);
  const now = () => clock.now();
  const jobs = new Jobs({
    database,
    log,
    definitions: registry.jobs,
    movableClock: travel !== undefined,
    pollSeconds: config.pollSeconds,
  });
  await jobs.start();
  travel?.follow(jobs);
  const credentials = new Credentials(database, clock, log);
  await credentials.start();
  const scratch = await Scratch.open();
  const app = new App({
    config,
    clock,
    database,
    log,
    metrics: new Metrics(),
    registry,
    jobs,
    bell: new EventBell(),
    credentials,
    ports: {
      telephony: createTelephony({ ...providers.telephony, authToken: secrets.twilioAuthToken }, sink, now),
      email: createEmail(providers.email, sink, now),
      notetaker: createLocalNotetaker(now),
      languageModel: createLanguageModel(providers.languageModel),
      calendars: createCalendars(providers.calendars, sink, now),
      secrets,
    },
    scratch,
  });
  const followers = new Followers(app);
  await followers.start();
  travel?.waitFor(() => followers.quiet());
  const http = createHttp(app);
  await addSurfaces(http, app, travel);
  const flushing = setInterval(() => void credentials.flushUse(), flushUseEveryMs).unref();
  return {
    app,
    http,
    travel,
    close: async () => {
      clearInterval(flushing);
      await http.close();
      await jobs.stop();
      await followers.stop();
      await credentials.stop();
      await travel?.close();
      await database.close();
      await scratch.close();
    },
  };
}
