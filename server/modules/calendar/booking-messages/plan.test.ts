import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings } from "../../workspace/settings/settings.ts";
import type { Appointment } from "./appointment.ts";
import type { BookingMessage } from "./booking-message.ts";
import { composeMessage } from "./compose-message.ts";
import { planCancellation, planConfirmation, planNotices, planReminder, planReminders } from "./plan.ts";
import { whyNoMessages } from "./send-confirmation.ts";
import { fill, placeholdersOf, spokenDuration } from "./templates.ts";

const now = new Date("2026-03-02T09:00:00Z");
const startsAt = new Date("2026-03-04T10:00:00Z");
const later = (minutes: number, from = startsAt) => new Date(from.getTime() + minutes * 60_000);

const none = { pre_meeting: [], meeting_start: [], late: [], no_show: [], rebooking: [] };
const bea = { id: "m1", name: "Bea", phone: "+447700900001", email: "bea@shop.example" };

function visit(more: Partial<Appointment> = {}): Appointment {
  return {
    bookingId: "b1",
    contactId: "c1",
    status: "confirmed",
    byStranger: false,
    active: true,
    startsAt,
    endsAt: later(60),
    timeZone: "Europe/London",
    businessZone: "Europe/London",
    serviceName: "Leak repair",
    serviceSlug: "leak-repair",
    notifications: none,
    invitationSequence: 3,
    managementUrl: "https://shop.example/manage/b1",
    meetLink: undefined,
    customer: { name: "Ada Price", phone: "+447700900009", email: "ada@example.test" },
    attendees: [],
    team: [bea],
    business: {
      name: "Ready Plumbing",
      slug: "ready",
      email: "desk@shop.example",
      bookingPage: "https://shop.example/book/ready",
      timeZone: "Europe/London",
      settings: defaultSettings,
    },
    ...more,
  };
}

type Settings = Appointment["business"]["settings"];
const withSettings = (more: Partial<Settings>, visiting = visit()): Appointment => ({
  ...visiting,
  business: { ...visiting.business, settings: { ...defaultSettings, ...more } },
});
const confirming = (enabled: boolean, ...channels: ("sms" | "email")[]) =>
  withSettings({
    booking_messages: { ...defaultSettings.booking_messages, confirmation: { enabled, channels } },
  });

test("a confirmation goes to the customer by each channel that is on and that reaches them, the mail with its invitation", () => {
  const sms = { kind: "confirmation", dueAt: now, channel: "sms", audience: "customer" };
  const email = { ...sms, channel: "email", invitationSequence: 3 };
  assert.deepEqual(planConfirmation(visit(), now), [sms, email]);
  assert.deepEqual(planConfirmation(visit(), now, later(5)), [
    { ...sms, movedFrom: later(5) },
    { ...email, movedFrom: later(5) },
  ]);
  assert.deepEqual(planConfirmation(confirming(false, "sms"), now), []);
  assert.deepEqual(planConfirmation(confirming(true, "email"), now), [email]);
  const { customer } = visit();
  assert.deepEqual(planConfirmation(visit({ customer: { ...customer, phone: undefined } }), now), [email]);
  assert.deepEqual(planConfirmation(visit({ customer: { ...customer, email: undefined } }), now), [sms]);
});

test("a cancellation is told once: by text, else by mail, else not", () => {
  const { customer } = visit();
  const sms = { kind: "cancellation", dueAt: now, channel: "sms", audience: "customer" };
  assert.deepEqual(planCancellation(visit(), now), [sms]);
  assert.deepEqual(planCancellation(visit({ customer: { ...customer, phone: undefined } }), now), [
    { ...sms, channel: "email", invitationSequence: 3 },
  ]);
  const nobody = { ...customer, phone: undefined, email: undefined };
  assert.deepEqual(planCancellation(visit({ customer: nobody }), now), []);
});

test("a reminder is due so long before the start; one whose time is now or over is skipped", () => {
  const due = (offsetMinutes: number) => {
    const [message] = planReminder(visit(), { offsetMinutes, channels: ["sms"] }, now);
    return [message?.dueAt.toISOString().slice(0, 16), message?.skipReason !== undefined];
  };
  assert.deepEqual(due(0), ["2026-03-04T10:00", false]);
  assert.deepEqual(due(120), ["2026-03-04T08:00", false]);
  assert.deepEqual(due(49 * 60 - 1), ["2026-03-02T09:01", false]);
  assert.deepEqual(due(49 * 60), ["2026-03-02T09:00", true]);
  assert.deepEqual(due(49 * 60 + 1), ["2026-03-02T08:59", true]);
});

