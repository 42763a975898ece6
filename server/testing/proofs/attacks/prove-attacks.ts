import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { setTimeout as realTime } from "node:timers/promises";
import { Outside } from "../../e2e/outside.ts";
import { startNode } from "../../nodes.ts";
import type { Node } from "../../nodes.ts";
import { programEnvironment, root } from "../../root.ts";
import { scratchDatabase } from "../scratch-database.ts";
import { attacks } from "./attacks.ts";
import { watchNode } from "./watch.ts";

export type Outcome = {
  name: string;
  /** What came of it, in words. */
  result: string;
  withstood: boolean;
  longestStallMs: number;
  aboveIdleMb: number;
};

const run = promisify(execFile);
const patienceMs = 120_000;

/** Runs every attack, one after another, on a demo of its own; returns what came of each and what it cost the others. */
export async function proveAttacks(options: { full: boolean; databaseUrl?: string }): Promise<Outcome[]> {
  const scratch = options.databaseUrl ? await scratchDatabase(options.databaseUrl, "attacks") : undefined;
  const environment = {
    FRONTDESK_DEMO: "1",
    FRONTDESK_SIMULATOR: "1",
    LOG_LEVEL: "info",
    ...(scratch ? { DATABASE_URL: scratch.url } : {}),
  };
  const node = await startNode(environment);
  const watch = watchNode(node.url, node.process.pid ?? 0);
  try {
    const outside = await Outside.of(node);
    const command = commandsOf(node, environment);
    await command("workspaces", "create", "--name", "Bystander", "--slug", "bystander");
    const demo = outside.facts.workspace_slug;
    const target = {
      node,
      outside,
      full: options.full,
      bystander: await command("keys", "create", "--scopes", "all", "--workspace", "bystander"),
      held: await command(
        "keys",
        "create",
        "--scopes",
        "all",
        "--approval",
        "with-approval",
        "--workspace",
        demo,
      ),
      productsOnly: await command("keys", "create", "--scopes", "products:read", "--workspace", demo),
    };
    const idleMb = await restingMemory(watch);
    const outcomes: Outcome[] = [];
    for (const attack of attacks) {
      await watch.reset();
      const { result, withstood } = await withinPatience(attack.run(target)).then(
        (text) => ({ result: text, withstood: true }),
        (error: Error) => ({ result: error.message, withstood: false }),
      );
      const seen = await watch.read();
      const aboveIdleMb = Math.max(0, seen.peakMb - idleMb);
      outcomes.push({
        name: attack.name,
        result,
        withstood,
        longestStallMs: seen.longestStallMs,
        aboveIdleMb,
      });
    }
    return outcomes;
  } finally {
    await watch.end();
    // It may be beyond asking.
    await node.kill();
    await scratch?.drop();
  }
}

/** A node that has stopped answering would be waited for without end. */
async function withinPatience<T>(work: Promise<T>): Promise<T> {
  const end = new AbortController();
  const patience = realTime(patienceMs, undefined, { signal: end.signal, ref: false }).then(() => {
    throw new Error(`no end within ${patienceMs / 1000} s`);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    end.abort();
    patience.catch(() => undefined);
  }
}

/** The first words after start are the dearest; what is held once they are over is what an idle process holds. */
async function restingMemory(watch: ReturnType<typeof watchNode>): Promise<number> {
  await realTime(1000);
  await watch.reset();
  await realTime(500);
  return (await watch.read()).peakMb;
}

function commandsOf(node: Node, environment: Record<string, string>) {
  return async (...argv: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [join(root, "bin/frontdesk.js"), ...argv], {
      env: { ...programEnvironment, ...environment, FRONTDESK_DATA: node.dataFolder },
    });
    return stdout.split("\n")[0] ?? "";
  };
}
