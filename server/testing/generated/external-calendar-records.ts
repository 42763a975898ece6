/** What the generated tests need of calendars kept elsewhere. The token is one the stand-in for Google accepts. */
const owner = { businessId: "biz_123", employeeId: "emp_1", accessToken: "access-1" };
const slot = { start: "2026-03-03T10:00:00Z", end: "2026-03-03T11:00:00Z" };

export const externalCalendarInputs = {
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
