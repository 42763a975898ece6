/** Starts one process: reads the environment, opens the database, brings the schema up to date, and goes to work. */
import { join } from "node:path";
import { buildConsoleIfNeeded } from "../scripts/build-console.ts";
import { RunningCommands } from "./cli/running-commands.ts";
import { compose } from "./compose.ts";
import type { Running } from "./compose.ts";
import { mayHoldDemo, openDemo } from "./demo.ts";
import type { DemoFacts } from "./demo.ts";
import { readConfig, warningsOf } from "./kernel/config.ts";
import type { Config } from "./kernel/config.ts";
import { Database } from "./kernel/database.ts";
import type { Engine } from "./kernel/database.ts";
import { bringUpToDate, openEngine } from "./engine.ts";
import { systemClock } from "./kernel/clock.ts";
import { createLog } from "./kernel/log.ts";
import { warmUpUnderstanding } from "./modules/receptionist/understanding/understand.ts";
import { startHourlySnapshots } from "./kernel/snapshots.ts";
import { startSweeping } from "./kernel/sweep.ts";

export type Started = Running & { url: string; demo: DemoFacts | undefined };

export async function start(environment: NodeJS.ProcessEnv): Promise<Started> {
  const asked = readConfig(environment);
  const log = createLog(asked.logLevel);
  const commands = new RunningCommands();
  const engine = await openEngine(asked, log, commands.answer);
  const applied = await bringUpToDate(engine, asked, systemClock);
  if (applied.length > 0) log.info({ applied }, "the schema was brought up to date");
  const config = await settleDemo(asked, engine, environment);
  for (const warning of warningsOf(config)) log.warn(warning);
  const running = await compose({
    config,
    engine,
    log,
    ...(config.simulator ? { movableClock: { frozenAt: null, offsetMs: 0 } } : {}),
  });
  const { app, http } = running;
  // A worker is no address to call: the demo is opened, and its page built, by a process that serves them.
  const opensDemo = config.demo && config.role !== "worker";
  // With a fixed port the address is known, and demo.json is there before the first request can be.
  const early = opensDemo && config.port !== 0 ? await openDemo(app, app.baseUrl) : undefined;
  warmUpUnderstanding(app.clock.now());
  if (config.role !== "api") await app.jobs.work(app);
  await http.listen({ host: config.host, port: config.port });
  const bound = http.server.address();
  if (bound !== null && typeof bound === "object") app.listensOn(bound.port);
  const url = app.baseUrl;
  const demo = opensDemo ? (early ?? (await openDemo(app, url))) : undefined;
  log.info({ url, role: config.role, database: engine.name }, "Frontdesk is ready");
  const { database, clock, credentials, jobs } = app;
  commands.open({ config, log, engine, database, clock, credentials, jobs });
  const stopSweeping = config.role === "api" ? () => {} : startSweeping(app);
  const stopSnapshots = startHourlySnapshots(engine, config.dataFolder, app.clock, log);
  const close = async () => {
    await commands.close();
    stopSweeping();
    await stopSnapshots();
    await running.close();
  };
  return { ...running, close, url, demo };
}

/** The demo, and with it the simulator, belong to an empty database: a real business never finds them switched on. */
async function settleDemo(asked: Config, engine: Engine, environment: NodeJS.ProcessEnv): Promise<Config> {
  const demo = asked.demo && (await mayHoldDemo(new Database(engine)));
  return {
    ...asked,
    demo,
    simulator: asked.simulator && (demo || Boolean(environment["FRONTDESK_SIMULATOR"])),
  };
}

/** Runs until a signal asks it to stop; requests and jobs in progress are finished first. */
export async function main(environment: NodeJS.ProcessEnv): Promise<void> {
  const started = await start(environment);
  if (started.demo) greet(started);
  const { simulator, role } = started.app.config;
  if (simulator && role !== "worker") buildPage(started);
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    started.app.log.info({ signal }, "stopping");
    started.close().then(
      () => process.exit(0),
      (error: Error) => {
        started.app.log.error({ error: error.message }, "could not stop cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
}

/** Builds the simulator's page while the API answers already. */
function buildPage({ app }: Started): void {
  buildConsoleIfNeeded().then(
    (outcome) => app.log.info({ outcome }, "the simulator's page is ready"),
    (error: Error) => app.log.error({ error: error.message }, "the simulator's page could not be built"),
  );
}

function greet({ url, demo, app }: Started): void {
  const lines = [
    "",
    `  Frontdesk is open.`,
    "",
    ...(app.config.simulator ? [`  Simulator   ${url}/`] : []),
    ...(demo ? [`  Booking     ${url}/book/${demo.workspace_slug}`] : []),
    `  API         ${url}/api/v1`,
    `  Reference   ${url}/docs`,
    `  MCP         ${url}/mcp`,
    `  API key     ${demo?.api_key}`,
    ...(demo?.admin_email ? [`  Sign in     ${demo.admin_email} ${demo.admin_password} at /sign-in`] : []),
    "",
    `  The key and the demo's ids are in ${join(app.config.dataFolder, "demo.json")}. Stop with Ctrl+C.`,
    "",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

if (import.meta.main) {
  main(process.env).catch((error: Error) => {
    process.stderr.write(`Frontdesk could not start: ${error.message}\n`);
    process.exit(1);
  });
}
