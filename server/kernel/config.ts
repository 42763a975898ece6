import { resolve } from "node:path";
import { isLoopbackHost, loopbackNetworks, parseTrustedProxies } from "./addresses.ts";
import type { TrustedProxies } from "./addresses.ts";

export type NodeRole = "all" | "api" | "worker";

/** What the environment says, read once at start; nothing else in the program looks at it. */
export type Config = {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  /** The database server itself, where databaseUrl leads through a pooler of transactions. */
  readonly databaseDirectUrl: string | undefined;
  readonly poolSize: number;
  readonly role: NodeRole;
  readonly demo: boolean;
  readonly simulator: boolean;
  /** Where the outside world reaches us, when that is not what the Host header says (behind a proxy). */
  readonly publicUrl: string | undefined;
  /** Whose forwarded headers are believed. */
  readonly trustedProxies: TrustedProxies;
  readonly logLevel: string;
  readonly ratePerSecond: number;
  readonly rateBurst: number;
  readonly pollSeconds: number;
  /** Answers are compared with their declared schema: tests and development only, it costs time. */
  readonly checkOutputs: boolean;
  /** Whether what callers name (webhook addresses) may lie inside our own network. */
  readonly allowPrivateWebhooks: boolean;
  readonly serviceJwtSecret: string | undefined;
  /** What a reader of /metrics has to send; without one they are shown on this machine only. */
  readonly metricsToken: string | undefined;
  /** The rest of the environment, for the ports to read their own credentials from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads and checks the environment; throws one error that names every variable that is wrong. */
export function readConfig(environment: Environment): Config {
  const problems: string[] = [];
  const number = (name: string, fallback: number, min: number, max: number) =>
    readNumber(environment, name, fallback, min, max, problems);
  const role = environment["FRONTDESK_ROLE"] ?? "all";
  if (!["all", "api", "worker"].includes(role)) problems.push("FRONTDESK_ROLE must be all, api or worker");
  const databaseUrl = environment["DATABASE_URL"] || undefined;
  if (databaseUrl && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    problems.push("DATABASE_URL must begin with postgres:// (leave it out for the embedded database)");
  }
  const databaseDirectUrl = environment["DATABASE_DIRECT_URL"] || undefined;
  if (databaseDirectUrl && (!databaseUrl || !/^postgres(ql)?:\/\//.test(databaseDirectUrl))) {
    problems.push("DATABASE_DIRECT_URL goes with DATABASE_URL and must begin with postgres://");
  }
  if (!databaseUrl && role !== "all") {
    problems.push(
      "FRONTDESK_ROLE=api or worker needs DATABASE_URL: the embedded database serves one process",
    );
  }
  const demo = readSwitch(environment, "FRONTDESK_DEMO", true, problems);
  const host = environment["HOST"] || "127.0.0.1";
  const publicUrl = environment["PUBLIC_URL"]?.replace(/(?<!\/)\/+$/, "") || undefined;
  // Without being asked by name the simulator is there only where nobody but this machine can reach it.
  const isOurs = publicUrl === undefined && isLoopbackHost(host) && hasLocalProviders(environment);
  const metricsToken = environment["FRONTDESK_METRICS_TOKEN"] || undefined;
  if (metricsToken !== undefined && !/^\S{16,}$/.test(metricsToken)) {
    problems.push("FRONTDESK_METRICS_TOKEN must have 16 characters at least, and no spaces");
  }
  const config: Config = {
    host,
    port: number("PORT", 8080, 0, 65_535),
    dataFolder: resolve(environment["FRONTDESK_DATA"] || "./data"),
    databaseUrl,
    databaseDirectUrl,
    poolSize: number("FRONTDESK_POOL_SIZE", 10, 2, 500),
    role: role as NodeRole,
    demo,
    simulator: readSwitch(environment, "FRONTDESK_SIMULATOR", demo && isOurs, problems),
    publicUrl,
    trustedProxies: readProxies(environment, problems),
    logLevel: environment["LOG_LEVEL"] || "info",
    ratePerSecond: number("FRONTDESK_RATE_PER_SECOND", 200, 1, 1_000_000),
    rateBurst: number("FRONTDESK_RATE_BURST", 2000, 1, 1_000_000),
    pollSeconds: number("FRONTDESK_POLL_SECONDS", 2, 0.5, 3600),
    checkOutputs: environment["NODE_ENV"] === "test" || environment["FRONTDESK_CHECK_OUTPUTS"] === "1",
    allowPrivateWebhooks: readSwitch(environment, "FRONTDESK_ALLOW_PRIVATE_WEBHOOKS", false, problems),
    serviceJwtSecret: environment["FRONTDESK_SERVICE_JWT_SECRET"] || undefined,
    metricsToken,
    environment,
  };
  if (problems.length > 0) throw new Error(`The configuration is not usable:\n- ${problems.join("\n- ")}`);
  return config;
}

/** Returns what deserves a loud line at start: not wrong, but rarely meant. */
export function warningsOf(config: Config): string[] {
  const warnings: string[] = [];
  if (config.publicUrl !== undefined && !config.environment["TRUSTED_PROXIES"]) {
    warnings.push(
      "PUBLIC_URL is set and TRUSTED_PROXIES is not: a proxy is believed on this machine only. Behind one elsewhere every " +
        "caller has its address, and limits per address count everybody as one: name it in TRUSTED_PROXIES.",
    );
  }
  if (config.simulator) {
    warnings.push(
      "THE SIMULATOR IS ON: whoever has the demo's key moves this installation's clock, plays the phone company and reads " +
        "what the demo sends. Never for a real business: FRONTDESK_SIMULATOR=0.",
    );
  }
  return warnings;
}

function readProxies(environment: Environment, problems: string[]): TrustedProxies {
  const text = environment["TRUSTED_PROXIES"];
  if (text === undefined || text.trim() === "") return loopbackNetworks;
  const proxies = parseTrustedProxies(text);
  if (proxies !== undefined) return proxies;
  problems.push(
    "TRUSTED_PROXIES must be networks with commas between (10.0.0.0/8, loopback, private) or the number of proxies in front " +
      "(0 to 10); everybody cannot be trusted",
  );
  return loopbackNetworks;
}

function hasLocalProviders(environment: Environment): boolean {
  const kinds = ["FRONTDESK_TELEPHONY", "FRONTDESK_EMAIL"].map(
    (name) => environment[name]?.trim() || "local",
  );
  return kinds.every((kind) => kind === "local");
}

function readNumber(
  environment: Environment,
  name: string,
  fallback: number,
  min: number,
  max: number,
  problems: string[],
): number {
  const text = environment[name];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < min || value > max) {
    problems.push(`${name} must be a number from ${min} to ${max}`);
  }
  return value;
}

function readSwitch(environment: Environment, name: string, fallback: boolean, problems: string[]): boolean {
  const text = environment[name];
  if (text === undefined || text === "") return fallback;
  if (!["0", "1", "true", "false"].includes(text)) problems.push(`${name} must be 1 or 0`);
  return text === "1" || text === "true";
}
