/** What the generated tests need of calendars kept elsewhere. The token is one the stand-in for Google accepts. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Place } from "./fixtures.ts";

const owner = { businessId: "biz_123", employeeId: "emp_1", accessToken: "access-1" };
const slot = { start: "2026-03-03T10:00:00Z", end: "2026-03-03T11:00:00Z" };

const newConnection = ({ workspace }: Place) => ({
  member_id: workspace.adminId,
  provider: "local",
  calendar_id: `calendar-${randomUUID()}`,
});

export const externalCalendarRecords = {
  calendar_connection: async (place: Place): Promise<string> => {
    const answer = await place.workspace.call("POST", "/api/v1/calendar-connections", newConnection(place));
    assert.equal(answer.status, 201, answer.text);
    return answer.body.data.id as string;
  },
};

export const externalCalendarInputs = {
  "workspace.create_calendar_connection": newConnection,
  "edge.get_calendar_availability": () => ({
    ...owner,
    range: { start: "2026-03-03", end: "2026-03-04" },
    policy: { durationMin: 60, bufferMin: 0, doubleBook: "NODOUBLE" },
  }),
  "edge.book_calendar_slot": () => ({
    ...owner,
    slot,
    title: "Drain cleaning",
    description: "",
    idempotencyKey: "book-1",
  }),
  "edge.cancel_calendar_event": () => ({ ...owner, externalId: "event00", idempotencyKey: "cancel-1" }),
};
