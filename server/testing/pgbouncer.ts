/** PgBouncer on loopback in front of a test's database, as Debian ships it: few sessions, lent out a transaction at a time. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export type Pgbouncer = { url: string; close(): Promise<void> };

const nobody = 65_534;

const program = process.env["PGBOUNCER"] ?? "/usr/sbin/pgbouncer";

/** Why there can be no PgBouncer here; false when there can. */
export const noPgbouncer: string | false = existsSync(program)
  ? false
  : `there is no ${program} (apt: pgbouncer)`;

/** Starts it in front of the database `url` names, with `sessions` of the server to lend out. */
export async function startPgbouncer(url: string, sessions: number): Promise<Pgbouncer> {
  const target = new URL(url);
  const name = decodeURIComponent(target.pathname.slice(1));
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-pgbouncer-"));
  // It refuses to be root, and whoever it is instead has to read this.
  await chmod(folder, 0o755);
  const password = target.password === "" ? "" : ` password=${decodeURIComponent(target.password)}`;
  await writeFile(
    join(folder, "pgbouncer.ini"),
    `[databases]
${name} = host=${target.hostname} port=${target.port || "5432"} dbname=${name} user=${decodeURIComponent(target.username)}${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${sessions}
max_client_conn = 200
`,
  );
  const child = spawn(program, [join(folder, "pgbouncer.ini")], {
    stdio: "ignore",
    ...(process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}),
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    if (child.exitCode === null && child.kill()) await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; !(await answers(port)); attempt += 1) {
    if (attempt === 200 || child.exitCode !== null) {
      await close();
      throw new Error("PgBouncer does not answer");
    }
    await pause(25);
  }
  target.hostname = "127.0.0.1";
  target.port = String(port);
  return { url: target.toString(), close };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
