import assert from "node:assert/strict";
import { test } from "node:test";
import { startHarness } from "../../../testing/harness.ts";
import { holdSlot } from "../bookings/holds/hold.ts";
import { bookings, openCalendar } from "../test-calendar.ts";
import { publicService } from "./browse.ts";
import { browserOf, hiddenIn } from "./testing.ts";

const frontdesk = await startHarness();
const english = { "accept-language": "en-GB" };
const ann = { name: "Ann Other", email: "ann@example.com", phone: "020 7946 0123", notes: "Gate code 7" };
const ten = "2026-03-03T10:00:00.000Z";

async function opened(fields: Record<string, unknown> = {}) {
  const calendar = await openCalendar(frontdesk, fields);
  const path = `/book/${calendar.workspace.slug}/${calendar.eventType.slug}`;
  const stored = async () =>
    (await calendar.workspace.call("GET", bookings)).body.data as Record<string, unknown>[];
  return { calendar, path, stored, visitor: browserOf(frontdesk, english) };
}

test("a stranger books with links and forms alone", async () => {
  const { calendar, path, stored, visitor } = await opened({
    booking_confirmation_message: "Please clear the space under the sink.",
    description: "Taps & valves",
    price_min_cents: 9900,
    currency: "GBP",
  });
  const company = await visitor.get(`/book/${calendar.workspace.slug}`);
  assert.equal(company.status, 200);
  assert.match(company.text, new RegExp(`href="${path}"`));
  assert.match(company.text, /1 h · from £99/);
  assert.match(company.text, /Taps &amp; valves/);
  const month = await visitor.get(path);
  assert.doesNotMatch(month.text, /class="notice/);
  assert.match(month.text, /aria-label="Tuesday 3 March: 15 free times"/);
  const day = await visitor.get(`${path}?day=2026-03-03`);
  assert.match(day.text, new RegExp(`<button name="start" value="${ten}">10:00</button>`));
  const details = await visitor.submit(path, { ...hiddenIn(day.text), start: ten });
  assert.equal(details.status, 200);
  assert.match(details.text, /We keep this time for you until 09:\d\d\./);
  const done = await visitor.submit(path, { ...hiddenIn(details.text), ...ann });
  assert.match(
    done.at,
    new RegExp(`^/book/${calendar.workspace.slug}/manage/[0-9a-f-]{36}\\?notice=booked$`),
  );
  assert.match(done.text, /You are booked/);
  assert.match(done.text, /Please clear the space under the sink\./);
  assert.match(done.text, /Tuesday, 3 March 2026, 10:00–11:00/);
  const [booking, ...others] = await stored();
  assert.equal(others.length, 0);
  assert.deepEqual(
    ["starts_at", "booker_name", "booker_email", "booker_phone", "message", "source", "timezone"].map(
      (name) => booking?.[name],
    ),
    [ten, "Ann Other", "ann@example.com", "+442079460123", "Gate code 7", "page", "Europe/London"],
  );
});

test("the time being typed for is nobody else's; run out but not taken, it still books", async () => {
  const { calendar, path, stored, visitor } = await opened();
  const details = await visitor.submit(path, { action: "hold", start: ten });
  assert.ok(!(await calendar.openTimes("2026-03-03")).includes("2026-03-03 10:00"));
  const rival = browserOf(frontdesk, english);
  const refused = await rival.submit(path, { action: "hold", start: ten });
  assert.match(refused.at, /notice=taken/);
  assert.match(refused.text, /That time has just been taken/);
  await frontdesk.advance(301);
  assert.ok((await calendar.openTimes("2026-03-03")).includes("2026-03-03 10:00"));
  const late = await visitor.get(details.at);
  assert.match(late.text, /not kept for you any more, but it is still free/);
  const done = await visitor.submit(path, { ...hiddenIn(details.text), ...ann });
  assert.match(done.text, /You are booked/);
  assert.equal((await stored()).length, 1);
});

test("when somebody was faster the nearest times are offered and nothing typed is lost", async () => {
  const { calendar, path, stored, visitor } = await opened();
  const details = await visitor.submit(path, { action: "hold", start: ten });
  await frontdesk.advance(301);
  assert.equal((await calendar.book()).status, 201);
  const answer = await visitor.post(path, { ...hiddenIn(details.text), ...ann });
  assert.equal(answer.status, 409);
  assert.match(answer.text, /That time has just been taken\./);
  for (const typed of Object.values(ann)) assert.ok(answer.text.includes(typed), typed);
  const offered = [...answer.text.matchAll(/type="radio" name="start"[^>]* value="([^"]+)"/g)].map(
    ([, start]) => start,
  );
  assert.deepEqual(
    offered,
    ["09:00", "11:00", "11:30", "12:00"].map((time) => `2026-03-03T${time}:00.000Z`),
  );
  const done = await visitor.submit(path, {
    ...hiddenIn(answer.text),
    ...ann,
    start: "2026-03-03T11:00:00.000Z",
  });
  assert.match(done.text, /You are booked/);
  assert.equal((await stored()).length, 2);
  // Coming back to the form of a time that is gone leads to the times there are.
  const back = await visitor.get(`${path}?start=${ten}`);
  assert.equal(back.status, 303);
  assert.match(back.headers["location"] ?? "", /day=2026-03-03&notice=taken/);
});

