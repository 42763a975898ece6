import { resolve } from "node:path";

export type NodeRole = "all" | "api" | "worker";

/** What the environment says, read once at start; nothing else in the program looks at it. */
export type Config = {
  readonly host: string;
  readonly port: number;
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly poolSize: number;
  readonly role: NodeRole;
  readonly demo: boolean;
  readonly simulator: boolean;
  /** Where the outside world reaches us, when that is not what the Host header says (behind a proxy). */
  readonly publicUrl: string | undefined;
  readonly logLevel: string;
  readonly ratePerSecond: number;
  readonly rateBurst: number;
  readonly pollSeconds: number;
  /** Answers are compared with their declared schema: tests and development only, it costs time. */
  readonly checkOutputs: boolean;
  /** Whether what callers name (webhook addresses) may lie inside our own network. */
  readonly allowPrivateWebhooks: boolean;
  readonly serviceJwtSecret: string | undefined;
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
  if (!databaseUrl && role !== "all") {
    problems.push(
      "FRONTDESK_ROLE=api or worker needs DATABASE_URL: the embedded database serves one process",
    );
  }
  const demo = readSwitch(environment, "FRONTDESK_DEMO", true, problems);
  const config: Config = {
    host: environment["HOST"] || "127.0.0.1",
    port: number("PORT", 8080, 0, 65_535),
    dataFolder: resolve(environment["FRONTDESK_DATA"] || "./data"),
    databaseUrl,
    poolSize: number("FRONTDESK_POOL_SIZE", 10, 2, 500),
    role: role as NodeRole,
    demo,
    simulator: readSwitch(environment, "FRONTDESK_SIMULATOR", demo, problems),
    publicUrl: environment["PUBLIC_URL"]?.replace(/(?<!\/)\/+$/, "") || undefined,
    logLevel: environment["LOG_LEVEL"] || "info",
    ratePerSecond: number("FRONTDESK_RATE_PER_SECOND", 200, 1, 1_000_000),
    rateBurst: number("FRONTDESK_RATE_BURST", 2000, 1, 1_000_000),
    pollSeconds: number("FRONTDESK_POLL_SECONDS", 2, 0.5, 3600),
    checkOutputs: environment["NODE_ENV"] === "test" || environment["FRONTDESK_CHECK_OUTPUTS"] === "1",
    allowPrivateWebhooks: readSwitch(environment, "FRONTDESK_ALLOW_PRIVATE_WEBHOOKS", false, problems),
    serviceJwtSecret: environment["FRONTDESK_SERVICE_JWT_SECRET"] || undefined,
    environment,
  };
  if (problems.length > 0) throw new Error(`The configuration is not usable:\n- ${problems.join("\n- ")}`);
  return config;
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
