import assert from "node:assert/strict";
import { test } from "node:test";
import type { Booking } from "../bookings/booking.ts";
import { entryOf } from "./feed-file.ts";

const booking = {
  id: "b1",
  sequence: 2,
  title: "Leak repair",
  starts_at: new Date("2026-03-03T10:00:00Z"),
  ends_at: new Date("2026-03-03T11:00:00Z"),
  updated_at: new Date("2026-03-02T09:00:00Z"),
  booker_name: "Ann Lee",
  booker_phone: "+447700900321",
  booker_email: null,
  google_meet_link: "https://meet.example/x",
  notes: "Dog",
  address: null,
  postal_code: "N1",
} as unknown as Booking;

test("a feed shows that somebody is busy, or with what, or everything", () => {
  const when = {
    uid: "b1@frontdesk",
    sequence: 2,
    touchedAt: booking.updated_at,
    start: booking.starts_at,
    end: booking.ends_at,
  };
  assert.deepEqual(entryOf(booking, "busy"), { ...when, title: "Busy" });
  assert.deepEqual(entryOf(booking, "titles"), { ...when, title: "Leak repair" });
  assert.deepEqual(entryOf(booking, "everything"), {
    ...when,
    title: "Leak repair: Ann Lee",
    description: "Ann Lee\n+447700900321\nMeeting: https://meet.example/x\nDog",
    location: "N1",
  });
  const bare = { ...booking, booker_name: null, booker_phone: null, google_meet_link: null, notes: null };
  assert.deepEqual(
    [entryOf(bare, "everything").title, entryOf(bare, "everything").description],
    ["Leak repair", ""],
  );
});
