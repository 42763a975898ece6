/** Runs the suite on PostgreSQL; with --reachable only says, by its exit code, whether a server answers. */
import { spawnSync } from "node:child_process";
import pg from "pg";

const url = process.env["FRONTDESK_TEST_DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres";

async function answers(): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number }>(
      "select current_setting('server_version_num')::int as version",
    );
    return (rows[0]?.version ?? 0) >= 150000;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const reachable = await answers();
if (process.argv.includes("--reachable")) process.exit(reachable ? 0 : 1);
if (!reachable) {
  process.stderr.write(`No PostgreSQL 15 or later answers at ${new URL(url).host}.\n`);
  process.exit(1);
}
const run = spawnSync("npm", ["test"], {
  stdio: "inherit",
  env: { ...process.env, FRONTDESK_TEST_DATABASE_URL: url },
});
process.exit(run.status ?? 1);
