import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../../kernel/app.ts";
import type { WorkspaceRow } from "../../workspace/settings/settings.ts";
import type { Booking } from "../bookings/booking.ts";
import { invitationLines, invitationPart, invitationUid, isInvited } from "./invitation.ts";
import type { InvitationSubject } from "./invitation.ts";

const app = {
  baseUrl: "http://shop.test",
  ports: { email: { from: "noreply@desk.test" } },
} as unknown as App;
const workspace = { id: "w1", slug: "acme", name: "Acme", stored: {} } as unknown as WorkspaceRow;
const booking = {
  id: "b1",
  invitation_id: null,
  status: "confirmed",
  source: "workspace",
  title: "Leak repair",
  sequence: 1,
  timezone: "Europe/London",
  starts_at: new Date("2026-03-03T10:00:00Z"),
  ends_at: new Date("2026-03-03T11:00:00Z"),
  updated_at: new Date("2026-03-02T09:00:00Z"),
  booker_name: "Ann Lee",
  booker_email: "ann@example.com",
  google_meet_link: null,
  management_token: "t1",
  management_token_expires_at: new Date("2026-03-04T11:00:00Z"),
  address: null,
  postal_code: null,
  attendees: [{ email: "ANN@example.com" }, { email: "tim@example.com", name: "Tim" }],
} as unknown as Booking;

const subject = (more: Partial<InvitationSubject> = {}, about: Partial<Booking> = {}): InvitationSubject => ({
  app,
  workspace,
  booking: { ...booking, ...about },
  method: "REQUEST",
  isBooker: true,
  ...more,
});
const lines = (...given: Parameters<typeof subject>) => invitationLines(subject(...given));
const file = (...given: Parameters<typeof subject>) => {
  const part = invitationPart(subject(...given));
  return { ...part, lines: part.content.replaceAll("\r\n ", "").split("\r\n") };
};

test("what an invitation says: when, where, the call, and the booker's own link to nobody else", () => {
  const when = "Leak repair: Tuesday, March 3, 2026 at 10:00 AM (Europe/London).";
  const link = "To see or cancel it: http://shop.test/book/acme/manage/t1";
  assert.deepEqual(lines(), [when, link, "Acme"]);
  assert.deepEqual(lines({ isBooker: false }), [when, "Acme"]);
  const where = { address: "1 High St", postal_code: "N1", google_meet_link: "https://meet.example/x" };
  assert.deepEqual(lines({}, where), [
    when,
    "Where: 1 High St, N1",
    "Join: https://meet.example/x",
    link,
    "Acme",
  ]);
  const off = lines({ method: "CANCEL" }, where);
  assert.deepEqual([off.length, /is cancelled\.$/.test(off[0] ?? "")], [2, true]);
  const without = lines({ method: "CANCEL", uninvited: "tim@example.com" });
  assert.match(without.join("|"), /^You are not invited to Leak repair on .* any more\.\|Acme$/);
});

test("what a stranger typed for a place is passed on to others only when it is nothing but a place", () => {
  const evil = { address: "www.evil.example/win" };
  const shown = (isBooker: boolean, about: Partial<Booking>) =>
    lines({ isBooker }, about).some((line) => line.startsWith("Where:"));
  assert.equal(shown(true, { ...evil, source: "page" }), true);
  assert.equal(shown(false, { ...evil, source: "page" }), false);
  assert.equal(shown(false, { ...evil, source: "workspace" }), true);
  assert.equal(shown(false, { address: "1 High St", source: "page" }), true);
  assert.equal(file({ isBooker: false }, { ...evil, source: "page" }).content.includes("evil"), false);
});

test("the file of an invitation: everybody once, the booker has accepted, and answers go to the business", () => {
  const sent = file();
  assert.deepEqual([sent.method, sent.filename], ["REQUEST", "invite.ics"]);
  const people = sent.lines.filter((line) => line.startsWith("ATTENDEE"));
  assert.equal(people.length, 2);
  assert.match(people[0] ?? "", /CN="Ann Lee".*PARTSTAT=ACCEPTED.*mailto:ann@example\.com$/);
  assert.match(people[1] ?? "", /CN="Tim".*NEEDS-ACTION.*mailto:tim@example\.com$/);
  assert.ok(sent.lines.includes("UID:b1@frontdesk") && sent.lines.includes("SEQUENCE:1"));
  assert.ok(sent.lines.includes("SUMMARY:Leak repair - Acme"));
  assert.ok(sent.lines.includes('ORGANIZER;CN="Acme":mailto:noreply@desk.test'));
  const own = { ...workspace, stored: { company: { contact_email: "desk@acme.test" } } } as WorkspaceRow;
  const organizer = file({ workspace: own }).lines.find((line) => line.startsWith("ORGANIZER"));
  assert.equal(organizer, 'ORGANIZER;CN="Acme";SENT-BY="mailto:noreply@desk.test":mailto:desk@acme.test');
  assert.equal(file({ method: "CANCEL" }).filename, "cancel.ics");
  assert.ok(file({ method: "CANCEL" }).lines.includes("STATUS:CANCELLED"));
  const gone = file({ method: "CANCEL", uninvited: "una@example.com" }).lines;
  assert.equal(gone.filter((line) => line.startsWith("ATTENDEE")).length, 1);
  assert.equal(
    gone.some((line) => line.startsWith("STATUS")),
    false,
  );
});

test("a stranger is named only where the name can be nothing else", () => {
  const named = (about: Partial<Booking>) =>
    file({}, about).lines.find((line) => line.includes("PARTSTAT=ACCEPTED"));
  const spam = { booker_name: "Win at www.evil.example" };
  assert.match(named({ ...spam, source: "page" }) ?? "", /CN="ann@example\.com"/);
  assert.match(named({ ...spam, source: "workspace" }) ?? "", /CN="Win at/);
  assert.match(named({ booker_name: null }) ?? "", /CN="ann@example\.com"/);
  assert.equal(named({ booker_email: null }), undefined);
});

test("who is invited, however their address is written; and under which name the appointment is known", () => {
  assert.equal(isInvited(booking, "Ann@Example.com"), true);
  assert.equal(isInvited(booking, "TIM@example.com"), true);
  assert.equal(isInvited(booking, "una@example.com"), false);
  assert.equal(invitationUid(booking), "b1@frontdesk");
  assert.equal(invitationUid({ ...booking, invitation_id: "b0" }), "b0@frontdesk");
});
