/** A stranger with a phone on the public booking pages, in a real browser: with the script, without it, with keys alone. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openDemo } from "../../demo.ts";
import type { DemoFacts } from "../../demo.ts";
import { startHarness } from "../harness.ts";
import type { Harness } from "../harness.ts";
import { root } from "../root.ts";

const program = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const skip = existsSync(program) ? false : `there is no Chromium at ${program}; install it or set CHROMIUM`;
const browserArgs = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];
/** A Monday, nine in the morning at the shop in New York, three in the afternoon in Berlin. */
const opening = new Date("2026-03-02T14:00:00Z");
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  locale: "en-GB",
  timezoneId: "Europe/Berlin",
  colorScheme: "light",
  // Colours that are on their way from one to the other have no contrast to speak of.
  reducedMotion: "reduce",
};
/** Where pictures go when somebody wants to look: every page of the path, light and dark. */
const pictures = process.env["BOOKING_PICTURES"];

let frontdesk: Harness;
let browser: Browser;
let base: string;
let demo: DemoFacts;
let folder: string;
let axe: string;

if (!skip) {
  folder = await mkdtemp(join(tmpdir(), "frontdesk-booking-"));
  frontdesk = await startHarness({ now: opening, environment: { FRONTDESK_DATA: folder } });
}

before(async () => {
  if (skip) return;
  base = await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
  const opened = await openDemo(frontdesk.app, base);
  assert.ok(opened);
  demo = opened;
  axe = await readFile(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
  browser = await chromium.launch({ executablePath: program, args: browserArgs });
});

after(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

type Visit = { page: Page; problems: string[] };

async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ ...phone, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`${message.text()} ${message.location().url}`);
  });
  return { page, problems };
}

const start = () => `${base}/book/${demo.workspace_slug}`;

