import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { dirname } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startHarness } from "../testing/harness.ts";

const frontdesk = await startHarness();

async function filesLeft(): Promise<string[]> {
  const names = await readdir(dirname(await frontdesk.app.scratch.path()));
  return names.filter((name) => !name.startsWith("lock.db"));
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (let look = 0; look < 500; look += 1) {
    if (await condition()) return;
    await pause(10);
  }
  assert.fail(what);
}

test("no file stays behind, however its call ends", async () => {
  const workspace = await frontdesk.workspace();
  const send = async (url: string, type: string, payload: string | Buffer) => {
    const headers = {
      authorization: `Bearer ${workspace.key}`,
      "content-type": type,
      host: "frontdesk.test",
    };
    const answer = await frontdesk.http.inject({ method: "POST", url: `/api/v1${url}`, headers, payload });
    // The answer is on its way before the file is removed.
    await until(async () => (await filesLeft()).length === 0, `${url} answered ${answer.statusCode}`);
    return answer.statusCode;
  };
  const part = (name: string, file: string) =>
    `--b\r\ncontent-disposition: form-data; name="${name}"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n${file}\r\n`;
  const form = "multipart/form-data; boundary=b";
  const csv = "Name\nAnn\n";
  assert.equal(await send("/imports?entity=contacts", "text/csv", csv), 201);
  assert.equal(await send("/imports?entity=contacts", "text/csv", "Name\n"), 400);
  assert.equal(await send("/imports?entity=nothing", "text/csv", csv), 400);
  assert.equal(await send(`/imports?entity=contacts&content_sha256=${"0".repeat(64)}`, "text/csv", csv), 400);
  assert.equal(
    await send("/imports?entity=contacts", "text/csv", Buffer.alloc(51 * 1024 * 1024, "a\n")),
    413,
  );
  assert.equal(await send("/imports?entity=contacts", form, `${part("file", csv)}--b--\r\n`), 201);
  assert.equal(
    await send("/imports?entity=contacts", form, `${part("file", csv)}${part("more", csv)}--b--\r\n`),
    400,
  );
  assert.equal(await send("/imports?entity=contacts", form, `${part("file", csv)}--b\r\ncontent-dis`), 400);
  const content_base64 = Buffer.from(csv).toString("base64");
  const asJson = (body: object) => send("/imports", "application/json", JSON.stringify(body));
  assert.equal(await asJson({ entity: "contacts", content_base64 }), 201);
  assert.equal(await asJson({ entity: "contacts", content_base64: "%" }), 400);
});

test("a sender who hangs up leaves nothing", async () => {
  const workspace = await frontdesk.workspace();
  await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
  const { port } = frontdesk.http.server.address() as AddressInfo;
  for (const type of ["text/csv", "multipart/form-data; boundary=b"]) {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const head = [
      "POST /api/v1/imports?entity=contacts HTTP/1.1",
      "host: frontdesk.test",
      `authorization: Bearer ${workspace.key}`,
      `content-type: ${type}`,
      "content-length: 1000000",
    ];
    const part = `--b\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n`;
    socket.write(`${head.join("\r\n")}\r\n\r\n${type === "text/csv" ? "" : part}Name\nAnn\n`);
    await until(async () => (await filesLeft()).length > 0, `${type}: the file is being put aside`);
    socket.destroy();
    await until(async () => (await filesLeft()).length === 0, `${type}: the file is gone`);
  }
});
