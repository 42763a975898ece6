/** What the pages do at their edges: links that have just run out, forms that came without their key, and who can be asked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { bookings, openCalendar } from "../test-calendar.ts";
import { browserOf, hiddenIn } from "./testing.ts";

const frontdesk = await startHarness({ environment: { PUBLIC_URL: "https://frontdesk.test" } });
const { app } = frontdesk;
const ann = { name: "Ann Other", email: "ann@example.com" };
const hours = { weekly_hours: [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, start: "00:00", end: "24:00" })) };

async function opened(fields: Record<string, unknown> = {}) {
  const calendar = await openCalendar(frontdesk, fields);
  const { workspace } = calendar;
  const set = await workspace.call("PUT", "/api/v1/scheduling-availability", hours);
  assert.equal(set.status, 200, set.text);
  const browser = browserOf(frontdesk, { "accept-language": "en-GB" });
  const path = `/book/${workspace.slug}/${calendar.eventType.slug}`;
  const post = (to: string, form: Record<string, string>) =>
    browser.post(to, form, { origin: "https://frontdesk.test" });
  const all = async () =>
    (await workspace.call("GET", `${bookings}?limit=100`)).body.data as Record<string, string>[];
  /** Tomorrow at this hour. */
  const tomorrow = (clock: string) =>
    `${new Date(app.clock.now().getTime() + 86_400_000).toISOString().slice(0, 10)}T${clock}:00.000Z`;
  return { calendar, workspace, browser, path, post, all, tomorrow };
}

/** A booking of tomorrow at ten, and its link. */
async function booked() {
  const shop = await opened();
  const made = await shop.post(shop.path, { action: "book", start: shop.tomorrow("10:00"), ...ann });
  assert.equal(made.status, 303, made.text);
  const link = String(made.headers["location"]).split("?")[0]!;
  const [row] = await shop.all();
  const noticeOf = async (form: Record<string, string>) =>
    /notice=(\w+)/.exec(String((await shop.post(link, form)).headers["location"]))?.[1];
  const change = (values: Record<string, unknown>) =>
    shop.calendar.inside((ctx) =>
      ctx.db
        .update("bookings")
        .set(values as never)
        .execute(),
    );
  /** An hour from then on. */
  const moveTo = (starts_at: Date) => {
    const ends_at = new Date(starts_at.getTime() + 3_600_000);
    return change({ starts_at, ends_at, blocked_from: starts_at, blocked_until: ends_at });
  };
  return { ...shop, link, id: row!["id"]!, noticeOf, change, moveTo };
}

test("over https a cookie is for https alone, and in another site's frame it says so", async () => {
  const { browser, path } = await opened();
  const cookies = async (query: string) =>
    [(await browser.get(`${path}?${query}`)).headers["set-cookie"] ?? []].flat().join("|");
  assert.match(await cookies("lang=de"), /^booking_language=de; .*HttpOnly; SameSite=Lax; Secure$/);
  assert.match(await cookies("lang=de&embed=1"), /SameSite=None; Partitioned; Secure$/);
  assert.equal(await cookies("lang=fr"), "");
  const page = await browser.get(path);
  assert.match(String(page.headers["content-security-policy"]), /upgrade-insecure-requests/);
});

test("two cookies of one answer are both kept", async () => {
  const { path, post, tomorrow } = await opened();
  const answer = await post(`${path}?lang=de`, { action: "hold", start: tomorrow("10:00") });
  const names = [answer.headers["set-cookie"] ?? []].flat().map((line) => String(line).split("=")[0]);
  assert.ok(names.includes("booking_visitor"), names.join());
});

test("whom to ask: by telephone, by mail, by both, or nobody", async () => {
  const { workspace, browser, path } = await opened();
  const asks = async () => /Questions\? (.*?)<\/p>/.exec((await browser.get(path)).text)?.[1];
  assert.equal(await asks(), undefined);
  await workspace.call("PATCH", "/api/v1/company", { phone: "+442079460999" });
  assert.match((await asks()) ?? "", /^<a href="tel:\+442079460999">[^·]*$/);
  await workspace.call("PATCH", "/api/v1/company", { contact_email: "desk@acme.test" });
  assert.match((await asks()) ?? "", /tel:.*<\/a> · <a href="mailto:desk@acme\.test">/);
});

test("a form books with or without its own key; with the same key for another time it is another booking", async () => {
  const { path, post, all, tomorrow } = await opened();
  const book = (clock: string, more: Record<string, string> = {}) =>
    post(path, { action: "book", start: tomorrow(clock), ...ann, ...more });
  const request = "0198c0de-0000-7000-8000-00000000000f";
  for (const [clock, more, count] of [
    ["10:00", {}, 1],
    ["12:00", { request: "no id" }, 2],
    ["14:00", { request }, 3],
    ["14:00", { request }, 3],
    ["16:00", { request }, 4],
  ] as const) {
    const answer = await book(clock, more);
    assert.equal(answer.status, 303, answer.text);
    assert.match(String(answer.headers["location"]), /notice=booked/);
    assert.equal((await all()).length, count, clock);
  }
  const again = await book("14:00");
  assert.equal(again.status, 409, "without the key it is somebody else's wish");
  assert.ok(hiddenIn(again.text)["request"]);
});