test("a browser holds one time of a service: the next one gives the last one back", async () => {
  const { calendar, path, visitor } = await opened();
  await visitor.submit(path, { action: "hold", start: ten });
  await visitor.submit(path, { action: "hold", start: "2026-03-03T14:00:00.000Z" });
  const open = await calendar.openTimes("2026-03-03");
  assert.ok(open.includes("2026-03-03 10:00"));
  assert.ok(!open.includes("2026-03-03 14:00"));
  // One that keeps no cookies says which time it has; a frame on another site is one of those.
  const forgetful = () => browserOf(frontdesk, english);
  const first = await forgetful().submit(path, { action: "hold", start: ten });
  const { hold = "" } = hiddenIn(first.text);
  await forgetful().submit(path, { action: "hold", start: "2026-03-03T12:00:00.000Z", hold });
  assert.ok((await calendar.openTimes("2026-03-03")).includes("2026-03-03 10:00"));
});

test("who goes back finds the time that is kept for them, which is nobody's else to see", async () => {
  const { path, visitor } = await opened();
  const details = await visitor.submit(path, { action: "hold", start: ten });
  const { hold = "" } = hiddenIn(details.text);
  const kept = /We keep Tuesday, 3 March 2026, 10:00–11:00 for you until 09:\d\d\./;
  for (const page of [
    await visitor.get(path),
    await frontdesk.call("GET", `${path}?hold=${hold}&lang=en-GB`),
  ]) {
    assert.match(page.text, kept);
    assert.match(
      page.text,
      new RegExp(`start=2026-03-03T10%3A00%3A00.000Z&amp;hold=${hold}[^"]*">Go on with this time`),
    );
  }
  assert.doesNotMatch((await browserOf(frontdesk, english).get(path)).text, /We keep/);
  assert.match((await visitor.get(`${path}?start=${ten}&hold=${hold}`)).text, /We keep this time for you/);
});

test("whoever books another time than the one that is kept for them gives that one back", async () => {
  const { calendar, path, visitor } = await opened();
  await calendar.addStaff("Second pair of hands");
  const details = await visitor.submit(path, { action: "hold", start: ten });
  const { hold = "" } = hiddenIn(details.text);
  const other = { action: "book", start: "2026-03-03T14:00:00.000Z", hold, ...ann };
  assert.match((await visitor.submit(path, other)).text, /You are booked/);
  assert.deepEqual(await calendar.inside((ctx) => ctx.db.from("slot_holds").select("id").execute()), []);
});

test("the pages reach no hold that was made anywhere else, whoever knows its id", async () => {
  const { calendar, path } = await opened();
  const made = await calendar.inside(async (ctx) => {
    const service = await publicService(ctx, String(calendar.eventType.slug));
    assert.ok(service);
    return holdSlot(ctx, { service, startsAt: new Date(ten), heldBy: "the receptionist" });
  });
  const elsewhere = "2026-03-03T14:00:00.000Z";
  const stranger = browserOf(frontdesk, english);
  assert.doesNotMatch((await stranger.get(`${path}?hold=${made.id}`)).text, /We keep/);
  const theirs = await stranger.post(path, { action: "book", start: ten, hold: made.id, ...ann });
  assert.equal(theirs.status, 409);
  const other = { action: "book", start: elsewhere, hold: made.id, ...ann };
  assert.match((await stranger.submit(path, other)).text, /You are booked/);
  const [kept] = await calendar.inside((ctx) =>
    ctx.db.from("slot_holds").select("id").where("id", "=", made.id).execute(),
  );
  assert.equal(kept?.id, made.id);
});

test("one address cannot block the calendar by holding times, and still books", async () => {
  const { calendar, path } = await opened();
  const before = (await calendar.openTimes("2026-03-03", "2026-03-06")).length;
  for (let hour = 9; hour < 17; hour += 1) {
    const start = `2026-03-04T${String(hour).padStart(2, "0")}:00:00.000Z`;
    const held = await browserOf(frontdesk, english).submit(path, { action: "hold", start });
    assert.match(held.at, /hold=/);
  }
  const held = (await calendar.openTimes("2026-03-03", "2026-03-06")).length;
  assert.ok(held < before);
  const ninth = browserOf(frontdesk, english);
  const form = await ninth.submit(path, { action: "hold", start: ten });
  assert.doesNotMatch(form.at, /hold=/);
  assert.match(form.text, /This time is free/);
  assert.equal((await calendar.openTimes("2026-03-03", "2026-03-06")).length, held);
  assert.match((await ninth.submit(path, { ...hiddenIn(form.text), ...ann })).text, /You are booked/);
});

