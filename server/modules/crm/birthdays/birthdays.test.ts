import assert from "node:assert/strict";
import { test } from "node:test";
import { Temporal } from "temporal-polyfill";
import { systemActor } from "../../../kernel/actor.ts";
import { newRequestId } from "../../../kernel/run.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Answer, TestWorkspace } from "../../../testing/harness.ts";
import { businessWithNumber, inside } from "../../messaging/testing.ts";
import { birthdaysOn, sendBirthdayMessages, yearOf } from "./send-birthday-messages.ts";

// A Monday, 09:00 in London.
const frontdesk = await startHarness({ now: new Date("2026-03-02T09:00:00Z") });
const path = "/api/v1/company/birthday-messages";
const day = 86_400;

const wish = {
  label: "First year",
  channels: ["email", "sms"],
  email_subject: "Happy birthday, {first_name}!",
  email_body: "Dear {first_name} {last_name}, {age} already? {company_name} {unknown}",
  sms_body: "{first_name}, {age} today! {company_name}",
};

type Row = Record<string, unknown> & { id: string };

async function add(workspace: TestWorkspace, body: object): Promise<Row> {
  const answer = await workspace.call("POST", "/api/v1/contacts", { first_name: "Ann", ...body });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data as Row;
}

const fieldOf = (answer: Answer) => answer.body.error.details.fields[0].field as string;

