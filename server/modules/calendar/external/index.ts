import { module } from "../../../kernel/operation.ts";
import { conflictsCrud, connectionsCrud } from "./connections.crud.ts";
import { createCalendarConnection } from "./create-connection.ts";
import { deleteCalendarConnection, removeConnection } from "./delete-connection.ts";
import { externalCalendarsFollower } from "./follow.ts";
import { listRemoteCalendars } from "./list-remote-calendars.ts";
import { syncCalendar } from "./sync-calendar.job.ts";
import { syncCalendarConnection } from "./sync-connection.ts";
import { updateCalendarConnection } from "./update-connection.ts";
import { writeBooking } from "./write-booking.job.ts";
import { parts } from "../../../kernel/row-kinds.ts";

/** Calendars members keep elsewhere: their busy times are mirrored here, bookings are written there. */
export const externalCalendars = module({
  name: "external-calendars",
  rows: parts("booking_calendar_events", "calendar_connections", "calendar_conflicts", "external_busy"),
  operations: [
    connectionsCrud.list,
    createCalendarConnection,
    connectionsCrud.get,
    updateCalendarConnection,
    deleteCalendarConnection,
    syncCalendarConnection,
    listRemoteCalendars,
    conflictsCrud.list,
  ],
  jobs: [syncCalendar, writeBooking, removeConnection],
  followers: [externalCalendarsFollower],
});