test("sent twice, the form books once", async () => {
  const { path, stored, visitor, calendar } = await opened();
  await calendar.addStaff("Second pair of hands");
  const details = await visitor.submit(path, { action: "hold", start: ten });
  const form = { ...hiddenIn(details.text), ...ann };
  const answers = await Promise.all([visitor.post(path, form), visitor.post(path, form)]);
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [303, 303],
  );
  assert.equal(answers[0]?.headers["location"], answers[1]?.headers["location"]);
  assert.equal((await stored()).length, 1);
});

test("what is wrong is said beside its field, in order, and nothing typed is lost", async () => {
  const { path, stored, visitor } = await opened();
  const details = await visitor.submit(path, { action: "hold", start: ten });
  const typed = {
    name: " ",
    email: "ann@",
    phone: "12",
    notes: `"><b>`,
    attendees: "bob@example.com, nobody",
  };
  const answer = await visitor.post(path, { ...hiddenIn(details.text), ...typed });
  assert.equal(answer.status, 422);
  assert.match(answer.text, /role="alert"[^>]*>4 fields need another look\./);
  for (const name of ["name", "email", "phone", "attendees"]) {
    assert.match(
      answer.text,
      new RegExp(`id="${name}"[^>]*aria-invalid="true"[^>]*aria-describedby="${name}-mistake`),
    );
    assert.match(answer.text, new RegExp(`class="mistake" id="${name}-mistake"`));
  }
  assert.equal([...answer.text.matchAll(/autofocus/g)].length, 1);
  assert.match(answer.text, /id="name"[^>]*autofocus/);
  assert.match(answer.text, /value="ann@"/);
  assert.match(answer.text, /&quot;&gt;&lt;b&gt;<\/textarea>/);
  assert.match(answer.text, /nobody is not a complete e-mail address/);
  // The time is kept all the while.
  assert.match(answer.text, /We keep this time for you until 09:\d\d\./);
  const robot = await visitor.post(path, { ...hiddenIn(details.text), ...ann, subject_line: "Buy now" });
  assert.equal(robot.status, 422);
  assert.deepEqual(await stored(), []);
});

test("other sites' pages cannot post here, and nobody posts without end", async () => {
  const { path, stored, visitor } = await opened();
  const form = { action: "book", start: ten, ...ann };
  for (const origin of ["https://elsewhere.example", "null"]) {
    const answer = await visitor.post(path, form, { origin });
    assert.equal(answer.status, 403);
    assert.match(answer.text, /load the page again/);
  }
  assert.deepEqual(await stored(), []);
  let last = 0;
  for (let count = 0; count < 45 && last !== 429; count += 1) {
    last = (await visitor.post(path, { action: "hold", start: "soon" })).status;
  }
  assert.equal(last, 429);
});

