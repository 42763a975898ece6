/** What the tests of the voice endpoints share: an agent with a tool for each, and what its answers hold. */
import assert from "node:assert/strict";
import type { Answer, Json } from "../../../testing/harness.ts";
import type { TestCalendar } from "../test-calendar.ts";

type Body = Record<string, unknown>;

export const caller = { name: "Ann Lee", email: "ann@example.com" };
export const annsMobile = "+447700900321";
export const unbooked = "**BOOKING NOT CONFIRMED -- DO NOT TELL THE CALLER THEY ARE BOOKED.**";

/** The four tools of a calendar's event type; `book` sends Ann's details, flat, in London time, where nothing else is said. */
export function voiceOf({ workspace, eventType }: TestCalendar) {
  const path = "/api/v1/scheduling/voice";
  return {
    slots: (body: Body, id: string = eventType.id) => workspace.call("POST", `${path}/${id}/slots`, body),
    book: (body: Body, id: string = eventType.id) =>
      workspace.call("POST", `${path}/${id}/book`, { ...caller, ...body }),
    /** Exactly this body. */
    bookWith: (body: unknown, id: string = eventType.id) =>
      workspace.call("POST", `${path}/${id}/book`, body),
    cancel: (body: unknown) => workspace.call("POST", `${path}/cancel-booking`, body),
    reschedule: (body: unknown) => workspace.call("POST", `${path}/reschedule-booking`, body),
  };
}

/** The text of a success. */
export function spoken(answer: Answer): string {
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
  return answer.text;
}

/** The text of a failure: it begins by saying so, and holds nothing an agent could take for success. */
export function failed(answer: Answer, beginning: string, status = 200): string {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
  assert.ok(answer.text.startsWith(beginning), answer.text);
  assert.doesNotMatch(answer.text, /Booked!|Cancelled:|Moved!|^\{/);
  return answer.text;
}

/** The keys of a listing, in its order. */
export function keysIn(text: string): string[] {
  return [...text.matchAll(/\[slot:"(\d{4}-\d\d-\d\d \d\d:\d\d)"\]/g)].map(([, key]) => key!);
}

/** The calendar's bookings, earliest first, as the API shows them. */
export async function bookingsIn({ workspace }: TestCalendar): Promise<Json[]> {
  const answer = await workspace.call("GET", "/api/v1/scheduling-bookings?limit=100");
  assert.equal(answer.status, 200, answer.text);
  return (answer.body.data as Json[]).toSorted((a, b) =>
    String(a.starts_at).localeCompare(String(b.starts_at)),
  );
}

/** "confirmed 2026-03-06T14:00" of every booking, earliest first. */
export async function standing(calendar: TestCalendar): Promise<string[]> {
  return (await bookingsIn(calendar)).map((row) => `${row.status} ${String(row.starts_at).slice(0, 16)}`);
}

const ann = { fullName: "Ann Lee", email: "ann@example.com", phone: annsMobile };

/** Books a time of Tuesday the 3rd of March for Ann, as the shop would; answers the booking's id. */
export async function bookedAt(calendar: TestCalendar, time: string, more: object = {}): Promise<string> {
  const answer = await calendar.book({ ...ann, time, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.data.booking.id as string;
}
