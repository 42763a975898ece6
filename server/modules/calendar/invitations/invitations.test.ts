import assert from "node:assert/strict";
import { test } from "node:test";
import { listOutbox } from "../../../local-outbox.ts";
import { startHarness } from "../../../testing/harness.ts";
import type { Json } from "../../../testing/harness.ts";
import { storeSettings } from "../../workspace/settings/settings.ts";
import { findBooking, updateBooking } from "../bookings/bookings.store.ts";
import { reschedule } from "../bookings/reschedule.ts";
import { bookings, openCalendar } from "../test-calendar.ts";
import { enqueueChangedInvitations } from "./enqueue-invitations.ts";

const frontdesk = await startHarness();

/** The mails to a workspace's people that carry a calendar file, oldest first. */
async function invitations(bookingId: string) {
  const entries = await listOutbox(frontdesk.app);
  return entries.flatMap(({ to, subject = "", body, attachments = [] }) => {
    const [attachment] = attachments;
    if (!attachment) return [];
    const file = new TextDecoder().decode(attachment.content).replaceAll("\r\n ", "");
    return file.includes(bookingId) ? [{ to, subject, text: body, file, type: attachment.contentType }] : [];
  });
}

function line(file: string, name: string): string | undefined {
  return file
    .split("\r\n")
    .find((one) => one.startsWith(`${name}:`))
    ?.slice(name.length + 1);
}

test("workspace.create_scheduling_booking#10 workspace.get_scheduling_booking#3 everybody gets the invitation; only the booker's has the management link", async () => {
  const calendar = await openCalendar(frontdesk, { name: "Leak, repair; fast" });
  const attendees = [
    { email: "ann@example.com", name: 'Ann "A" Other' },
    { email: "bob@example.com" },
    { email: "JOHN@example.com" },
  ];
  const answer = await calendar.book({ attendees });
  assert.equal(answer.status, 201, answer.text);
  const { id } = answer.body.data.booking;
  await frontdesk.settle();
  const sent = await invitations(id);
  assert.deepEqual(sent.map((mail) => mail.to).toSorted(), [
    "ann@example.com",
    "bob@example.com",
    "john@example.com",
  ]);
  const { data } = (await calendar.workspace.call("GET", `${bookings}/${id}`)).body;
  const link = `http://frontdesk.test/book/${calendar.workspace.slug}/manage/${data.management_token}`;
  for (const mail of sent) {
    assert.equal(line(mail.file, "METHOD"), "REQUEST");
    assert.equal(line(mail.file, "UID"), `${id}@frontdesk`);
    assert.equal(line(mail.file, "SEQUENCE"), "0");
    assert.equal(line(mail.file, "DTSTART"), "20260303T100000Z");
    assert.equal(line(mail.file, "DTEND"), "20260303T110000Z");
    assert.match(line(mail.file, "SUMMARY") ?? "", /^Leak\\, repair\\; fast - /);
    assert.match(mail.type, /method=REQUEST/);
    assert.equal(mail.file.includes(link), mail.to === "john@example.com");
    assert.equal(mail.text.includes(link), mail.to === "john@example.com");
  }
});

test("workspace.cancel_scheduling_booking#0 moving and cancelling tell everybody, with the same UID and a growing SEQUENCE", async () => {
  const calendar = await openCalendar(frontdesk);
  const attendees = [{ email: "ann@example.com" }];
  const { id } = (await calendar.book({ attendees })).body.data.booking;
  await frontdesk.settle();
  await calendar.inside((ctx) => reschedule(ctx, id, { startsAt: new Date("2026-03-03T14:00:00Z") }));
  await frontdesk.settle();
  await calendar.workspace.call("POST", `${bookings}/${id}/cancel`, {});
  await frontdesk.settle();
  await calendar.workspace.call("POST", `${bookings}/${id}/cancel`, {});
  await frontdesk.settle();
  const sent = (await invitations(id)).toSorted(
    (a, b) => Number(line(a.file, "SEQUENCE")) - Number(line(b.file, "SEQUENCE")),
  );
  for (const to of ["ann@example.com", "john@example.com"]) {
    assert.deepEqual(
      sent
        .filter((mail) => mail.to === to)
        .map((mail) =>
          ["METHOD", "UID", "SEQUENCE", "DTSTART", "STATUS"].map((name) => line(mail.file, name)),
        ),
      [
        ["REQUEST", `${id}@frontdesk`, "0", "20260303T100000Z", "CONFIRMED"],
        ["REQUEST", `${id}@frontdesk`, "1", "20260303T140000Z", "CONFIRMED"],
        ["CANCEL", `${id}@frontdesk`, "2", "20260303T140000Z", "CANCELLED"],
      ],
    );
  }
});

test("nothing is mailed while the workspace's messaging is off", async () => {
  const calendar = await openCalendar(frontdesk);
  await calendar.inside((ctx) => storeSettings(ctx, { messaging: { enabled: false } }));
  const { id } = (await calendar.book()).body.data.booking;
  await frontdesk.settle();
  assert.deepEqual(await invitations(id), []);
});

