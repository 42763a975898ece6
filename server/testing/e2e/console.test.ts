/** The whole story on the simulator page, in a real browser. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { buildConsoleIfNeeded } from "../../../scripts/build-console.ts";
import { openDemo } from "../../demo.ts";
import { startHarness } from "../harness.ts";
import { root } from "../root.ts";
import type { Harness } from "../harness.ts";

const program = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const skip = existsSync(program) ? false : `there is no Chromium at ${program}; install it or set CHROMIUM`;
const browserArgs = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** A Monday, nine in the morning at the shop in New York. */
const opening = new Date("2026-03-02T14:00:00Z");
const patienceMs = 60_000;

let frontdesk: Harness;
let browser: Browser;
let page: Page;
let folder: string;
const problems: string[] = [];

if (!skip) {
  folder = await mkdtemp(join(tmpdir(), "frontdesk-console-"));
  frontdesk = await startHarness({
    now: opening,
    environment: { FRONTDESK_SIMULATOR: "1", FRONTDESK_DATA: folder },
  });
}

before(async () => {
  if (skip) return;
  await buildConsoleIfNeeded();
  const address = await frontdesk.http.listen({ host: "127.0.0.1", port: 0 });
  await openDemo(frontdesk.app, address);
  browser = await chromium.launch({ executablePath: program, args: browserArgs });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  page.setDefaultTimeout(patienceMs);
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(address);
});

