/** The door, in a real browser: what a form of our own sends along is the browser's business, and no test without one sees it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { openDemo } from "../../demo.ts";
import { startHarness } from "../harness.ts";

const program = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const skip = existsSync(program) ? false : `there is no Chromium at ${program}; install it or set CHROMIUM`;
const folder = await mkdtemp(join(tmpdir(), "frontdesk-sign-in-"));
const frontdesk = await startHarness({ environment: { FRONTDESK_DATA: folder } });
after(() => rm(folder, { recursive: true, force: true }));

test("a person signs in and out with a browser", { skip }, async () => {
  const base = await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
  const demo = await openDemo(frontdesk.app, base);
  assert.ok(demo);
  const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    await page.goto(`${base}/sign-in`);
    await page.getByLabel("E-mail").fill(demo.admin_email);
    await page.getByLabel("Password").fill(demo.admin_password);
    await Promise.all([page.waitForURL(`${base}/**`), page.getByRole("button", { name: "Sign in" }).click()]);
    await page.goto(`${base}/sign-in`);
    await page.getByRole("heading", { name: "Signed in" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
  } finally {
    await browser.close();
  }
});
