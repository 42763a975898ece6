import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { edge } from "../../../surfaces/edge.ts";
import { accountOf, checkBusiness, edgeErrors, idempotencyKey, owner, withGoogle } from "./edge-input.ts";

export const cancelCalendarEvent = operation({
  name: "cancel_calendar_event",
  surface: edge,
  auth: "service-jwt",
  tenancy: "none",
  section: "Calendar",
  route: "POST /v1/calendar/cancel",
  scopes: [],
  effect: "destructive",
  noun: "calendar_event",
  shape: "bare",
  summary: "Delete an appointment from an employee's Google calendar.",
  description: "One that is gone already is as good: a retry answers ok.",
  errors: edgeErrors,
  input: Type.Object(
    {
      ...owner,
      externalId: Type.String({ minLength: 1, maxLength: 1024, description: "As booking it answered." }),
      idempotencyKey,
    },
    { additionalProperties: false },
  ),
  output: Type.Object({ ok: Type.Literal(true) }),
  example: {
    input: {
      businessId: "biz_123",
      employeeId: "emp_1",
      externalId: "gcal_event_123",
      accessToken: "ya29...",
      idempotencyKey: "cancel_gcal_event_123",
    },
    output: { ok: true },
  },
  async run(ctx, input) {
    checkBusiness(ctx, input);
    const { google } = ctx.app.ports.calendars;
    await withGoogle(() => google.deleteEvent(accountOf(input), input.externalId));
    return { ok: true as const };
  },
});