/** Nothing at all, whatever its weight: on these pages axe has nothing to say. */
async function nothingFound(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const found = (await page.evaluate(`${axe};axe.run().then(({violations}) => violations
      .map(({id, nodes}) => id + ": " + nodes.map(({html}) => html.slice(0, 160)).join(" | ")))`)) as string[];
    assert.deepEqual(found, [], `${name}, ${colorScheme}`);
    if (pictures) await page.screenshot({ path: `${pictures}-${name}-${colorScheme}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

async function fillIn(page: Page): Promise<void> {
  await page.getByLabel("Your name").fill("Ann Other");
  await page.getByLabel("E-mail", { exact: true }).fill("ann@example.com");
  await page.getByLabel("Phone").fill("212 555 0177");
  await page.getByLabel("Anything we should know?").fill("Gate code 7");
}

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole("heading", { level: 1, name }).waitFor();

test(
  "a stranger books, moves, corrects, cancels and books again; axe finds nothing on the way",
  { skip },
  async () => {
    const { page, problems } = await visit();
    await page.goto(start());
    await heading(page, "What can we do for you?");
    await nothingFound(page, "1-services");
    await page.getByRole("link", { name: /Leak repair/ }).click();
    await heading(page, "Leak repair");
    // The script has found out where the visitor is.
    await page.getByText("Times are shown in Central European Time (Berlin).").waitFor();
    await page.getByText("Marlow & Finch Plumbing works in Eastern Time (New York).").waitFor();
    await page.getByRole("link", { name: /^Wednesday 4 March: / }).click();
    await page.getByRole("heading", { name: "Free times on Wednesday 4 March" }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get("day"), "2026-03-04");
    await nothingFound(page, "2-times");
    await page.getByRole("button", { name: "15:00", exact: true }).click();
    await heading(page, "Your details");
    await page.getByText("Wednesday, 4 March 2026, 15:00–16:30").waitFor();
    await page.getByText("09:00–10:30 in Eastern Time (New York)").waitFor();
    await page.getByText("We keep this time for you until 15:05.").waitFor();
    await page.getByText(/\([45]:\d\d left\)/).waitFor();
    await nothingFound(page, "3-details");
    await page.getByRole("button", { name: "Book this time" }).click();
    await page.getByText("2 fields need another look.").waitFor();
    assert.equal(await page.evaluate("document.activeElement.id"), "name");
    await nothingFound(page, "4-mistakes");
    await fillIn(page);
    await page.getByRole("button", { name: "Book this time" }).click();
    await heading(page, "You are booked");
    await nothingFound(page, "5-booked");

    await page.getByRole("link", { name: "See, move or cancel this booking" }).click();
    await heading(page, "Your booking with Marlow & Finch Plumbing");
    await nothingFound(page, "6-manage");
    await page.getByRole("link", { name: "Move to another time" }).click();
    await page.getByRole("link", { name: /^Friday 6 March: / }).click();
    await page.getByRole("heading", { name: "Free times on Friday 6 March" }).waitFor();
    await nothingFound(page, "7-move");
    await page.getByRole("button", { name: "16:30", exact: true }).click();
    await page.getByText("Your booking was moved.").waitFor();
    await page.getByText("Friday, 6 March 2026, 16:30–18:00").waitFor();
    await page.getByRole("link", { name: "Change your details" }).click();
    await page.getByLabel("Your name").fill("Ann B. Other");
    await nothingFound(page, "8-edit");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Your details were saved.").waitFor();
    await page.getByText("Ann B. Other").waitFor();
    await page.getByRole("link", { name: "Cancel the booking" }).click();
    await heading(page, "Cancel this booking?");
    await nothingFound(page, "9-cancel");
    await page.getByRole("button", { name: "Yes, cancel it" }).click();
    await page.getByText("Your booking was cancelled.").waitFor();
    await nothingFound(page, "10-cancelled");
    await page.getByRole("button", { name: "Book it again" }).click();
    await page.getByText("You are booked again.").waitFor();
    await page.goto(`${start()}/nothing-here`);
    await heading(page, "This page is not here");
    await nothingFound(page, "11-unknown");
    assert.deepEqual(
      problems.filter((problem) => !/40[49]|422/.test(problem)),
      [],
    );
  },
);

test("the whole path works with the script switched off", { skip }, async () => {
  const { page, problems } = await visit({ javaScriptEnabled: false });
  await page.goto(start());
  await page.getByRole("link", { name: /Drain cleaning/ }).click();
  await page.getByText("Times are shown in Eastern Time (New York).").waitFor();
  await page.getByText("Change time zone").click();
  await page.getByLabel("Time zone", { exact: true }).selectOption("Europe/Berlin");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText("Times are shown in Central European Time (Berlin).").waitFor();
  await page.getByRole("link", { name: "Next month: April 2026" }).click();
  await page.getByRole("link", { name: /^Tuesday 14 April: / }).click();
  await page.getByRole("button", { name: "14:00", exact: true }).click();
  await heading(page, "Your details");
  await fillIn(page);
  await page.getByRole("button", { name: "Book this time" }).click();
  await heading(page, "You are booked");
  await page.getByText("Tuesday, 14 April 2026, 14:00–15:00").waitFor();
  await page.getByRole("link", { name: "See, move or cancel this booking" }).click();
  await page.getByRole("link", { name: "Move to another time" }).click();
  await page.getByRole("link", { name: "Next month: April 2026" }).click();
  await page.getByRole("link", { name: /^Wednesday 15 April: / }).click();
  await page.getByRole("button", { name: "15:30", exact: true }).click();
  await page.getByText("Your booking was moved.").waitFor();
  await page.getByRole("link", { name: "Cancel the booking" }).click();
  await page.getByRole("link", { name: "No, keep it" }).click();
  await page.getByRole("link", { name: "Cancel the booking" }).click();
  await page.getByRole("button", { name: "Yes, cancel it" }).click();
  await page.getByText("Your booking was cancelled.").waitFor();
  assert.deepEqual(problems, []);
});

test("with the keyboard alone", { skip }, async () => {
  const { page } = await visit({
    viewport: { width: 1100, height: 800 },
    timezoneId: "America/New_York",
    locale: "en-US",
  });
  await page.goto(`${start()}/toilet-repair`);
  if (pictures) await page.screenshot({ path: `${pictures}-13-wide.png` });
  const focused = () =>
    page.evaluate(`(({ activeElement: one }) =>
    one.getAttribute("aria-label") || (one.labels && one.labels[0] && one.labels[0].textContent.trim()) || one.textContent.trim())(document)`);
  /** Presses Tab until the wanted thing has the focus; a person would give up some time, too. */
  const tabTo = async (wanted: RegExp): Promise<void> => {
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press("Tab");
      if (wanted.test(String(await focused()))) return;
    }
    assert.fail(`${wanted} cannot be reached`);
  };
  await tabTo(/Skip to the booking/);
  await page.keyboard.press("Enter");
  await tabTo(/^Monday, March 2: /);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  assert.match(String(await focused()), /^Tuesday, March 10: /);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Free times on Tuesday, March 10" }).waitFor();
  await page.waitForFunction(`document.activeElement.id === "times"`);
  await tabTo(/^11:00/);
  await page.keyboard.press("Enter");
  await heading(page, "Your details");
  await tabTo(/^Your name/);
  await page.keyboard.type("Kay Board");
  await tabTo(/^E-mail/);
  await page.keyboard.type("kay@example.com");
  await page.keyboard.press("Enter");
  await heading(page, "You are booked");
  await page.getByText(/Tuesday, March 10, 2026, 11:00/).waitFor();
});

test("pages speak Spanish and German, and remember it", { skip }, async () => {
  const { page } = await visit({ locale: "es-ES", timezoneId: "America/New_York" });
  await page.goto(start());
  await heading(page, "¿En qué podemos ayudarle?");
  assert.equal(await page.locator("html").getAttribute("lang"), "es-ES");
  await page.getByRole("link", { name: "Deutsch" }).click();
  await heading(page, "Was dürfen wir für Sie tun?");
  await page.goto(`${start()}/leak-repair`);
  await page.getByText("Alle Zeiten: ").waitFor();
  await page.getByRole("link", { name: /^Dienstag, 10\. März: / }).waitFor();
  await nothingFound(page, "12-german");
});

/** A site of the business's own, on another origin, with the line they were told to put there. */
async function ownSite(): Promise<{ url: string; close(): Promise<unknown> }> {
  const script = `<script src="${base}/book/embed.js" data-company="${demo.workspace_slug}" data-service="estimate-visit" async></script>`;
  const site = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><html lang="en"><title>Own site</title><h1>Book us</h1>${script}`);
  });
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  const { port } = site.address() as AddressInfo;
  return { url: `http://localhost:${port}`, close: () => promisify(site.close.bind(site))() };
}

