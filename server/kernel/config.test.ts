import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { readConfig, warningsOf } from "./config.ts";
import type { Config } from "./config.ts";

const url = "postgres://frontdesk@db.example/frontdesk";
const ours = { FRONTDESK_DEMO: "1" };

function wrong(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test("what is empty is as if it were not set", () => {
  const names = [
    ...["HOST", "PORT", "DATABASE_URL", "DATABASE_DIRECT_URL", "PUBLIC_URL", "LOG_LEVEL", "FRONTDESK_DATA"],
    ...["FRONTDESK_DEMO", "FRONTDESK_SIMULATOR", "FRONTDESK_POOL_SIZE", "FRONTDESK_POLL_SECONDS"],
    ...["FRONTDESK_RATE_PER_SECOND", "FRONTDESK_RATE_BURST", "FRONTDESK_ALLOW_PRIVATE_WEBHOOKS"],
    ...["FRONTDESK_METRICS_TOKEN", "FRONTDESK_SERVICE_JWT_SECRET", "TRUSTED_PROXIES", "NODE_ENV"],
    ...["FRONTDESK_CHECK_OUTPUTS", "FRONTDESK_TELEPHONY", "FRONTDESK_EMAIL"],
  ];
  const empty = Object.fromEntries(names.map((name) => [name, ""]));
  const { environment: _, ...defaults } = readConfig({});
  const { environment: __, ...config } = readConfig(empty);
  assert.deepEqual(config, defaults);
  assert.deepEqual(defaults, {
    host: "127.0.0.1",
    port: 8080,
    dataFolder: resolve("./data"),
    databaseUrl: undefined,
    databaseDirectUrl: undefined,
    poolSize: 10,
    role: "all",
    demo: true,
    simulator: true,
    publicUrl: undefined,
    trustedProxies: ["127.0.0.0/8", "::1/128"],
    logLevel: "info",
    ratePerSecond: 200,
    rateBurst: 2000,
    pollSeconds: 2,
    checkOutputs: false,
    allowPrivateWebhooks: false,
    serviceJwtSecret: undefined,
    metricsToken: undefined,
  });
});

test("what is set is taken as it is set", () => {
  const read: [name: string, value: string, of: keyof Config, wanted: unknown][] = [
    ["HOST", "0.0.0.0", "host", "0.0.0.0"],
    ["PORT", "0", "port", 0],
    ["PORT", "65535", "port", 65_535],
    ["FRONTDESK_DATA", "/srv/frontdesk", "dataFolder", "/srv/frontdesk"],
    ["DATABASE_URL", url, "databaseUrl", url],
    ["DATABASE_URL", "postgresql://x/y", "databaseUrl", "postgresql://x/y"],
    ["FRONTDESK_POOL_SIZE", "2", "poolSize", 2],
    ["FRONTDESK_POOL_SIZE", "500", "poolSize", 500],
    ["FRONTDESK_POLL_SECONDS", "0.5", "pollSeconds", 0.5],
    ["LOG_LEVEL", "warn", "logLevel", "warn"],
    ["PUBLIC_URL", "https://x.test/desk//", "publicUrl", "https://x.test/desk"],
    ["TRUSTED_PROXIES", "2", "trustedProxies", 2],
    ["TRUSTED_PROXIES", "  ", "trustedProxies", ["127.0.0.0/8", "::1/128"]],
    ["FRONTDESK_DEMO", "true", "demo", true],
    ["FRONTDESK_DEMO", "false", "demo", false],
    ["FRONTDESK_DEMO", "0", "demo", false],
    ["FRONTDESK_ALLOW_PRIVATE_WEBHOOKS", "1", "allowPrivateWebhooks", true],
    ["FRONTDESK_CHECK_OUTPUTS", "1", "checkOutputs", true],
    ["FRONTDESK_CHECK_OUTPUTS", "0", "checkOutputs", false],
    ["NODE_ENV", "test", "checkOutputs", true],
    ["NODE_ENV", "production", "checkOutputs", false],
    ["FRONTDESK_SERVICE_JWT_SECRET", "s", "serviceJwtSecret", "s"],
    ["FRONTDESK_METRICS_TOKEN", "0123456789abcdef", "metricsToken", "0123456789abcdef"],
  ];
  for (const [name, value, of, wanted] of read) {
    assert.deepEqual(readConfig({ [name]: value })[of], wanted, `${name}=${value}`);
  }
  for (const role of ["all", "api", "worker"]) {
    assert.equal(readConfig({ FRONTDESK_ROLE: role, DATABASE_URL: url }).role, role);
  }
  const both = readConfig({ DATABASE_URL: url, DATABASE_DIRECT_URL: "postgres://direct/x" });
  assert.equal(both.databaseDirectUrl, "postgres://direct/x");
});

test("what cannot be used is named, and each by itself", () => {
  const refused: [name: string, value: string, more?: Record<string, string>][] = [
    ["PORT", "65536"],
    ["PORT", "-1"],
    ["PORT", "eighty"],
    ["FRONTDESK_POOL_SIZE", "1"],
    ["FRONTDESK_POOL_SIZE", "501"],
    ["FRONTDESK_POLL_SECONDS", "0.4"],
    ["FRONTDESK_RATE_BURST", "Infinity"],
    ["FRONTDESK_ROLE", "boss", { DATABASE_URL: url }],
    ["FRONTDESK_ROLE", "worker"],
    ["FRONTDESK_ROLE", "api"],
    ["DATABASE_URL", "mysql://x"],
    ["DATABASE_DIRECT_URL", "mysql://x", { DATABASE_URL: url }],
    ["DATABASE_DIRECT_URL", url],
    ["FRONTDESK_DEMO", "yes"],
    ["FRONTDESK_METRICS_TOKEN", "0123456789abcde"],
    ["FRONTDESK_METRICS_TOKEN", "0123456789 abcdef"],
    ["TRUSTED_PROXIES", "everybody"],
    ["TRUSTED_PROXIES", "0.0.0.0/0"],
  ];
  for (const [name, value, more] of refused) {
    const message = wrong({ ...more, [name]: value });
    assert.match(message, new RegExp(name), `${name}=${value}`);
    assert.equal(message.match(/\n- /g)?.length, 1, `${name}=${value}: ${message}`);
  }
});

test("the simulator comes by itself only where nobody else can reach it, and always when it is asked for", () => {
  const reached: [Record<string, string>, boolean][] = [
    [ours, true],
    [{ ...ours, HOST: "localhost" }, true],
    [{ ...ours, HOST: "0.0.0.0" }, false],
    [{ ...ours, PUBLIC_URL: "https://x.test" }, false],
    [{ ...ours, FRONTDESK_TELEPHONY: "twilio" }, false],
    [{ ...ours, FRONTDESK_EMAIL: "smtp" }, false],
    [{ ...ours, FRONTDESK_EMAIL: " local " }, true],
    [{ FRONTDESK_DEMO: "0" }, false],
    [{ FRONTDESK_DEMO: "0", FRONTDESK_SIMULATOR: "1" }, true],
    [{ ...ours, FRONTDESK_SIMULATOR: "0" }, false],
    [{ ...ours, HOST: "0.0.0.0", FRONTDESK_SIMULATOR: "1" }, true],
  ];
  for (const [environment, wanted] of reached) {
    assert.equal(readConfig(environment).simulator, wanted, JSON.stringify(environment));
  }
});

test("what is rarely meant is told at start, and nothing else", () => {
  const quiet = { FRONTDESK_DEMO: "0" };
  const told = (environment: Record<string, string>) =>
    warningsOf(readConfig(environment)).map((line) => /TRUSTED_PROXIES|SIMULATOR/.exec(line)?.[0]);
  assert.deepEqual(told(quiet), []);
  assert.deepEqual(told({}), ["SIMULATOR"]);
  assert.deepEqual(told({ ...quiet, PUBLIC_URL: "https://x.test" }), ["TRUSTED_PROXIES"]);
  assert.deepEqual(told({ ...quiet, PUBLIC_URL: "https://x.test", TRUSTED_PROXIES: "1" }), []);
  assert.deepEqual(told({ ...quiet, TRUSTED_PROXIES: "1" }), []);
});
