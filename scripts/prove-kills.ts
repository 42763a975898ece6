/** A node ended with SIGKILL 20 times under load: nothing acknowledged is lost, nothing is sent twice. KILLS and SEED vary it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { proveKills } from "../server/testing/proofs/prove-kills.ts";

const kills = Number(process.env["KILLS"] ?? 20);
const seed = Number(process.env["SEED"] ?? 1);
const databaseUrl = process.env["FRONTDESK_TEST_DATABASE_URL"];
const folder = await mkdtemp(join(tmpdir(), "frontdesk-kills-"));
const losses = await proveKills({
  kills,
  loadMs: 1500,
  seed,
  folder,
  ...(databaseUrl ? { databaseUrl } : {}),
});
await rm(folder, { recursive: true, force: true });
const { bookings, texts, inbound } = losses.counted;
process.stdout.write(
  `${kills} kills (seed ${seed}, ${databaseUrl ? "PostgreSQL" : "embedded"}): ${bookings} bookings, ${texts} texts out and ${inbound} in acknowledged; ` +
    `${losses.lost.length} lost, ${losses.twice.length} sent twice\n`,
);
for (const line of [...losses.lost, ...losses.twice].slice(0, 20)) process.stdout.write(`  ${line}\n`);
process.exit(losses.lost.length + losses.twice.length === 0 && texts > 0 ? 0 : 1);