test("quiet hours put off the texts to people only, and what they leave no time for is skipped", () => {
  const quiet_hours = { enabled: true, start: "21:00", end: "09:00" };
  const planned = (recipients: "all" | "booker", offset_minutes: number, from = now) =>
    planReminder(
      withSettings({ quiet_hours }),
      {
        offsetMinutes: offset_minutes,
        channels: ["sms", "email"],
        notification: { channels: ["sms", "email"], recipients },
      },
      from,
    ).map(
      ({ audience, channel, dueAt, skipReason }) =>
        `${audience} ${channel} ${dueAt.toISOString().slice(8, 16)}${skipReason ? " skipped" : ""}`,
    );
  assert.deepEqual(planned("all", 120), [
    "customer sms 04T09:00",
    "customer email 04T08:00",
    "team sms 04T08:00",
    "team email 04T08:00",
  ]);
  // At three in the night for a quarter past nine: half an hour before the evening's quiet begins, when that is still to come.
  const early = { startsAt: new Date("2026-03-04T09:15:00Z"), endsAt: new Date("2026-03-04T10:15:00Z") };
  const dueFrom = (from: string) =>
    planReminder(
      withSettings({ quiet_hours }, visit(early)),
      { offsetMinutes: 60, channels: ["sms"] },
      new Date(from),
    ).map(({ dueAt, skipReason }) => `${dueAt.toISOString().slice(8, 16)}${skipReason ? " skipped" : ""}`);
  assert.deepEqual(dueFrom("2026-03-03T20:29:00Z"), ["03T20:30"]);
  assert.deepEqual(dueFrom("2026-03-03T20:30:00Z"), ["04T08:15 skipped"]);
});

test("a service's own reminders take the place of the workspace's, and those at the start come on top, each with its place", () => {
  const brief = (appointment: Appointment) =>
    planReminders(appointment, now).map(
      ({ offsetMinutes, channel, position, label }) =>
        `${offsetMinutes} ${channel} ${position} ${label ?? "-"}`,
    );
  assert.deepEqual(brief(visit()), ["1440 sms 0 -", "1440 email 0 -", "120 sms 0 -"]);
  const to = { channels: ["sms" as const], recipients: "booker" as const };
  const atStart = [{ ...to, label: "begins" }];
  assert.deepEqual(brief(visit({ notifications: { ...none, meeting_start: atStart } })), [
    "1440 sms 0 -",
    "1440 email 0 -",
    "120 sms 0 -",
    "0 sms 0 begins",
  ]);
  const before = [{ ...to, offset_minutes: 60, label: "a" }, { ...to, offset_minutes: 60, label: "b" }, to];
  assert.deepEqual(
    brief(visit({ notifications: { ...none, pre_meeting: before, meeting_start: atStart } })),
    ["60 sms 0 a", "60 sms 1 b", "0 sms 0 -", "0 sms 1 begins"],
  );
});

test("each is told who should be: the booker, who comes along, the team; nobody twice, and where they can be reached", () => {
  const attendees = [
    { email: "ADA@example.test", name: "Ada" },
    { email: "bob@example.test", name: "Bob", phone: "+447700900002" },
    { email: "BOB@example.test", name: "Robert" },
    { email: "cy@example.test" },
  ];
  const told = (recipients: "booker" | "booker_and_attendees" | "team" | "all", channel: "sms" | "email") =>
    planReminder(
      visit({ attendees }),
      { offsetMinutes: 60, channels: [channel], notification: { channels: [channel], recipients } },
      now,
    ).map(
      ({ audience, recipient, recipientName, memberId }) =>
        `${audience} ${recipient ?? "-"} ${recipientName ?? "-"} ${memberId ?? "-"}`,
    );
  const customer = "customer - - -";
  const companions = ["attendee bob@example.test Bob -", "attendee cy@example.test - -"];
  const team = "team bea@shop.example Bea m1";
  assert.deepEqual(told("booker", "email"), [customer]);
  assert.deepEqual(told("booker_and_attendees", "email"), [customer, ...companions]);
  assert.deepEqual(told("team", "email"), [team]);
  assert.deepEqual(told("all", "email"), [customer, ...companions, team]);
  assert.deepEqual(told("all", "sms"), [
    customer,
    "attendee +447700900002 Bob -",
    "team +447700900001 Bea m1",
  ]);
});

test("a notification's own words go with the channel they are for", () => {
  const notification = {
    channels: ["sms" as const, "email" as const],
    recipients: "booker" as const,
    label: "own",
    sms_body: "short",
    email_body: "long",
    email_subject: "about",
  };
  const wish = { offsetMinutes: 60, channels: notification.channels, notification };
  const [sms, email] = planReminder(visit(), wish, now);
  assert.deepEqual([sms?.label, sms?.bodyTemplate, sms?.subjectTemplate], ["own", "short", undefined]);
  assert.deepEqual([email?.label, email?.bodyTemplate, email?.subjectTemplate], ["own", "long", "about"]);
  const plain = planReminder(visit(), { offsetMinutes: 60, channels: ["email"] }, now)[0]!;
  assert.deepEqual(
    ["label", "bodyTemplate", "subjectTemplate"].filter((field) => field in plain),
    [],
  );
});