async function sends(workspace: TestWorkspace, id: string): Promise<Row[]> {
  const answer = await workspace.call("GET", `/api/v1/contacts/${id}/birthday-sends`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data as Row[];
}

const mails = (workspace: TestWorkspace) =>
  frontdesk.app.database.read(workspace.id, (db) =>
    db
      .from("email_logs")
      .select(["recipient_email", "subject", "text_body", "status", "created_at"])
      .where("email_type", "=", "birthday")
      .orderBy("created_at")
      .execute(),
  );

const texts = (workspace: TestWorkspace) =>
  frontdesk.app.database.read(workspace.id, (db) =>
    db.from("sms_messages").select(["to_e164", "body", "status"]).where("purpose", "=", "birthday").execute(),
  );

/** The day's job, as one node runs it. */
async function runOnce(workspace: TestWorkspace): Promise<void> {
  await sendBirthdayMessages.run(
    {
      transaction: (work: Parameters<typeof inside>[2]) =>
        frontdesk.app.inWorkspace(
          {
            workspaceId: workspace.id,
            actor: systemActor(workspace.id, "send-birthday-messages"),
            operation: "send-birthday-messages",
            surface: "job",
            requestId: newRequestId(),
          },
          work,
        ),
    } as never,
    {},
  );
}

test("workspace.get_birthday_messages#0 workspace.set_birthday_messages#0 the whole list is replaced, sent as a bare array", async () => {
  const workspace = await frontdesk.workspace();
  assert.deepEqual((await workspace.call("GET", path)).body.data, []);
  const second = { ...wish, label: "Second" };
  assert.equal((await workspace.call("PUT", path, [wish, second])).status, 200);
  assert.deepEqual((await workspace.call("GET", path)).body.data, [wish, second]);
  const replaced = await workspace.call("PUT", path, { messages: [second] });
  assert.deepEqual(replaced.body.data, [second]);
  assert.deepEqual((await workspace.call("GET", path)).body.data, [second]);
});

test("workspace.set_birthday_messages#1 every entry needs its channels and texts; the label is optional", async () => {
  const workspace = await frontdesk.workspace();
  const { label: _l, ...unlabelled } = wish;
  assert.equal((await workspace.call("PUT", path, [unlabelled])).status, 200);
  for (const name of ["channels", "email_subject", "email_body", "sms_body"]) {
    const entry = Object.fromEntries(Object.entries(wish).filter(([field]) => field !== name));
    const answer = await workspace.call("PUT", path, [wish, entry]);
    assert.equal(answer.status, 400);
    assert.equal(fieldOf(answer), `messages.1.${name}`);
  }
  for (const channels of [[], ["fax"], ["email", "email"]]) {
    assert.equal((await workspace.call("PUT", path, [{ ...wish, channels }])).status, 400);
  }
  const blank = await workspace.call("PUT", path, [{ ...wish, sms_body: " " }]);
  assert.equal(fieldOf(blank), "messages.0.sms_body");
  const unused = await workspace.call("PUT", path, [{ ...wish, channels: ["email"], sms_body: "" }]);
  assert.equal(unused.status, 200);
});

test("workspace.set_birthday_messages#2 workspace.set_birthday_messages#3 workspace.list_contact_birthday_sends#0 workspace.create_contact#8 each year its own message, filled in, at nine where the business is", async () => {
  const business = await businessWithNumber(frontdesk, { timeZone: "America/New_York" });
  const ann = await add(business, {
    last_name: "Lee",
    email: "ann@example.com",
    phone: "+447700900123",
    date_of_birth: "1990-03-10",
  });
  await add(business, { first_name: "Other", email: "o@example.com", date_of_birth: "1990-03-11" });
  const yearly = [wish, { ...wish, channels: ["email"], email_subject: "Two years!" }];
  await business.call("PUT", path, yearly);
  const start = frontdesk.app.clock.now().getTime();
  await frontdesk.advance((Date.parse("2026-03-10T12:59:00Z") - start) / 1000);
  assert.deepEqual(await mails(business), []);
  await frontdesk.advance(60);
  const [mail] = await mails(business);
  assert.deepEqual(
    [mail?.recipient_email, mail?.subject, mail?.text_body, mail?.status],
    ["ann@example.com", "Happy birthday, Ann!", "Dear Ann Lee, 36 already? Ready Plumbing {unknown}", "sent"],
  );
  // Nine in New York, a week into its summer time.
  assert.equal(mail?.created_at.toISOString(), "2026-03-10T13:00:00.000Z");
  assert.deepEqual(
    (await texts(business)).map((text) => [text.to_e164, text.body]),
    [["+447700900123", "Ann, 36 today! Ready Plumbing"]],
  );
  // A year without a schedule, so that the clock need not stop at each of its mornings.
  await business.call("PUT", path, []);
  await frontdesk.advance(365 * day);
  await business.call("PUT", path, yearly);
  await runOnce(business);
  assert.deepEqual(
    (await mails(business))
      .filter((one) => one.recipient_email === "ann@example.com")
      .map((one) => one.subject),
    ["Happy birthday, Ann!", "Two years!"],
  );
  const seen = (await sends(business, ann.id)).map(
    ({ year_number, birthday_date, channels_sent, sent_at }) => [
      year_number,
      birthday_date,
      channels_sent,
      sent_at,
    ],
  );
  assert.deepEqual(seen, [
    [2, "2027-03-10", ["email"], "2027-03-10T13:00:00.000Z"],
    [1, "2026-03-10", ["email", "sms"], "2026-03-10T13:00:00.000Z"],
  ]);
});

test("who opted out, or cannot be reached, gets nothing on that channel; a year without a message passes", async () => {
  const business = await businessWithNumber(frontdesk);
  const today = frontdesk.app.clock.now().toISOString().slice(5, 10);
  const born = { date_of_birth: `1990-${today}`, email: "a@example.com", phone: "+447700900124" };
  const quiet = await add(business, born);
  const mute = await add(business, { ...born, phone: "+447700900125" });
  const known = await add(business, { ...born, relationship_started_at: "2001-01-01" });
  await business.call("PATCH", `/api/v1/contacts/${quiet.id}`, { email_unsubscribed: true });
  const both = { email_unsubscribed: true, sms_unsubscribed: true };
  await business.call("PATCH", `/api/v1/contacts/${mute.id}`, both);
  await business.call("PUT", path, [wish]);
  await runOnce(business);
  assert.deepEqual(
    (await sends(business, quiet.id)).map((one) => one["channels_sent"]),
    [["sms"]],
  );
  assert.deepEqual(await sends(business, mute.id), []);
  assert.deepEqual(await sends(business, known.id), []);
  assert.deepEqual(await mails(business), []);
});

test("two nodes at once, and a job that is done again, send once", async () => {
  const workspace = await frontdesk.workspace();
  const today = frontdesk.app.clock.now().toISOString().slice(5, 10);
  const records = Array.from({ length: 60 }, (_, n) => ({
    first_name: `N${n}`,
    email: `n${n}@example.com`,
    date_of_birth: `1980-${today}`,
  }));
  await workspace.call("POST", "/api/v1/contacts/bulk-create", { records });
  await workspace.call("PUT", path, [{ ...wish, channels: ["email"] }]);
  await Promise.all([runOnce(workspace), runOnce(workspace)]);
  await runOnce(workspace);
  await frontdesk.settle();
  const sent = await mails(workspace);
  assert.equal(sent.length, 60);
  assert.equal(new Set(sent.map((mail) => mail.recipient_email)).size, 60);
});

test("a crash in the middle of a batch leaves nothing half done: the next run sends what is left", async () => {
  const workspace = await frontdesk.workspace();
  const today = frontdesk.app.clock.now().toISOString().slice(5, 10);
  const ann = await add(workspace, { email: "ann@example.com", date_of_birth: `1980-${today}` });
  await workspace.call("PUT", path, [{ ...wish, channels: ["email"] }]);
  const { ports } = frontdesk.app;
  const name = Object.getOwnPropertyDescriptor(ports.email, "name");
  // The process dies where the mail is written, after the row that claims the birthday.
  Object.defineProperty(ports.email, "name", {
    configurable: true,
    get: () => {
      throw new Error("the process died");
    },
  });
  await assert.rejects(runOnce(workspace), /died/);
  Object.defineProperty(ports.email, "name", name ?? { value: "local", configurable: true });
  assert.deepEqual(await sends(workspace, ann.id), []);
  await runOnce(workspace);
  assert.equal((await sends(workspace, ann.id)).length, 1);
  assert.equal((await mails(workspace)).length, 1);
});

test("the schedule follows the company's zone, and ends with the last message", async () => {
  const workspace = await frontdesk.workspace({ timeZone: "Europe/London" });
  const schedules = () =>
    frontdesk.app.database.read(workspace.id, (db) =>
      db.from("cron_schedules").select(["key", "time_zone"]).execute(),
    );
  await workspace.call("PUT", path, [wish]);
  assert.deepEqual(await schedules(), [{ key: "birthdays", time_zone: "Europe/London" }]);
  await workspace.call("PATCH", "/api/v1/company", { timezone: "Australia/Sydney" });
  assert.deepEqual(await schedules(), [{ key: "birthdays", time_zone: "Australia/Sydney" }]);
  await workspace.call("PUT", path, []);
  assert.deepEqual(await schedules(), []);
});

test("29 February is kept on the 28th in other years; years count from when the relationship began", () => {
  const on = (text: string) => Temporal.PlainDate.from(text);
  assert.deepEqual(birthdaysOn(on("2026-02-28")), [228, 229]);
  assert.deepEqual(birthdaysOn(on("2028-02-28")), [228]);
  assert.deepEqual(birthdaysOn(on("2028-02-29")), [229]);
  const since = (text: string) => ({ relationship_started_at: text, created_at: new Date("2026-01-01") });
  assert.equal(yearOf(since("2026-01-10"), on("2026-03-03")), 1);
  assert.equal(yearOf(since("2026-05-01"), on("2027-03-03")), 1);
  assert.equal(yearOf(since("2026-03-03"), on("2027-03-03")), 2);
  assert.equal(
    yearOf({ relationship_started_at: null, created_at: new Date("2025-06-01") }, on("2026-03-03")),
    1,
  );
});
