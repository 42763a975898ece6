/** A real CalDAV server for tests: Radicale, as Debian packs it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const program = "/usr/bin/radicale";

/** Why there can be no Radicale here; false when there can. */
export const noRadicale: string | false = existsSync(program)
  ? false
  : `there is no ${program} (apt: radicale)`;

export type Radicale = {
  url: string;
  username: string;
  password: string;
  /** A request of the owner's own. */
  send(method: string, path: string, body?: string, headers?: Record<string, string>): Promise<Response>;
  /** Makes a calendar and answers its URL. */
  makeCalendar(name: string, components?: string): Promise<string>;
  close(): Promise<void>;
};

/** Starts one with one account on a free port of this machine; its files are gone when it is closed. */
export async function startRadicale(): Promise<Radicale> {
  const folder = await mkdtemp(join(tmpdir(), "frontdesk-radicale-"));
  const [username, password] = ["olive", "pass word:ü"];
  await writeFile(join(folder, "users"), `${username}:${password}\n`);
  const port = await freePort();
  await writeFile(
    join(folder, "config"),
    `[server]
hosts = 127.0.0.1:${port}
[auth]
type = htpasswd
htpasswd_filename = ${join(folder, "users")}
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = ${join(folder, "collections")}
[web]
type = none
[logging]
level = error
`,
  );
  const child = spawn(program, ["--config", join(folder, "config")], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const send: Radicale["send"] = (method, path, body, headers = {}) =>
    fetch(new URL(path, url), { method, headers: { authorization, ...headers }, ...(body ? { body } : {}) });
  await answering(send, () => child.exitCode !== null);
  return {
    url,
    username,
    password,
    send,
    async makeCalendar(name, components = "VEVENT") {
      const body = `<?xml version="1.0"?><mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>
<resourcetype><collection/><C:calendar/></resourcetype><displayname>${name}</displayname>
<C:supported-calendar-component-set><C:comp name="${components}"/></C:supported-calendar-component-set>
</prop></set></mkcol>`;
      const path = `/${username}/${encodeURIComponent(name)}/`;
      const response = await send("MKCOL", path, body);
      if (!response.ok) throw new Error(`Radicale made no calendar: ${response.status}`);
      return `${url}${path}`;
    },
    async close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      if (child.exitCode === null && child.kill()) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(send: Radicale["send"], isOver: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const response = await send("OPTIONS", "/").catch(() => undefined);
    if (response) return void (await response.text());
    if (isOver()) break;
    await pause(50);
  }
  throw new Error("Radicale does not answer");
}