test("notices of late and missed visits leave at once, but never before the start; rebooking waits so long", () => {
  const one = [{ channels: ["sms" as const], recipients: "booker" as const, offset_minutes: 30 }];
  const marked = visit({ notifications: { ...none, late: one, no_show: one, rebooking: one } });
  const due = (kind: "late" | "no_show" | "rebooking", at: Date) => {
    const [message] = planNotices(marked, kind, at);
    return [message?.dueAt.toISOString().slice(11, 16), message?.offsetMinutes];
  };
  assert.deepEqual(due("late", now), ["10:00", undefined]);
  assert.deepEqual(due("late", later(5)), ["10:05", undefined]);
  assert.deepEqual(due("no_show", later(5)), ["10:05", undefined]);
  assert.deepEqual(due("rebooking", now), ["10:30", 30]);
  assert.deepEqual(due("rebooking", later(5)), ["10:35", 30]);
  const two = planNotices(visit({ notifications: { ...none, late: [...one, ...one] } }), "late", now);
  assert.deepEqual(
    two.map(({ position }) => position),
    [0, 1],
  );
});

test("a length of time in words", () => {
  for (const [minutes, words] of [
    [0, "0 minutes"],
    [1, "1 minute"],
    [45, "45 minutes"],
    [60, "1 hour"],
    [61, "1 hour 1 minute"],
    [90, "1 hour 30 minutes"],
    [120, "2 hours"],
    [150, "2 hours 30 minutes"],
  ] as const) {
    assert.equal(spokenDuration(minutes), words);
  }
});

test("a template is filled with what is known; a name nobody knows stays, and so does no space before the end of a line", () => {
  assert.equal(
    fill("Hi {name},\n{link}  \n{nmae} {name}\t\nBye ", { name: "Ada", link: "" }),
    "Hi Ada,\n\n{nmae} Ada\nBye",
  );
});

test("what the templates may name, for whoever reads", () => {
  const sydney = visit({ timeZone: "Australia/Sydney", meetLink: "https://meet.example/x" });
  const told = placeholdersOf(sydney, { channel: "sms", audience: "customer", movedFrom: later(-60) });
  assert.deepEqual(told, {
    business: "Ready Plumbing",
    service: "Leak repair",
    event_type: "Leak repair",
    date: "Wed 4 Mar",
    time: "9:00 PM (Sydney time; Wed 4 Mar 10:00 AM London time)",
    old_date: "Wed 4 Mar",
    old_time: "8:00 PM",
    duration: "1 hour",
    booker_name: "Ada Price",
    customer_name: "Ada Price",
    meet_link: "https://meet.example/x",
    management_url: "https://shop.example/manage/b1",
    rebook_link: "https://shop.example/book/ready/leak-repair",
  });
  const team = placeholdersOf(sydney, { channel: "sms", audience: "team" });
  assert.deepEqual([team["time"], team["old_date"], team["old_time"]], ["10:00 AM", "", ""]);
  const mail = placeholdersOf(visit(), { channel: "email", audience: "customer" });
  assert.deepEqual([mail["time"], mail["meet_link"]], ["10:00 AM (London time)", ""]);
  const guest = placeholdersOf(visit({ serviceSlug: undefined }), {
    channel: "email",
    audience: "attendee",
    readerName: "Bob",
  });
  const page = "https://shop.example/book/ready";
  assert.deepEqual(
    [guest["booker_name"], guest["customer_name"], guest["management_url"], guest["rebook_link"]],
    ["Bob", "Ada Price", page, page],
  );
  const lost = placeholdersOf(visit({ managementUrl: undefined }), { channel: "sms", audience: "customer" });
  assert.equal(lost["management_url"], page);
  const spam = { name: "Click https://evil.example now", phone: undefined, email: "ada@example.test" };
  const stranger = placeholdersOf(visit({ byStranger: true, customer: spam }), {
    channel: "email",
    audience: "customer",
  });
  assert.equal(stranger["booker_name"], "there");
});

function message(more: Partial<BookingMessage>): BookingMessage {
  return {
    id: "x1",
    workspace_id: "w1",
    kind: "confirmation",
    channel: "email",
    audience: "customer",
    recipient: null,
    recipient_name: null,
    moved_from: null,
    subject_template: null,
    body_template: null,
    ...more,
  } as BookingMessage;
}

