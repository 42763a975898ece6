import assert from "node:assert/strict";
import { test } from "node:test";
import { migrate, readMigrations } from "../../../kernel/migrate.ts";
import { freshEngine, startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { done, mapped, sent } from "../../crm/imports/imported.ts";
import { merged, undo } from "../../crm/merge/testing.ts";
import { root } from "../../../testing/root.ts";
import { businessWithNumber, inside, outbox, postForm } from "../testing.ts";
import type { TestBusiness } from "../testing.ts";
import { isOptedOut, lockContactsAt, optIn, optOut, reachesOf, wantsNoTexts } from "./opt-outs.ts";

const frontdesk = await startHarness();
const contacts = "/api/v1/contacts";
let serial = 0;

async function text(business: TestBusiness, from: string, Body: string) {
  serial += 1;
  const form = { MessageSid: `SM-opt-${serial}`, From: from, To: business.number, Body };
  assert.equal((await postForm(frontdesk, "/twilio/sms", form)).status, 200);
}

async function add(business: TestBusiness, fields: object) {
  const answer = await business.call("POST", contacts, { first_name: "Sam", ...fields });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data;
}

async function patch(business: TestBusiness, id: string, fields: object) {
  const answer = await business.call("PATCH", `${contacts}/${id}`, fields);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

const read = async (business: TestBusiness, id: string) =>
  (await business.call("GET", `${contacts}/${id}`)).body.data;

const remove = async (business: TestBusiness, id: string) =>
  assert.equal((await business.call("DELETE", `${contacts}/${id}`)).status, 204);

async function sends(business: TestBusiness, to_number: string): Promise<string> {
  const answer = await business.call("POST", "/api/v1/sms/send", { to_number, message: "Hello" });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data.reason ?? answer.body.data.status;
}

async function contactOf(business: TestBusiness, phone: string) {
  const { data } = (await business.call("GET", `${contacts}?search=${encodeURIComponent(phone)}`)).body;
  return data.find((one: Json) => one.phone === phone);
}

async function optOuts(business: TestBusiness, query = ""): Promise<Json[]> {
  const answer = await business.call("GET", `/api/v1/opt-outs${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.data;
}

test("an opt-out outlives the contact: deleted, made again, made in bulk or imported, the number is not texted", async () => {
  const business = await businessWithNumber(frontdesk);
  const phone = business.customer();
  await text(business, phone, "STOP");
  await remove(business, (await contactOf(business, phone)).id);
  assert.equal(await sends(business, phone), "opted_out");
  const again = await contactOf(business, phone);
  assert.equal(again.sms_unsubscribed, true, "the contact that the try to send made");
  await remove(business, again.id);
  const made = await add(business, { phone });
  assert.equal(made.sms_unsubscribed, true);
  assert.equal(await sends(business, phone), "opted_out");
  await remove(business, made.id);
  const records = [{ first_name: "Bulk", phone }];
  const bulk = await business.call("POST", `${contacts}/bulk-create`, { records });
  const [inBulk] = bulk.body.data.created;
  assert.equal((await read(business, inBulk.id)).sms_unsubscribed, true);
  await remove(business, inBulk.id);
  const one = await sent(business, `First name,Phone\nImported,${phone}\n`);
  await done(frontdesk, business, one.id as string, "run");
  assert.equal((await contactOf(business, phone)).sms_unsubscribed, true);
  assert.equal(await sends(business, phone), "opted_out");
  await frontdesk.settle();
  assert.equal((await outbox(frontdesk, phone)).length, 1, "only the confirmation of the opt-out");
});

test("who opted out, when and how is on record, also when it was lifted", async () => {
  const business = await businessWithNumber(frontdesk);
  const phone = business.customer();
  await text(business, phone, "STOP");
  const at = frontdesk.app.clock.now().toISOString();
  const [row] = await optOuts(business);
  assert.deepEqual(
    [row.channel, row.address, row.how, row.actor_kind, row.opted_out_at, row.lifted_at],
    ["sms", phone, "keyword", "provider", at, null],
  );
  await text(business, phone, "start");
  const [lifted] = await optOuts(business);
  assert.deepEqual([lifted.id, lifted.lifted_at, lifted.lifted_how], [row.id, at, "keyword"]);
  assert.deepEqual(await optOuts(business, "?standing=true"), []);
  assert.equal((await optOuts(business, `?standing=false&address=${encodeURIComponent(phone)}`)).length, 1);
  assert.equal((await contactOf(business, phone)).sms_unsubscribed, false);
  assert.equal(await sends(business, phone), "queued");
  const contact = await contactOf(business, phone);
  await patch(business, contact.id, { sms_unsubscribed: true });
  const [byPerson] = await optOuts(business, "?standing=true&channel=sms");
  assert.deepEqual([byPerson.how, byPerson.actor_kind], ["person", "api_key"]);
});

test("START from somebody whose contact is gone lifts the opt-out; from nobody who opted out it is a text like any other", async () => {
  const business = await businessWithNumber(frontdesk);
  const phone = business.customer();
  await text(business, phone, "STOP");
  await remove(business, (await contactOf(business, phone)).id);
  await text(business, phone, "START");
  assert.equal((await contactOf(business, phone)).sms_unsubscribed, false);
  assert.equal(await sends(business, phone), "queued");
});

test("workspace.update_contact#9 what is said of a contact is said of the numbers it has, and outlives it", async () => {
  const business = await businessWithNumber(frontdesk);
  const [phone, landline] = [business.customer(), business.customer()];
  const { id } = await add(business, { phone, landline });
  await patch(business, id, { sms_unsubscribed: true });
  await remove(business, id);
  assert.equal(await sends(business, phone), "opted_out");
  assert.equal(await sends(business, landline), "opted_out");
  const anew = await add(business, { phone, landline });
  assert.equal(anew.sms_unsubscribed, true);
  assert.equal((await patch(business, anew.id, { sms_unsubscribed: false })).sms_unsubscribed, false);
  assert.equal(await sends(business, phone), "queued");
  assert.equal(await sends(business, landline), "queued");
});

test("all who share the number follow it, both ways, and nobody else, nor in another workspace", async () => {
  const [business, stranger] = [await businessWithNumber(frontdesk), await businessWithNumber(frontdesk)];
  const [phone, other] = [business.customer(), business.customer()];
  const [one, two, three, theirs] = [
    await add(business, { phone }),
    await add(business, { phone: other, landline: phone }),
    await add(business, { phone: other }),
    await add(stranger, { phone }),
  ];
  const flags = async () => [
    (await read(business, one.id)).sms_unsubscribed,
    (await read(business, two.id)).sms_unsubscribed,
    (await read(business, three.id)).sms_unsubscribed,
    (await read(stranger, theirs.id)).sms_unsubscribed,
  ];
  await text(business, phone, "STOP");
  assert.deepEqual(await flags(), [true, true, false, false]);
  assert.equal(await sends(business, other), "opted_out", "the oldest with it asked for no texts");
  assert.equal(await sends(stranger, phone), "queued");
  assert.deepEqual(
    (await optOuts(business)).map(({ address }: Json) => address),
    [phone],
    "the number they share carries the wish no further",
  );
  await patch(business, one.id, { sms_unsubscribed: false });
  assert.deepEqual(await flags(), [false, false, false, false]);
  const log = await business.call("GET", `/api/v1/data/crm-logs?entity_id=${two.id}&field=sms_unsubscribed`);
  assert.deepEqual(
    log.body.data.slice(0, 2).map((row: Json) => [row.old_value, row.new_value]),
    [
      [true, false],
      [false, true],
    ],
  );
});

test("two people with one number changed at the same moment: no deadlock, and they agree", async () => {
  const business = await businessWithNumber(frontdesk);
  const phone = business.customer();
  const people = [await add(business, { phone }), await add(business, { phone })];
  for (const wish of [true, false, true]) {
    await Promise.all(people.map(({ id }) => patch(business, id, { sms_unsubscribed: wish })));
    for (const { id } of people) assert.equal((await read(business, id)).sms_unsubscribed, wish);
  }
});

test("somebody unsubscribed who is given another number is unsubscribed there as well; the old number stays so", async () => {
  const business = await businessWithNumber(frontdesk);
  const [old, fresh] = [business.customer(), business.customer()];
  const { id } = await add(business, { phone: old });
  await text(business, old, "STOP");
  await patch(business, id, { phone: fresh });
  assert.equal((await read(business, id)).sms_unsubscribed, true);
  await remove(business, id);
  assert.equal(await sends(business, fresh), "opted_out");
  assert.equal(await sends(business, old), "opted_out");
});

test("a contact that takes over a number that opted out is unsubscribed from then on", async () => {
  const business = await businessWithNumber(frontdesk);
  const phone = business.customer();
  await text(business, phone, "STOP");
  await remove(business, (await contactOf(business, phone)).id);
  const { id } = await add(business, { phone: business.customer() });
  assert.equal((await patch(business, id, { phone })).sms_unsubscribed, true);
});

test("an import neither lifts an opt-out nor does undoing it; one that brings opt-outs keeps them for the numbers", async () => {
  const business = await businessWithNumber(frontdesk);
  const [stopped, brought] = [business.customer(), business.customer()];
  await add(business, { phone: brought, email: "brought@example.com" });
  await text(business, stopped, "STOP");
  const sheet = `First name,Phone,Texts\nA,${stopped},no\nB,${brought},yes\n`;
  const one = await sent(business, sheet);
  const id = one.id as string;
  await mapped(business, id, {
    mapping: { Texts: "sms_unsubscribed" },
    options: { dedupe: "phone", on_duplicate: "update" },
  });
  const ran = await done(frontdesk, business, id, "run");
  assert.equal(ran.status, "completed", JSON.stringify(ran));
  assert.equal((await contactOf(business, stopped)).sms_unsubscribed, true);
  assert.equal(await sends(business, stopped), "opted_out");
  assert.equal(await sends(business, brought), "opted_out");
  await done(frontdesk, business, id, "undo");
  assert.equal(await sends(business, stopped), "opted_out");
  assert.equal(await sends(business, brought), "opted_out");
});

test("merging: the numbers of both stay opted out, and undoing brings nobody back who texted STOP meanwhile", async () => {
  const business = await businessWithNumber(frontdesk);
  const [kept, lost] = [business.customer(), business.customer()];
  const [survivor, duplicate] = [await add(business, { phone: kept }), await add(business, { phone: lost })];
  await text(business, kept, "STOP");
  const { id } = await merged(business, survivor, duplicate);
  assert.equal(await sends(business, kept), "opted_out");
  await text(business, lost, "STOP");
  assert.equal((await undo(business, id)).status, 200);
  assert.equal((await read(business, duplicate.id)).sms_unsubscribed, true);
  assert.equal(await sends(business, lost), "opted_out");
});

test("workspace.update_contact#8 a mail address is unsubscribed in whatever spelling, and outlives its contact", async () => {
  const business = await businessWithNumber(frontdesk);
  const one = await add(business, { email: "Kim@Example.com" });
  const shares = await add(business, { email: "kim@example.com" });
  await patch(business, one.id, { email_unsubscribed: true });
  assert.equal((await read(business, shares.id)).email_unsubscribed, true);
  assert.equal((await read(business, shares.id)).sms_unsubscribed, false);
  await remove(business, one.id);
  await remove(business, shares.id);
  const anew = await add(business, { email: "KIM@example.com" });
  assert.equal(anew.email_unsubscribed, true);
  const reach = { channel: "email", address: "KIM@EXAMPLE.com" } as const;
  assert.equal(await inside(frontdesk, business.id, (ctx) => isOptedOut(ctx, reach)), true);
  await patch(business, anew.id, { email_unsubscribed: false });
  assert.equal((await add(business, { email: "kim@example.com" })).email_unsubscribed, false);
});

test("no statement can say that a contact wants texts while its number is opted out", async () => {
  const business = await businessWithNumber(frontdesk);
  const phone = business.customer();
  const { id } = await add(business, { phone });
  await inside(frontdesk, business.id, async (ctx) => {
    const reach = [{ channel: "sms", address: phone }] as const;
    assert.equal(await optOut(ctx, reach, "keyword"), true);
    assert.equal(await optOut(ctx, reach, "voice"), false, "once is enough");
    await ctx.db.update("contacts").set({ sms_unsubscribed: false }).where("id", "=", id).execute();
    const row = await ctx.db.from("contacts").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    assert.equal(row.sms_unsubscribed, true);
    assert.deepEqual(row.sms_unsubscribed_at, ctx.now);
    assert.equal(await optIn(ctx, reach, "person"), true);
    assert.equal(await optIn(ctx, reach, "person"), false);
  });
  assert.equal((await read(business, id)).sms_unsubscribed, false);
});

test("a number two people share is opted out at most once, whoever comes first", async () => {
  const business = await businessWithNumber(frontdesk);
  const phone = business.customer();
  await add(business, { phone });
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, () =>
      inside(frontdesk, business.id, (ctx) => optOut(ctx, [{ channel: "sms", address: phone }], "carrier")),
    ),
  );
  assert.equal(outcomes.filter(Boolean).length, 1);
  const events = await frontdesk.app.database.read(business.id, (db) =>
    db.from("events").selectAll().where("type", "=", "contact.opted_out").execute(),
  );
  assert.equal(events.length, 1);
});

test("what contacts said before the table was there is taken over, for all who share the number", async () => {
  const { engine, drop } = await freshEngine();
  const all = await readMigrations(`${root}/migrations`);
  const at = all.findIndex(({ name }) => name.startsWith("0041_"));
  await migrate(engine, all.slice(0, at));
  const query = (statement: string) => engine.pool.query(statement);
  const workspace = "00000000-0000-7000-8000-000000000001";
  await query("set role frontdesk_system");
  await query(`insert into workspaces (id, name, slug, time_zone, country, created_at, updated_at)
    values ('${workspace}', 'Old', 'old', 'Europe/London', 'GB', now(), now())`);
  const person = (n: number, values: string) =>
    query(`insert into contacts (workspace_id, id, public_id, first_name, phone, landline, email, sms_unsubscribed,
        sms_unsubscribed_at, email_unsubscribed, created_at, updated_at)
      values ('${workspace}', '00000000-0000-7000-8000-00000000010${n}', 'C-${n}', 'N', ${values}, now(), now())`);
  await person(1, "'+447700900001', '+442079460001', 'A@x.example', true, '2026-01-02T00:00:00Z', true");
  await person(2, "'+447700900001', null, 'a@X.example', false, null, false");
  await person(3, "'+447700900003', null, 'c@x.example', false, null, false");
  await person(4, "null, null, null, true, null, true");
  await query("reset role");
  await migrate(engine, all.slice(at));
  await query("set role frontdesk_system");
  const rows = (await query("select channel, address, how from opt_outs order by channel, address")).rows;
  assert.deepEqual(rows, [
    { channel: "email", address: "a@x.example", how: "record" },
    { channel: "sms", address: "+442079460001", how: "record" },
    { channel: "sms", address: "+447700900001", how: "record" },
  ]);
  const flags = await query("select sms_unsubscribed s, email_unsubscribed e from contacts order by id");
  assert.deepEqual(
    flags.rows.map(({ s, e }) => [s, e]),
    [
      [true, true],
      [true, true],
      [false, false],
      [true, true],
    ],
  );
  await engine.close();
  await drop();
});

test("a contact is reached at each of its numbers once, and at its address in one spelling", () => {
  const contact = { phone: "+1", landline: "+2", email: "Kim@Example.com" };
  const sms = (address: string) => ({ channel: "sms", address });
  assert.deepEqual(reachesOf(contact, "sms"), [sms("+1"), sms("+2")]);
  assert.deepEqual(reachesOf({ phone: "+1", landline: "+1" }, "sms"), [sms("+1")]);
  assert.deepEqual(reachesOf({ phone: null, landline: "+2" }, "sms"), [sms("+2")]);
  assert.deepEqual(reachesOf(contact, "email"), [{ channel: "email", address: "kim@example.com" }]);
  for (const channel of ["sms", "email"] as const) assert.deepEqual(reachesOf({}, channel), []);
  assert.deepEqual(reachesOf({ email: null }, "email"), []);
});

test("everybody it concerns is told of it once, by the channel it is about, and those whom the caller records are not", async () => {
  const business = await businessWithNumber(frontdesk);
  const [phone, other] = [business.customer(), business.customer()];
  const address = "everybody@example.com";
  const [one, two, three] = [
    await add(business, { phone, email: address }),
    await add(business, { landline: phone }),
    await add(business, { phone: other }),
  ];
  const told = async () => {
    const rows = await frontdesk.app.database.read(business.id, (db) =>
      db.from("events").selectAll().where("type", "like", "contact.opted_%").orderBy("position").execute(),
    );
    return rows.map(({ type, record_id, payload }) => [type, record_id, payload["channel"], payload["by"]]);
  };
  const ids = (contacts: { id: string }[]) => contacts.map(({ id }) => id);
  await inside(frontdesk, business.id, async (ctx) => {
    const [sms, email] = [
      { channel: "sms", address: phone },
      { channel: "email", address },
    ] as const;
    assert.deepEqual(ids(await lockContactsAt(ctx, [sms])), ids([one, two]));
    assert.deepEqual(ids(await lockContactsAt(ctx, [email])), ids([one]));
    assert.deepEqual(ids(await lockContactsAt(ctx, [sms, email])), ids([one, two]));
    assert.deepEqual(await lockContactsAt(ctx, []), []);
    assert.equal(await optOut(ctx, [], "person"), false);
    assert.equal(await optIn(ctx, [sms], "person"), false, "nobody was opted out");
    assert.equal(await optOut(ctx, [sms], "person", { except: [two.id] }), true);
    assert.equal(await optOut(ctx, [sms, email], "voice"), true, "one of them is new");
    assert.equal(await optIn(ctx, [sms], "keyword"), true);
  });
  assert.deepEqual(await told(), [
    ["contact.opted_out", one.id, "sms", "person"],
    ["contact.opted_out", one.id, "email", "voice"],
    ["contact.opted_in", one.id, "sms", "keyword"],
    ["contact.opted_in", two.id, "sms", "keyword"],
  ]);
  assert.equal((await read(business, three.id)).sms_unsubscribed, false);
});

test("the guards go by the number, and by the contact as well; an opt-out of another channel is none", async () => {
  const business = await businessWithNumber(frontdesk);
  const number = business.customer();
  await inside(frontdesk, business.id, async (ctx) => {
    assert.equal(await wantsNoTexts(ctx, number, undefined), false);
    assert.equal(await wantsNoTexts(ctx, number, { sms_unsubscribed: true }), true);
    await optOut(ctx, [{ channel: "email", address: number }], "person");
    assert.equal(await wantsNoTexts(ctx, number, { sms_unsubscribed: false }), false);
    await optOut(ctx, [{ channel: "sms", address: number }], "person");
    assert.equal(await wantsNoTexts(ctx, number, { sms_unsubscribed: false }), true);
    assert.equal(await wantsNoTexts(ctx, business.customer(), undefined), false);
    await optIn(ctx, [{ channel: "sms", address: number }], "person");
    assert.equal(await isOptedOut(ctx, { channel: "sms", address: number }), false);
    assert.equal(await isOptedOut(ctx, { channel: "email", address: number }), true);
  });
});