test("a booker with an address gets one mail: the confirmation, with the invitation; the record says so", async () => {
  const calendar = await openCalendar(frontdesk);
  const email = "one-mail@example.com";
  const { id } = (await calendar.book({ email })).body.data.booking;
  await frontdesk.settle();
  const mails = async () =>
    (await listOutbox(frontdesk.app)).filter((entry) => entry.channel === "email" && entry.to === email);
  assert.deepEqual(
    (await mails()).map((mail) => [mail.subject, mail.attachments?.map((file) => file.contentType)]),
    [
      [
        "Booked: Leak repair on Tue 3 Mar at 10:00 AM (London time)",
        ["text/calendar; charset=utf-8; method=REQUEST"],
      ],
    ],
  );
  const messages = await calendar.workspace.call("GET", `${bookings}/${id}/messages`);
  const carriers = messages.body.data.filter((message: Json) => message.invitation_sequence !== null);
  assert.deepEqual(
    carriers.map((message: Json) => [
      message.kind,
      message.channel,
      message.status,
      message.invitation_sequence,
    ]),
    [["confirmation", "email", "sent", 0]],
  );
  await calendar.inside((ctx) => reschedule(ctx, id, { startsAt: new Date("2026-03-03T14:00:00Z") }));
  await frontdesk.settle();
  assert.equal((await mails()).length, 2);
});

test("without a confirmation by mail the invitation goes by itself, and a cancellation by text has its file mailed", async () => {
  const calendar = await openCalendar(frontdesk);
  await calendar.inside((ctx) =>
    storeSettings(ctx, { booking_messages: { confirmation: { channels: ["sms"] }, reminders: [] } }),
  );
  const { id } = (await calendar.book({ email: "texted@example.com" })).body.data.booking;
  await frontdesk.settle();
  await calendar.workspace.call("POST", `${bookings}/${id}/cancel`, {});
  await frontdesk.settle();
  assert.deepEqual(
    (await invitations(id)).map((mail) => [mail.subject.split(":")[0], line(mail.file, "METHOD")]),
    [
      ["Invitation", "REQUEST"],
      ["Cancelled", "CANCEL"],
    ],
  );
});

test("a cancellation by mail brings the end of the invitation along", async () => {
  const calendar = await openCalendar(frontdesk);
  const email = "cancelled@example.com";
  const { id } = (await calendar.book({ email, phone: undefined })).body.data.booking;
  await frontdesk.settle();
  await calendar.workspace.call("POST", `${bookings}/${id}/cancel`, {});
  await frontdesk.settle();
  assert.deepEqual(
    (await invitations(id)).map((mail) => [mail.to, mail.subject, line(mail.file, "METHOD")]),
    [
      [email, "Booked: Leak repair on Tue 3 Mar at 10:00 AM (London time)", "REQUEST"],
      [email, "Cancelled: Leak repair on Tue 3 Mar at 10:00 AM (London time)", "CANCEL"],
    ],
  );
});

test("who is not invited any more gets it off their calendar; the others get the change", async () => {
  const calendar = await openCalendar(frontdesk);
  const attendees = [{ email: "ann@example.com" }, { email: "bob@example.com" }];
  const { id } = (await calendar.book({ email: "host@example.com", attendees })).body.data.booking;
  await frontdesk.settle();
  const before = (await invitations(id)).length;
  await calendar.inside(async (ctx) => {
    const booking = await findBooking(ctx, id);
    assert.ok(booking);
    const values = { attendees: JSON.stringify([{ email: "ann@example.com" }]), sequence: 1 };
    enqueueChangedInvitations(ctx, booking, await updateBooking(ctx, id, values));
  });
  await frontdesk.settle();
  const changed = (await invitations(id)).slice(before);
  assert.deepEqual(
    changed
      .map(({ to, file, text }) => [
        to,
        line(file, "METHOD"),
        line(file, "SEQUENCE"),
        line(file, "STATUS"),
        text.includes("not invited"),
      ])
      .toSorted(),
    [
      ["ann@example.com", "REQUEST", "1", "CONFIRMED", false],
      ["bob@example.com", "CANCEL", "1", undefined, true],
      ["host@example.com", "REQUEST", "1", "CONFIRMED", false],
    ],
  );
  const [uninvited] = changed.filter((mail) => mail.to === "bob@example.com");
  assert.match(uninvited?.file ?? "", /ATTENDEE;[^\r]*:mailto:bob@example\.com/);
  assert.ok(!uninvited?.file.includes("ann@example.com"));
});

test("cancelling what is over tells nobody; while it goes on everybody", async () => {
  const calendar = await openCalendar(frontdesk);
  const cancelled = async (id: string) => {
    const answer = await calendar.workspace.call("POST", `${bookings}/${id}/cancel`);
    assert.equal(answer.body.data.status, "cancelled", answer.text);
    await frontdesk.settle();
  };
  const now = frontdesk.app.clock.now();
  const date = new Date(now.getTime() + 24 * 3600_000 * (now.getUTCDay() === 5 ? 3 : 1))
    .toISOString()
    .slice(0, 10);
  const attendees = [{ email: `over-${calendar.workspace.slug}@example.com` }];
  const ids = [];
  for (const time of ["10:00", "12:00"]) {
    ids.push((await calendar.book({ date, time, attendees })).body.data.booking.id as string);
  }
  const until = (time: string) =>
    frontdesk.advance((Date.parse(`${date}T${time}:00Z`) - frontdesk.app.clock.now().getTime()) / 1000);
  // It ends at eleven, and is over from then on.
  await until("11:00");
  const mails = async () => (await listOutbox(frontdesk.app)).length;
  const before = await mails();
  await cancelled(ids[0] ?? "");
  assert.equal(await mails(), before);
  await until("12:30");
  await cancelled(ids[1] ?? "");
  assert.ok((await mails()) > before);
});