const email = (more: Partial<BookingMessage>, about = visit()) => {
  const composed = composeMessage(about, message(more));
  assert.equal(composed?.channel, "email");
  return composed.email;
};
const sms = (more: Partial<BookingMessage>, about = visit()) => {
  const composed = composeMessage(about, message({ channel: "sms", ...more }));
  assert.equal(composed?.channel, "sms");
  return composed;
};

test("each kind has its own words, by mail and by text, for people and for the team", () => {
  const kinds = ["confirmation", "reminder", "cancellation", "late", "no_show", "rebooking"] as const;
  const subjects = kinds.map((kind) => email({ kind }).subject.split(" ")[0]);
  assert.deepEqual(subjects, ["Booked:", "Reminder:", "Cancelled:", "Your", "We", "Shall"]);
  const texts = kinds.map((kind) => sms({ kind }).body);
  assert.equal(new Set(texts).size, kinds.length);
  for (const kind of ["confirmation", "reminder", "late", "no_show", "rebooking"] as const) {
    assert.match(email({ kind }).text, /^Hi Ada Price,\n\n/, kind);
    assert.doesNotMatch(sms({ kind }).body, /\n|\{/, kind);
  }
  for (const kind of ["late", "no_show", "rebooking"] as const) {
    const member = { audience: "team", recipient: "bea@shop.example" } as const;
    assert.match(email({ kind, ...member }).text, /^Ada Price /, kind);
    assert.match(email({ kind, ...member }).subject, /: Ada Price, Leak repair/, kind);
    assert.match(sms({ kind, ...member, recipient: "+447700900001" }).body, /^Ada Price /, kind);
  }
});

test("a mail comes from the business, is answered to it, and goes to whom it is for", () => {
  const sent = email({});
  assert.deepEqual(
    [sent.key, sent.workspaceId, sent.to, sent.fromName, sent.replyTo],
    ["x1", "w1", "ada@example.test", "Ready Plumbing", "desk@shop.example"],
  );
  const { business } = visit();
  assert.equal("replyTo" in email({}, visit({ business: { ...business, email: undefined } })), false);
  assert.equal(sms({}).to, "+447700900009");
  assert.equal(sms({ recipient: "+447700900003" }).to, "+447700900003");
  const guest = { audience: "attendee", kind: "reminder", recipient: "bob@example.test" } as const;
  assert.match(email({ ...guest, recipient_name: "Bob" }).text, /^Hi Bob,/);
  assert.match(email(guest).text, /^Hi there,/);
  assert.equal(
    email({ subject_template: "About\n  {service}", body_template: "x" }).subject,
    "About Leak repair",
  );
});

test("nothing to say or nobody to say it to is no message", () => {
  assert.equal(composeMessage(visit(), message({ body_template: "  " })), undefined);
  assert.equal(composeMessage(visit(), message({ audience: "team" })), undefined);
  assert.equal(composeMessage(visit(), message({ audience: "attendee" })), undefined);
  const { customer } = visit();
  const unreachable = visit({ customer: { ...customer, phone: undefined } });
  assert.equal(composeMessage(unreachable, message({ channel: "sms" })), undefined);
});

test("of a move the usual words say from when to when, and own words of the business are kept behind it", () => {
  const moved = { moved_from: later(-24 * 60) };
  assert.match(email(moved).subject, /^Moved: Leak repair is on Wed 4 Mar/);
  assert.match(
    email(moved).text,
    /^Hi Ada Price,\n\nYour Leak repair was moved from Tue 3 Mar at 10:00 AM to Wed 4 Mar/,
  );
  assert.match(sms(moved).body, /^Ready Plumbing: your Leak repair was moved from Tue 3 Mar/);
  const templates = {
    ...defaultSettings.booking_messages.templates,
    confirmation_sms: "See you, {booker_name}",
    confirmation_email: "Dear {booker_name}",
  };
  const own = withSettings({ booking_messages: { ...defaultSettings.booking_messages, templates } });
  assert.equal(sms(moved, own).body, "Moved from Tue 3 Mar at 10:00 AM. See you, Ada Price");
  assert.equal(email(moved, own).text, "Moved from Tue 3 Mar at 10:00 AM.\n\nDear Ada Price");
  // Only a confirmation says so.
  assert.match(email({ ...moved, kind: "reminder" }).subject, /^Reminder:/);
});

test("nothing is sent where messaging is off, of a booking that is not on, or once it has begun", () => {
  const state = (more: Partial<Appointment>, at = now) => whyNoMessages(visit(more), at);
  assert.equal(state({}), null);
  assert.equal(
    whyNoMessages(withSettings({ messaging: { enabled: false, countries: [] } }), now),
    "outbound messaging is off",
  );
  assert.equal(state({ active: false, status: "no_show" }), "the booking is no_show");
  assert.equal(state({}, later(-1)), null);
  assert.equal(state({}, startsAt), "the appointment has begun");
});
