import { plusDays } from "./moments.ts";
import type { Proof } from "./proof.ts";
import type { DateMention, Understanding } from "../understanding/understand.ts";

/** What the receptionist's last words asked for. */
type Awaiting = "service" | "time" | "details" | "book" | "cancel" | "move" | "which-booking" | "anything";

/** When the customer would like to come, in the shop's wall time (YYYY-MM-DD, HH:MM). */
export type Wish = {
  date?: string;
  from?: string;
  to?: string;
  time?: string;
  window?: { from: string; to: string };
  notDates: string[];
  /** "as soon as you can" */
  soon?: boolean;
};

/** What a conversation has settled so far. Plain JSON, so that it can be stored beside the conversation. */
export type Memo = {
  serviceId?: string;
  wish: Wish;
  /** Start of the slot chosen (ISO instant). */
  slot?: string;
  name?: string;
  email?: string;
  address?: string;
  postcode?: string;
  /** Starts on the table (ISO instants), in the order they were named. */
  offered: string[];
  refused: string[];
  awaiting?: Awaiting;
  /** The booking a cancellation or a move is about. */
  bookingId?: string;
  /** Several of them, when all are to be cancelled. */
  bookingIds?: string[];
  purpose?: "cancel" | "move";
  /** The number that has to come back before a booking is cancelled or moved. */
  proof?: Proof;
  /** Turns in a row that made no sense to us. */
  lost: number;
  abuse: number;
  disclosed: boolean;
  /** The customer's own words about the job, redacted. */
  notes?: string;
};

export function emptyMemo(): Memo {
  return { wish: { notDates: [] }, offered: [], refused: [], lost: 0, abuse: 0, disclosed: false };
}

/** Drops what was being arranged and keeps who the customer is. */
export function dropDraft(memo: Memo): void {
  memo.wish = { notDates: [] };
  memo.offered = [];
  memo.refused = [];
  delete memo.slot;
  delete memo.awaiting;
  delete memo.bookingId;
  delete memo.bookingIds;
  delete memo.purpose;
  delete memo.proof;
}

/** Takes over who the customer is and what they would like; slots are chosen elsewhere. True when anything was new. */
export function absorb(memo: Memo, heard: Understanding): boolean {
  const before = JSON.stringify(memo);
  if (heard.service && heard.service.id !== memo.serviceId && memo.purpose === undefined) {
    memo.serviceId = heard.service.id;
    delete memo.slot;
    memo.offered = [];
  }
  for (const field of ["name", "email", "address", "postcode"] as const) {
    if (heard[field]) memo[field] = heard[field];
  }
  absorbWish(memo, heard);
  return JSON.stringify(memo) !== before;
}

function absorbWish(memo: Memo, heard: Understanding): void {
  const { wish } = memo;
  const ruledOut = heard.dates.filter(({ negated }) => negated).flatMap(daysOf);
  wish.notDates = [...new Set([...wish.notDates, ...ruledOut])].filter((date) => date !== heard.date?.date);
  if (wish.date && ruledOut.includes(wish.date)) {
    delete wish.date;
    delete memo.slot;
  }
  if (heard.date) {
    if (heard.date.date !== wish.date) delete memo.slot;
    wish.date = heard.date.date;
    delete wish.from;
    delete wish.to;
    if (heard.date.from && heard.date.to) {
      wish.from = heard.date.from;
      wish.to = heard.date.to;
    }
  }
  if (heard.time) {
    if (heard.time.time !== wish.time) delete memo.slot;
    wish.time = heard.time.time;
    delete wish.window;
  } else if (heard.window) {
    wish.window = { from: heard.window.from, to: heard.window.to };
    delete wish.time;
    delete memo.slot;
  }
}

const longestSpan = 31;

/** Every day of a mention: "not this week" rules out all of them. */
function daysOf({ date, from, to }: DateMention): string[] {
  const days = [from ?? date];
  for (let day = from ?? date; to && day < to && days.length < longestSpan;) {
    day = plusDays(day, 1);
    days.push(day);
  }
  return days;
}