test("in a frame on the business's own site, once that is on the list", { skip }, async () => {
  const site = await ownSite();
  const { page } = await visit();
  try {
    const refused = page.waitForEvent("console", (message) => /frame-ancestors 'none'/.test(message.text()));
    await page.goto(site.url);
    await refused;
    const frame = page.frameLocator("iframe");
    const allowed = await fetch(`${base}/api/v1/company`, {
      method: "PATCH",
      headers: { authorization: `Bearer ${demo.api_key}`, "content-type": "application/json" },
      body: JSON.stringify({ front_desk: { booking_page: { embed_origins: [site.url] } } }),
    });
    assert.equal(allowed.status, 200);
    await page.reload();
    await frame.getByText("Times are shown in Central European Time (Berlin).").waitFor();
    const height = async () => (await page.locator("iframe").boundingBox())?.height ?? 0;
    const tall = await height();
    assert.ok(tall > 900, `the frame is as tall as its page: ${tall}`);
    await frame.getByRole("link", { name: /^Monday 9 March: / }).click();
    await frame.getByRole("heading", { name: "Free times on Monday 9 March" }).waitFor();
    await frame.getByRole("button", { name: "16:00", exact: true }).click();
    await frame.getByLabel("Your name").fill("Framed");
    await frame.getByLabel("E-mail", { exact: true }).fill("framed@example.com");
    await frame.getByRole("button", { name: "Book this time" }).click();
    await frame.getByRole("heading", { name: "You are booked" }).waitFor();
    await frame.getByRole("link", { name: "See, move or cancel this booking" }).click();
    await frame.getByRole("link", { name: "Cancel the booking" }).click();
    await frame.getByRole("button", { name: "Yes, cancel it" }).click();
    await frame.getByText("Your booking was cancelled.").waitFor();
  } finally {
    await site.close();
  }
});

test("a page with all it loads weighs less than 40 kB", { skip }, async () => {
  const { page } = await visit();
  let bytes = 0;
  page.on("response", async (response) => {
    bytes += (await response.body().catch(() => Buffer.alloc(0))).byteLength;
  });
  for (const path of ["", "/leak-repair?day=2026-03-12"]) {
    bytes = 0;
    await page.goto(`${start()}${path}`, { waitUntil: "networkidle" });
    assert.ok(bytes > 5_000 && bytes < 40_000, `${path}: ${bytes} bytes`);
  }
});
