import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Ctx, Ports } from "./context.ts";
import type { Credentials } from "./credentials.ts";
import type { Database } from "./database.ts";
import type { Occasion } from "./audit.ts";
import type { EventBell } from "./events.ts";
import type { Jobs } from "./jobs.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { AnyOperation } from "./operation.ts";
import type { Registry } from "./registry.ts";
import { inWorkspace, run } from "./run.ts";
import type { Call, Outcome } from "./run.ts";
import type { Scratch } from "./scratch.ts";

export type AppParts = {
  config: Config;
  clock: Clock;
  database: Database;
  log: Log;
  metrics: Metrics;
  registry: Registry;
  jobs: Jobs;
  bell: EventBell;
  credentials: Credentials;
  ports: Ports;
  scratch: Scratch;
};

/** Everything one running process is made of; composed in main.ts, handed on through ctx. */
export class App {
  readonly config: Config;
  readonly clock: Clock;
  readonly database: Database;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly registry: Registry;
  readonly jobs: Jobs;
  readonly bell: EventBell;
  readonly credentials: Credentials;
  readonly ports: Ports;
  /** Where files lie for the time of a call. */
  readonly scratch: Scratch;

  #port: number | undefined;

  constructor(parts: AppParts) {
    this.config = parts.config;
    this.clock = parts.clock;
    this.database = parts.database;
    this.log = parts.log;
    this.metrics = parts.metrics;
    this.registry = parts.registry;
    this.jobs = parts.jobs;
    this.bell = parts.bell;
    this.credentials = parts.credentials;
    this.ports = parts.ports;
    this.scratch = parts.scratch;
  }

  /** Where links we send lead: the public address, or where this process listens. */
  get baseUrl(): string {
    const { publicUrl, host, port } = this.config;
    return publicUrl ?? `http://${host}:${this.#port ?? port}`;
  }

  /** The port that was bound, when the configuration left it to the system. */
  listensOn(port: number): void {
    this.#port = port;
  }

  run(operation: AnyOperation, call: Call): Promise<Outcome> {
    return run(this, operation, call);
  }

  inWorkspace<T>(occasion: Omit<Occasion, "now">, work: (ctx: Ctx) => Promise<T>): Promise<T> {
    return inWorkspace(this, occasion, work);
  }
}
