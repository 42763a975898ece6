import { module } from "../../../kernel/operation.ts";
import { bookCalendarSlot } from "./book-calendar-slot.ts";
import { cancelCalendarEvent } from "./cancel-calendar-event.ts";
import { getCalendarAvailability } from "./get-calendar-availability.ts";

/** A Google calendar whose owner's token comes with each call: nothing is connected, nothing is kept. */
export const universalCalendar = module({
  name: "universal-calendar",
  operations: [getCalendarAvailability, bookCalendarSlot, cancelCalendarEvent],
});