test("what is unknown, private, or put away looks the same", async () => {
  const { calendar, path, visitor } = await opened();
  const { slug } = calendar.workspace;
  const make = async (fields: Record<string, unknown>) =>
    (await calendar.workspace.call("POST", "/api/v1/scheduled-event-types", { name: "Hidden", ...fields }))
      .body.data.slug;
  const pages = await Promise.all(
    [
      "/book/nobody",
      "/book/%00",
      `/book/${(await frontdesk.workspace()).slug}`,
      "/book/nobody/leak-repair",
      `/book/${slug}/nothing`,
      `/book/${slug}/%00`,
      `/book/${slug}/${await make({ is_bookable: false })}`,
      `/book/${slug}/${await make({ is_bookable: true, is_active: false })}`,
    ].map((one) => visitor.get(one)),
  );
  const [first, ...others] = pages.map((page) => page.text.replaceAll(/href="[^"]*"/g, ""));
  assert.match(first ?? "", /This page is not here/);
  for (const page of pages) assert.equal(page.status, 404);
  for (const text of others) assert.equal(text, first);
  assert.equal((await visitor.get(path)).status, 200);
  assert.equal(
    (await visitor.post(`/book/${slug}/hidden`, { action: "book", start: ten, ...ann })).status,
    404,
  );
});

test("times are in the visitor's zone, with the zone's name; the business's is named when it differs", async () => {
  const { path, visitor, stored } = await opened();
  const near = await visitor.get(path);
  assert.match(near.text, /Times are shown in United Kingdom Time \(London\)\./);
  assert.doesNotMatch(near.text, /<strong>/);
  const far = await visitor.get(`${path}?tz=America%2FNew_York&day=2026-03-03`);
  assert.match(far.text, /Times are shown in Eastern Time \(New York\)\./);
  assert.match(far.text, /works in United Kingdom Time \(London\)\./);
  assert.match(far.text, /value="2026-03-03T14:00:00.000Z">09:00</);
  assert.match(far.text, /<option value="America\/New_York" selected>GMT−5 New York<\/option>/);
  const action = /<form method="post" action="([^"]+)"/.exec(far.text)?.[1]?.replaceAll("&amp;", "&") ?? "";
  const details = await visitor.submit(action, { action: "hold", start: "2026-03-03T14:00:00.000Z" });
  assert.match(details.text, /Tuesday, 3 March 2026, 09:00–10:00/);
  assert.match(details.text, />14:00–15:00 in United Kingdom Time/);
  await visitor.submit(`${path}?tz=America%2FNew_York`, { ...hiddenIn(details.text), ...ann });
  assert.equal((await stored())[0]?.["timezone"], "America/New_York");
  // What the script found out comes in a cookie; nonsense is left alone.
  const cookie = { cookie: "booking_zone=Asia%2FTokyo" };
  assert.match((await frontdesk.call("GET", path, { headers: cookie })).text, /Japan .*\(Tokyo\)/);
  assert.equal((await visitor.get(`${path}?tz=Nowhere`)).status, 200);
});

test("a class shows the places it has left", async () => {
  const { calendar, path, visitor } = await opened({ name: "Pipe yoga", capacity: 3 });
  assert.equal((await calendar.book()).status, 201);
  const day = await visitor.get(`${path}?day=2026-03-03`);
  assert.match(day.text, new RegExp(`value="${ten}">10:00 <small>2 places left</small>`));
  assert.match(day.text, /value="2026-03-03T14:00:00.000Z">14:00 <small>3 places left<\/small>/);
});

test("who comes to their customers asks where to first", async () => {
  const { path, visitor, stored } = await opened({ travel_minutes: 30 });
  const first = await visitor.get(path);
  assert.match(first.text, /Where should we come to\?/);
  assert.doesNotMatch(first.text, /<table/);
  const day = await visitor.get(`${path}?postal_code=SW1A+1AA&day=2026-03-03`);
  const posted = hiddenIn(day.text.slice(day.text.indexOf('<form method="post"')));
  const details = await visitor.submit(path, { ...posted, start: ten });
  assert.match(details.text, /name="postal_code"[^>]*value="SW1A 1AA"/);
  await visitor.submit(path, {
    ...hiddenIn(details.text),
    ...ann,
    address: "1 The Mall",
    postal_code: "SW1A 1AA",
  });
  const [booking] = await stored();
  assert.deepEqual([booking?.["address"], booking?.["postal_code"]], ["1 The Mall", "SW1A 1AA"]);
});

test("an empty month leads to the first free day after it", async () => {
  const { calendar, path, visitor } = await opened({ min_notice_hours: 24 * 40 });
  const first = await visitor.get(path);
  assert.match(first.text, /id="month"[^>]*>April 2026</);
  const march = await visitor.get(`${path}?month=2026-03`);
  assert.match(march.text, /No free times in March 2026\./);
  assert.match(march.text, /day=2026-04-13"[^>]*>Next free day: Monday 13 April</);
  for (const odd of [
    "month=2026-13",
    "month=1999-01",
    "month=2999-01",
    "day=2026-02-30",
    "day=x",
    "start=2026",
  ]) {
    assert.equal((await visitor.get(`${path}?${odd}`)).status, 200, odd);
  }
  await calendar.workspace.call("PUT", "/api/v1/scheduling-availability", { weekly_hours: [] });
  assert.match((await visitor.get(path)).text, /No free times online at the moment\./);
});

test("many browsers behind one address, at once, keep eight times and no more", async () => {
  const { calendar, path } = await opened();
  const starts = Array.from({ length: 12 }, (_, index) => new Date(Date.parse(ten) + index * 24 * 3600_000));
  const days = starts.filter((day) => ![0, 6].includes(day.getUTCDay())).slice(0, 10);
  await Promise.all(
    [...days, ...days.map((day) => new Date(day.getTime() + 2 * 3600_000))].map((start) =>
      browserOf(frontdesk, english).post(path, { action: "hold", start: start.toISOString() }),
    ),
  );
  const held = await calendar.inside((ctx) => ctx.db.from("slot_holds").select("id").execute());
  assert.equal(held.length, 8);
});
