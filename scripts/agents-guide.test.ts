import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { consentsAt } from "../server/modules/calendar/capability/consent/testing.ts";
import { openShop } from "../server/modules/calendar/booking-messages/testing.ts";
import { startHarness } from "../server/testing/harness.ts";
import { root } from "../server/testing/root.ts";
import type { Json } from "../server/testing/harness.ts";

const frontdesk = await startHarness();
const BASE = await frontdesk.http.listen({ port: 0, host: "127.0.0.1" });
const bash = promisify(execFile);

test("every line of the guide for agents works as printed", async () => {
  const guide = await readFile(`${root}docs/agents.md`, "utf8");
  const lines = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) =>
    (block[1] ?? "").trim().split("\n"),
  );
  const shop = await openShop(frontdesk);
  const environment: Record<string, string> = { BASE, SHOP: shop.slug, DATE: "2026-03-04" };
  const does = async (): Promise<Json> => {
    const line = lines.shift() ?? "";
    const { stdout } = await bash("bash", ["-c", line], {
      env: { PATH: process.env["PATH"], ...environment },
    });
    return JSON.parse(stdout) as Json;
  };
  assert.ok((await does()).providers.some((one: Json) => one.provider_id === shop.slug));
  const manifest = await does();
  assert.equal(manifest.providers[0].provider_id, shop.slug);
  assert.ok((await does()).keys.some((key: Json) => key.kid === manifest.aam_signature.kid));
  environment["SERVICE"] = (await does()).services[0].id as string;
  environment["START"] = (await does()).slots[0].start_at as string;
  const refused = await does();
  const asked = Object.fromEntries(new URL(refused.consent_url as string).searchParams);
  environment["CODE"] = (await consentsAt(frontdesk).confirmed(shop, asked)).code;
  environment["TOKEN"] = (await does()).access_token as string;
  environment["HOLD"] = (await does()).hold_id as string;
  const booked = await does();
  assert.equal(booked.confirmed, true);
  environment["BOOKING"] = booked.booking_id as string;
  assert.equal((await does()).cancelled, true);
  assert.deepEqual(lines, [], "nothing in it is left untried");
});

test("the guide's way of checking a signature works as printed", async () => {
  const guide = await readFile(`${root}docs/agents.md`, "utf8");
  const [, program = ""] = /```js\n([\s\S]*?)```/.exec(guide) ?? [];
  const read = `const [manifest, jwks] = await Promise.all(["agent-actions", "aam-manifest-jwks"].map(
    async (name) => (await fetch(\`${BASE}/.well-known/\${name}.json\`)).json()));`;
  const whole = program.replace("\nconst {", `\n${read}\nconst {`);
  const options = { cwd: root };
  await bash(process.execPath, ["--input-type=module", "-e", whole], options);
  const forged = whole.replace("const {", "manifest.auth = {};\nconst {");
  await assert.rejects(
    bash(process.execPath, ["--input-type=module", "-e", forged], options),
    /signature verification failed/,
  );
});
