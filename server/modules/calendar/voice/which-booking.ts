import { notFound } from "../../../kernel/errors.ts";
import { readInTime } from "../../receptionist/understanding/attention.ts";
import { readChoice } from "../../receptionist/understanding/choices.ts";
import { normalise } from "../../receptionist/understanding/normalise.ts";
import type { CallersBooking } from "./callers-bookings.store.ts";
import { spokenMoment } from "./spoken.ts";

/** The booking a caller means, or the question to put to them. */
export type Which = { booking: CallersBooking } | { question: string };

type Asked = { selector: string | undefined; verb: "cancel" | "move"; now: number };

/**
 * Finds the booking meant by a number of the list, the beginning of an id, or part of a name. Without a selector it is the only one
 * there is. What fits several, or nothing said where there are several, is asked back with the whole list, always in the same order.
 * Throws NOT_FOUND for a caller without bookings and for a selector that fits none.
 */
export function whichBooking(bookings: CallersBooking[], asked: Asked): Which {
  // One that gave way to another is that other one now.
  const replaced = new Set(bookings.map((one) => one.replaces_booking_id));
  const listed = bookings.filter((one) => !replaced.has(one.id));
  const open = listed.filter(({ status }) => status === "confirmed");
  const { selector } = asked;
  if (selector === undefined) return withoutSelector(listed, open, asked);
  const matching = matches(bookings, listed, selector);
  if (matching.length === 1) return { booking: matching[0]! };
  if (matching.length > 1) {
    return { question: questionOf(listed, asked, `"${selector}" fits more than one of them.`) };
  }
  if (open.length === 0) throw nothingComing();
  const index = indexIn(selector);
  const why =
    index === undefined
      ? `None of the caller's bookings fits "${selector}".`
      : `There is no number ${index} among the caller's bookings.`;
  throw notFound(`${why} ${questionOf(listed, asked)}`);
}

function withoutSelector(listed: CallersBooking[], open: CallersBooking[], asked: Asked): Which {
  if (open.length > 1) return { question: questionOf(listed, asked) };
  // Nothing left, but something just cancelled: the same request came twice.
  const only = open[0] ?? listed.at(-1);
  if (!only) throw nothingComing();
  return { booking: only };
}

function matches(all: CallersBooking[], listed: CallersBooking[], selector: string): CallersBooking[] {
  const index = indexIn(selector);
  if (index !== undefined) return listed.slice(index - 1, index);
  const said = selector.toLowerCase();
  const byId = /^[0-9a-f-]{4,36}$/.test(said) ? all.filter(({ id }) => id.startsWith(said)) : [];
  if (byId.length > 0) return [...new Set(byId.map((one) => latestOf(all, one)))];
  const byName = listed.filter(({ title, event_type_name: name }) =>
    [title, name ?? ""].some((text) => text.toLowerCase().includes(said)),
  );
  const named = byName.filter(({ status }) => status === "confirmed");
  if (byName.length > 0) return named.length > 0 ? named : byName;
  const { choice } = readInTime(() => readChoice(normalise(said), listed.length, "", said), { rest: said });
  return choice === undefined ? [] : listed.slice(choice - 1, choice);
}

/** The booking one has become: what was moved is still known by the id it had. */
function latestOf(all: CallersBooking[], booking: CallersBooking): CallersBooking {
  const successor = all.find((one) => one.replaces_booking_id === booking.id);
  return successor ? latestOf(all, successor) : booking;
}

/** A place in the list: "2", "#2", "number 2"; a longer number is the beginning of an id. */
export function indexIn(selector: string): number | undefined {
  const index = /^(?:#|no\.? ?|number |option )?(\d{1,3})\.?$/i.exec(selector)?.[1];
  return index === undefined || Number(index) === 0 ? undefined : Number(index);
}

function questionOf(listed: CallersBooking[], { verb, now }: Asked, why?: string): string {
  const lines = listed.map((one, index) => {
    const when = spokenMoment(one.starts_at.getTime(), one.timezone, now);
    return `${index + 1}. ${one.title} on ${when}${one.status === "cancelled" ? " (cancelled already)" : ""}`;
  });
  const many = listed.length === 1 ? "one upcoming booking" : `${listed.length} upcoming bookings`;
  return [
    `Nothing was changed yet.${why ? ` ${why}` : ""} The caller has ${many}:`,
    ...lines,
    `Ask which one to ${verb}, then send its number as booking_selector.`,
  ].join("\n");
}

function nothingComing() {
  return notFound("Nobody with this number has an upcoming booking.", {
    fix: "Ask which number it was booked under, and send that as phone.",
  });
}
