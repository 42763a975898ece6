/** Between our words for an event and Google's. */
import { createHash } from "node:crypto";
import type { calendar_v3 } from "@googleapis/calendar";
import { Temporal } from "temporal-polyfill";
import { ProviderError } from "../errors.ts";
import type { CalendarEvent, RemoteChange, WrittenEvent } from "./port.ts";

type GoogleEvent = calendar_v3.Schema$Event;
type Moment = calendar_v3.Schema$EventDateTime;

/** Google takes ids of the letters a to v and digits; a digest in hexadecimal is one, and the same for every retry. */
export function eventIdOf(uid: string): string {
  return createHash("sha256").update(uid).digest("hex").slice(0, 40);
}

/**
 * Without guests: Google would put the event into their calendars as well, where our invitation has put it already. Without
 * a sequence: Google counts its own, and refuses one that its owner's changes have overtaken.
 */
export function eventBody(event: CalendarEvent): GoogleEvent {
  const { uid, reference } = event;
  return {
    summary: event.title,
    description: event.description ?? "",
    location: event.location ?? "",
    start: { dateTime: event.start.toISOString(), timeZone: event.timeZone },
    end: { dateTime: event.end.toISOString(), timeZone: event.timeZone },
    transparency: "opaque",
    extendedProperties: {
      private: {
        frontdeskUid: uid,
        ...(reference === undefined ? {} : { frontdeskReference: reference }),
      },
    },
  };
}

export function writtenOf(
  event: GoogleEvent,
  wanted: Pick<CalendarEvent, "uid" | "reference">,
): WrittenEvent {
  referenceOf(event, wanted);
  const meetingUrl = meetingIn(event);
  return { externalId: event.id ?? "", ...(meetingUrl === undefined ? {} : { meetingUrl }) };
}

/** Throws "conflict" for an event that was written under the same uid and means something else. */
export function referenceOf(event: GoogleEvent, wanted: Pick<CalendarEvent, "uid" | "reference">): void {
  const kept = event.extendedProperties?.private?.["frontdeskReference"];
  if (wanted.reference === undefined || kept === wanted.reference) return;
  throw new ProviderError({
    provider: "google",
    code: "conflict",
    message: "another event was written under this key before",
    retryable: false,
  });
}

/** A deleted event can still be read for a while, as cancelled. */
export function isKept(event: GoogleEvent): boolean {
  return event.status !== "cancelled";
}

function meetingIn(event: GoogleEvent): string | undefined {
  const video = event.conferenceData?.entryPoints?.find((entry) => entry.entryPointType === "video");
  return video?.uri ?? event.hangoutLink ?? undefined;
}

/** Whole days are read in the calendar's own zone. */
export function changeOf(event: GoogleEvent, calendarZone: string): RemoteChange {
  const externalId = event.id ?? "";
  const start = instantOf(event.start, calendarZone);
  const end = instantOf(event.end, calendarZone);
  if (!isKept(event) || isFree(event) || !start || !end || end <= start) return { externalId, removed: true };
  const uid = event.extendedProperties?.private?.["frontdeskUid"] ?? event.iCalUID ?? undefined;
  const meetingUrl = meetingIn(event);
  return {
    externalId,
    ...(uid === undefined ? {} : { uid }),
    ...(event.summary ? { title: event.summary } : {}),
    ...(event.created ? { createdAt: new Date(event.created) } : {}),
    ...(meetingUrl === undefined ? {} : { meetingUrl }),
    busy: [{ start, end }],
  };
}

/** Shown as available, declined, or only a note of where its owner works. */
function isFree(event: GoogleEvent): boolean {
  const declined = event.attendees?.some(({ self, responseStatus }) => self && responseStatus === "declined");
  return event.transparency === "transparent" || event.eventType === "workingLocation" || declined === true;
}

function instantOf(moment: Moment | undefined, zone: string): Date | undefined {
  if (moment?.dateTime) return new Date(moment.dateTime);
  if (!moment?.date) return undefined;
  const midnight = Temporal.PlainDate.from(moment.date).toZonedDateTime(zone);
  return new Date(midnight.epochMilliseconds);
}
