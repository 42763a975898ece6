/** What late, no-show and rebooking notifications say when the event type gives them no text of its own. */
type NoticeTexts = Record<"late" | "no_show" | "rebooking", { subject: string; email: string; sms: string }>;

const people: NoticeTexts = {
  late: {
    subject: "Your {event_type} at {time} has begun",
    email:
      "Hi {booker_name},\n\nYour {event_type} was due to begin at {time} and we are waiting for you. If something came up: {management_url}\n\n{business}",
    sms: "{business}: your {event_type} was due to begin at {time} and we are waiting for you. If something came up: {management_url}",
  },
  no_show: {
    subject: "We missed you: {event_type} on {date}",
    email:
      "Hi {booker_name},\n\nWe did not see you for {event_type} on {date} at {time}. You can book another time here: {rebook_link}\n\n{business}",
    sms: "{business}: we did not see you for {event_type} on {date} at {time}. Another time: {rebook_link}",
  },
  rebooking: {
    subject: "Shall we find another time for {event_type}?",
    email:
      "Hi {booker_name},\n\nYou missed {event_type} on {date}. If you still need it, choose another time here: {rebook_link}\n\n{business}",
    sms: "{business}: still need {event_type}? Choose another time: {rebook_link}",
  },
};

const team: NoticeTexts = {
  late: {
    subject: "Late: {customer_name}, {event_type} at {time}",
    email: "{customer_name} is late for {event_type} on {date} at {time}.",
    sms: "{customer_name} is late for {event_type} at {time}.",
  },
  no_show: {
    subject: "No-show: {customer_name}, {event_type} on {date} at {time}",
    email: "{customer_name} did not come for {event_type} on {date} at {time}.",
    sms: "{customer_name} did not come for {event_type} on {date} at {time}.",
  },
  rebooking: {
    subject: "Not rebooked yet: {customer_name}, {event_type}",
    email: "{customer_name} missed {event_type} on {date} at {time} and has not booked again.",
    sms: "{customer_name} missed {event_type} on {date} and has not booked again.",
  },
};

export const noticeTexts = { people, team };

/** What a confirmation says when the appointment was moved. */
export const movedNotice = {
  subject: "Moved: {service} is on {date} at {time} now",
  email:
    "Hi {booker_name},\n\nYour {service} was moved from {old_date} at {old_time} to {date} at {time}.\n\nTo move it again or cancel: {management_url}\n\n{business}",
  sms: "{business}: your {service} was moved from {old_date} at {old_time} to {date} at {time}. Need to change it? {management_url}",
  before: "Moved from {old_date} at {old_time}.",
};
