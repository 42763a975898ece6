import { module } from "../../../kernel/operation.ts";
import { rememberedMs } from "./callers-bookings.store.ts";
import { bookVoiceSlot } from "./book-voice-slot.ts";
import { cancelVoiceBooking } from "./cancel-voice-booking.ts";
import { listVoiceSlots } from "./list-voice-slots.ts";
import { rescheduleVoiceBooking } from "./reschedule-voice-booking.ts";

/** What a voice agent does with the calendar while somebody is on the line. */
export const voice = module({
  name: "voice",
  sweeps: [{ table: "voice_listings", column: "listed_at", keepMs: rememberedMs }],
  operations: [listVoiceSlots, bookVoiceSlot, cancelVoiceBooking, rescheduleVoiceBooking],
});