after(async () => {
  await browser?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const phone = () => page.getByRole("region", { name: "Phone" });
const received = () => phone().locator('[data-direction="received"]');
const section = (name: string) => page.getByRole("region", { name, exact: true });
const conversations = () => section("Conversations");
const scheduled = (status: string) =>
  section("Messages to come").locator(`[data-testid="scheduled-message"][data-status="${status}"]`);

/** Waits until the phone shows a text that is newer than those before. */
async function nextText(wanted: RegExp): Promise<void> {
  await received().filter({ hasText: wanted }).last().waitFor();
}

/** The number the last text asked to send back. */
async function askedCode(): Promise<string> {
  const shown = await received()
    .filter({ hasText: /[Rr]eply \d{4} to/ })
    .last()
    .innerText();
  return /reply (\d{4}) to/i.exec(shown)?.[1] ?? "no number";
}

async function write(text: string): Promise<void> {
  const sent = phone().locator('[data-direction="sent"]');
  const before = await sent.count();
  const input = phone().getByLabel("Text message to the business");
  await input.fill(text);
  await input.press("Enter");
  await sent.nth(before).waitFor();
  // The clock of a test stands still; the receptionist waits a moment in case more is being typed.
  await frontdesk.advance(5);
}

async function missedCall(): Promise<void> {
  await phone().getByRole("button", { name: "Call the business" }).click();
  await phone().getByRole("button", { name: "Let it ring out" }).click();
  await phone().getByRole("dialog").waitFor({ state: "detached" });
}

async function moveClock(name: RegExp): Promise<void> {
  const before = await page.getByTestId("clock").getAttribute("datetime");
  await page.getByRole("button", { name }).click();
  await page.locator(`[data-testid=clock]:not([datetime="${before}"])`).waitFor();
}

async function nothingSerious(): Promise<void> {
  const source = await readFile(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
  // Evaluated, not added as a script element: the page's policy would refuse one.
  const found = (await page.evaluate(`${source};axe.run().then(({violations}) => violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => id + ": " + nodes.map(({html}) => html.slice(0, 120)).join(" | ")))`)) as string[];
  assert.deepEqual(found, []);
}

test("the page opens on an empty desk that says what to do", { skip }, async () => {
  await page.getByRole("heading", { level: 1, name: "Marlow & Finch Plumbing" }).waitFor();
  await conversations().getByText("No conversations yet").waitFor();
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
  assert.equal(await page.getByTestId("clock").textContent(), "09:00:00");
  await nothingSerious();
});

test("a call that rings out is texted back, and the business sees it", { skip }, async () => {
  await missedCall();
  await nextText(/Sorry we missed your call/);
  await phone().getByText("You called, no answer").waitFor();
  await conversations().getByText("Texted back").first().waitFor();
  await section("Lead").getByText("Active").waitFor();
});

test("the customer books by text; the booking is in the calendar with its messages", { skip }, async () => {
  await write("Hi, the tap in my kitchen is leaking. Could somebody come on Wednesday at 10am?");
  await conversations().getByText("The owner may answer first").waitFor();
  await moveClock(/^\+1 min/);
  await nextText(/Wed 4 Mar at 10:00 AM is free/);
  await conversations().getByText("The receptionist is answering").waitFor();
  await write("Priya Shah, 214 Dean Street, Brooklyn 11217");
  await nextText(/Shall I book it/);
  await write("yes please");
  await nextText(/you are booked for Leak repair on Wed 4 Mar/);
  await section("Lead").getByText("Booked", { exact: true }).first().waitFor();
  for (let day = 0; day < 2; day += 1)
    await section("Calendar").getByRole("button", { name: "Day after" }).click();
  const booking = section("Calendar").getByTestId("booking");
  await booking.getByText("Leak repair").waitFor();
  assert.match((await booking.textContent()) ?? "", /10:00–11:30.*Priya Shah/);
  await scheduled("sent").getByText("Confirmation").waitFor();
  assert.equal(await scheduled("pending").count(), 2);
});

test(
  "the owner takes over from the page, the receptionist is silent, and gets the word back",
  { skip },
  async () => {
    await conversations().getByRole("button", { name: "Take over" }).click();
    await conversations().getByText("Your team is answering").waitFor();
    const before = await received().count();
    await write("Do I need to turn the water off?");
    await moveClock(/^\+5 min/);
    assert.equal(await received().count(), before);
    await conversations().getByLabel("Reply as your team").fill("Yes, at the valve under the sink.");
    await conversations().getByRole("button", { name: "Send reply" }).click();
    await nextText(/valve under the sink/);
    await conversations().getByRole("button", { name: "Hand back" }).click();
    await conversations().getByRole("button", { name: "Hand back" }).waitFor({ state: "detached" });
    await phone().page().getByText("Owner’s phone").click();
    await nextText(/Missed call from/);
    await phone().page().getByText("Customer’s phone").click();
  },
);

test("the reminder arrives when its time comes", { skip }, async () => {
  for (let moves = 0; moves < 6 && frontdesk.app.clock.now() < new Date("2026-03-03T15:00:00Z"); moves += 1) {
    await moveClock(/To next event/);
  }
  await nextText(/a reminder of your Leak repair on Wed 4 Mar at 10:00 AM/);
  await scheduled("sent").getByText("Reminder, 1 day before").waitFor();
  if (process.env["UPDATE_SCREENSHOT"] === "1") await screenshot();
  await nothingSerious();
});

test("the customer moves the visit; the reminders follow", { skip }, async () => {
  await write("Can we move it to Thursday at 3pm?");
  await nextText(/Shall I move your Leak repair/);
  await write(await askedCode());
  await nextText(/is moved to Thu 5 Mar at 3:00 PM/);
  await scheduled("cancelled").first().waitFor();
  await section("Calendar").getByText("0 bookings").waitFor();
  await section("Calendar").getByRole("button", { name: "Day after" }).click();
  await section("Calendar").getByTestId("booking").getByText("15:00–16:30").waitFor();
  while (frontdesk.app.clock.now() < new Date("2026-03-04T20:00:00Z")) await moveClock(/To next event/);
  await nextText(/a reminder of your Leak repair on Thu 5 Mar at 3:00 PM/);
  assert.equal(
    await received()
      .filter({ hasText: /a reminder of your Leak repair on Wed/ })
      .count(),
    1,
  );
});

test("cancelled, there is no booking and no reminder left", { skip }, async () => {
  await write("I need to cancel the appointment, sorry");
  await nextText(/Shall I cancel it/);
  await write(await askedCode());
  await nextText(/is cancelled/);
  await section("Calendar").getByText("0 bookings, 1 cancelled").waitFor();
  await scheduled("pending").first().waitFor({ state: "detached" });
});

test("after STOP there is silence, and the page says why", { skip }, async () => {
  await write("STOP");
  await nextText(/opted out/);
  await section("Lead").getByText("Opted out of texts").waitFor();
  const before = await received().count();
  await write("hello?");
  await moveClock(/^\+1 h/);
  await missedCall();
  await moveClock(/^\+1 h/);
  await section("Messages to come")
    .getByRole("tab", { name: /Held back/ })
    .click();
  await page.getByTestId("held-back").first().waitFor();
  assert.equal(await received().count(), before);
  assert.deepEqual(problems, []);
});

async function screenshot(): Promise<void> {
  const file = join(root, "docs/images/simulator.png");
  await mkdir(join(root, "docs/images"), { recursive: true });
  await page.mouse.move(700, 880);
  await page.getByRole("tooltip").waitFor({ state: "detached" });
  await page.screenshot({ path: file });
}
