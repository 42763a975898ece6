import { compose } from "../../compose.ts";
import { bringUpToDate, openEngine } from "../../engine.ts";
import { systemClock } from "../../kernel/clock.ts";
import { readConfig } from "../../kernel/config.ts";
import { createLog } from "../../kernel/log.ts";
import { findLosses, killUnderLoad, untilDelivered } from "./kills.ts";
import type { Losses } from "./kills.ts";
import { scratchDatabase } from "./scratch-database.ts";
import { openShop } from "./shop.ts";
import { linearFrom } from "../random.ts";

export type ProveKills = {
  kills: number;
  loadMs: number;
  seed: number;
  folder: string;
  databaseUrl?: string;
};

const patienceMs = 150_000;

/** Opens a shop on a database of its own, kills nodes under load, and answers what was lost or doubled. */
export async function proveKills(options: ProveKills): Promise<Losses> {
  const scratch = options.databaseUrl ? await scratchDatabase(options.databaseUrl, "kills") : undefined;
  const environment = {
    FRONTDESK_DATA: options.folder,
    FRONTDESK_SIMULATOR: "0",
    LOG_LEVEL: "info",
    ...(scratch ? { DATABASE_URL: scratch.url } : {}),
  };
  const before = await open(environment);
  const shop = await openShop(before.app);
  const { twilioAuthToken } = before.app.ports.secrets;
  await before.close();
  const random = linearFrom(options.seed);
  const { kills, loadMs } = options;
  const { acknowledged, node } = await killUnderLoad({
    environment,
    shop,
    twilioAuthToken,
    kills,
    loadMs,
    random,
  });
  // On a server the books can be read while the last node works; the embedded database must be closed first.
  if (scratch) {
    const reader = await open(environment);
    try {
      await untilDelivered(reader.app.database, shop, patienceMs);
    } finally {
      await reader.close();
    }
    await node.stop();
  } else {
    await settleOver(node.url);
    await node.stop();
  }
  const after = await open(environment);
  try {
    return await findLosses(after.app, shop, acknowledged);
  } finally {
    await after.close();
    await scratch?.drop();
  }
}

async function open(environment: Record<string, string>) {
  const config = readConfig({ ...environment, FRONTDESK_DEMO: "0" });
  const log = createLog("silent");
  const engine = await openEngine(config, log);
  await bringUpToDate(engine, config, systemClock);
  return compose({ config, engine, log });
}

// The embedded database belongs to the node: ask it, over HTTP, until every conversation's last text has left.
async function settleOver(url: string): Promise<void> {
  for (let quiet = 0, round = 0; quiet < 3 && round < 200; round += 1) {
    const response = await fetch(`${url}/metrics`);
    const text = await response.text();
    if (!response.ok) throw new Error(`the metrics are not shown: ${text}`);
    // What a killed node was about is tried again some seconds later.
    const counts = [...text.matchAll(/^frontdesk_jobs_(?:waiting|retrying) (\d+)/gm)];
    const waiting = counts.reduce((sum, [, count]) => sum + Number(count), 0);
    quiet = waiting === 0 ? quiet + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
