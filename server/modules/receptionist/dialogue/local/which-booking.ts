import { listText, localOf, momentText, weekdayOf } from "../moments.ts";
import type { ComingBooking } from "../turn.ts";
import { arrange } from "./arrange.ts";
import type { Step, Talk } from "./talk.ts";

/** Finds out which booking is meant, then goes on to its question. */
export async function which(talk: Talk): Promise<Step | undefined> {
  const { memo, turn } = talk;
  const { timeZone } = turn.business;
  const booking = meant(talk);
  if (!booking) {
    const again = memo.awaiting === "which-booking";
    if (ALL.test(talk.text)) {
      const every = allOf(talk);
      if (every) return every;
    }
    memo.awaiting = "which-booking";
    const list = turn.bookings
      .slice(0, 5)
      .map((one, index) => `${index + 1}) ${one.title} on ${momentText(one.startsAt, timeZone)}`)
      .join(", ");
    const verb = memo.purpose === "move" ? "move" : "cancel";
    if (again) return { say: askAgain(talk, list), lost: true };
    return { say: `Which one would you like to ${verb}: ${list}?` };
  }
  memo.bookingId = booking.id;
  memo.serviceId = booking.serviceId ?? memo.serviceId ?? "";
  if (memo.purpose === "cancel") {
    memo.awaiting = "cancel";
    const yes = turn.policy.canText && !turn.policy.provesItself ? " Reply YES to cancel." : "";
    return {
      say: `That's your ${booking.title} on ${momentText(booking.startsAt, timeZone)}. Shall I cancel it?${yes}`,
    };
  }
  forgetTheOldTime(talk, booking);
  return arrange(talk);
}

const ALL = /\b(?:both|all|each|every ?(?:one|thing)|the lot|the two)\b/i;

/** Every coming booking at once can be called off, but not moved. */
function allOf({ memo, turn }: Talk): Step | undefined {
  if (memo.purpose !== "cancel") return undefined;
  const { bookings, business } = turn;
  memo.bookingId = bookings[0]?.id ?? "";
  memo.bookingIds = bookings.map(({ id }) => id);
  memo.awaiting = "cancel";
  const names = bookings.map(
    ({ title, startsAt }) => `${title} on ${momentText(startsAt, business.timeZone)}`,
  );
  const yes = turn.policy.canText && !turn.policy.provesItself ? " Reply YES to cancel." : "";
  const word = bookings.length === 2 ? "both" : `all ${bookings.length}`;
  return { say: `That's your ${listText(names, "and")}. Shall I cancel ${word}?${yes}` };
}

function askAgain({ turn }: Talk, list: string): string {
  const numbers = turn.bookings.slice(0, 5).map((_, index) => String(index + 1));
  return `Sorry, which one is it? Reply ${listText(numbers)}: ${list}.`;
}

/** The booking a message means: the only one, the one picked, or the one whose day, time or service was named. */
function meant({ turn, heard, memo }: Talk): ComingBooking | undefined {
  const { bookings, business } = turn;
  if (bookings.length === 1) return bookings[0];
  if (heard.choice && memo.awaiting === "which-booking") return bookings[heard.choice - 1];
  const days = heard.dates.map(({ date }) => date);
  const times = heard.times.map(({ time }) => time);
  const local = (one: ComingBooking) => localOf(one.startsAt, business.timeZone);
  const narrowings: ((one: ComingBooking) => boolean)[] = [
    (one) => days.includes(local(one).date),
    (one) => days.some((day) => weekdayOf(day) === local(one).weekday),
    (one) => times.includes(local(one).time),
    (one) => heard.service !== undefined && one.serviceId === heard.service.id,
  ];
  let candidates = bookings;
  for (const narrow of narrowings) {
    const narrowed = candidates.filter(narrow);
    if (narrowed.length > 0) candidates = narrowed;
  }
  return candidates.length === 1 ? candidates[0] : undefined;
}

// "Move my Thursday 3:30" names the booking, not where it should go; "make it 4 instead" means the same day.
function forgetTheOldTime({ memo, turn, heard, text }: Talk, booking: ComingBooking): void {
  const local = localOf(booking.startsAt, turn.business.timeZone);
  const { wish } = memo;
  const sameDay = wish.date === local.date;
  const sameTime = wish.time === local.time;
  if (sameDay && (sameTime || (!wish.time && !wish.window && heard.dates.length === 1))) delete wish.date;
  if (sameTime && (sameDay || heard.times.length === 1) && !/\bsame time\b/i.test(text)) delete wish.time;
  const way = /\b(later|earlier|sooner)\b/i.exec(text)?.[1]?.toLowerCase();
  if (way && !heard.time && !heard.dates.some(({ negated }) => !negated)) {
    wish.window = way === "later" ? { from: local.time, to: "24:00" } : { from: "00:00", to: local.time };
  }
  if ((wish.time ?? wish.window) && !wish.date) wish.date = local.date;
  delete memo.slot;
  memo.offered = [];
}
