import { module } from "../../../kernel/operation.ts";
import { listBookingMessages, listScheduledMessages } from "./list-messages.ts";
import { sendConfirmation } from "./send-confirmation.ts";
import { sendReminder } from "./send-reminder.ts";
import { sendCancellationJob, sendConfirmationJob, sendNoticeJob, sendReminderJob } from "./send.ts";

export {
  cancelBookingMessages,
  endBookingMessages,
  replaceBookingMessages,
  scheduleBookingMessages,
  scheduleLateMessages,
  scheduleNoShowMessages,
} from "./schedule.ts";

export const bookingMessages = module({
  name: "booking-messages",
  operations: [sendConfirmation, sendReminder, listBookingMessages, listScheduledMessages],
  jobs: [sendConfirmationJob, sendReminderJob, sendCancellationJob, sendNoticeJob],
});