test("when nothing else is free either, the page of times says so; what a robot fills in books nothing", async () => {
  const { workspace, path, post, all, tomorrow } = await opened();
  const start = tomorrow("10:00");
  const robot = await post(path, { action: "book", start, ...ann, subject_line: "x" });
  assert.equal(robot.status, 422);
  await workspace.call("PUT", "/api/v1/scheduling-availability", { weekly_hours: [] });
  const answer = await post(path, { action: "book", start, ...ann });
  assert.equal(answer.status, 303);
  assert.match(String(answer.headers["location"]), new RegExp(`day=${start.slice(0, 10)}&notice=taken`));
  assert.match(String((await post(path, { action: "hold", start })).headers["location"]), /notice=taken/);
  assert.equal((await post(path, { action: "book", start: "soon", ...ann })).headers["location"], path);
  assert.deepEqual(await all(), []);
});

test("what has begun is not changed any more, and a link works until the moment it ends", async () => {
  const { browser, link, noticeOf, change, moveTo, all } = await booked();
  const now = app.clock.now().getTime();
  const at = (ms: number) => new Date(now + ms);
  await moveTo(at(1));
  assert.match((await browser.get(link)).text, /step=move/);
  await moveTo(at(0));
  assert.doesNotMatch((await browser.get(link)).text, /step=move/);
  assert.equal(await noticeOf({ action: "cancel" }), "refused");
  assert.equal(await noticeOf({ action: "edit", ...ann }), "refused");
  assert.equal(await noticeOf({ action: "restore" }), "restored");
  await change({ management_token_expires_at: at(1) });
  assert.equal((await browser.get(link)).status, 200);
  await change({ management_token_expires_at: at(0) });
  assert.equal((await browser.get(link)).status, 404);
  await change({ management_token_expires_at: null });
  assert.equal((await browser.get(link)).status, 404);
  assert.equal((await browser.get(`${link}/booking.ics`)).status, 404);
  assert.equal((await all())[0]!["status"], "confirmed");
});

test("a cancelled booking is booked again while its service is given and its time is to come", async () => {
  const { workspace, calendar, noticeOf, moveTo, all } = await booked();
  assert.equal(await noticeOf({ action: "odd" }), "refused");
  assert.equal(await noticeOf({ action: "cancel", reason: "x".repeat(600) }), "cancelled");
  assert.equal((await all())[0]!["cancellation_reason"]?.length, 500);
  assert.equal(await noticeOf({ action: "cancel" }), "cancelled");
  assert.equal(await noticeOf({ action: "move", start: "2026-03-03T10:00:00.000Z" }), "refused");
  const type = `/api/v1/scheduled-event-types/${calendar.eventType.id}`;
  for (const field of ["is_active", "is_bookable"]) {
    await workspace.call("PATCH", type, { [field]: false });
    assert.equal(await noticeOf({ action: "restore" }), "refused", field);
    await workspace.call("PATCH", type, { [field]: true });
  }
  const [row] = await all();
  await moveTo(app.clock.now());
  assert.equal(await noticeOf({ action: "restore" }), "refused");
  await moveTo(new Date(row!["starts_at"]!));
  assert.equal(await noticeOf({ action: "restore" }), "restored");
  assert.deepEqual((await all()).map(({ status }) => status).toSorted(), ["cancelled", "confirmed"]);
});

test("details that did not change are no change; an emptied number and note are gone", async () => {
  const { calendar, noticeOf } = await booked();
  const row = () =>
    calendar.inside((ctx) =>
      ctx.db
        .from("bookings")
        .select(["sequence", "booker_phone", "notes", "booker_name"])
        .executeTakeFirstOrThrow(),
    );
  const first = await row();
  assert.equal(await noticeOf({ action: "edit", ...ann }), "saved");
  assert.equal((await row()).sequence, first.sequence);
  assert.equal(await noticeOf({ action: "edit", ...ann, phone: "07700 900321", notes: "Dog" }), "saved");
  const full = await row();
  assert.deepEqual(
    [full.sequence, full.booker_phone, full.notes],
    [first.sequence + 1, "+447700900321", "Dog"],
  );
  assert.equal(await noticeOf({ action: "edit", ...ann }), "saved");
  const bare = await row();
  assert.deepEqual([bare.sequence, bare.booker_phone, bare.notes], [first.sequence + 2, null, null]);
});
