import type { Ctx } from "../../../kernel/context.ts";
import { notFound } from "../../../kernel/errors.ts";
import { readInTime } from "../../receptionist/understanding/attention.ts";
import { readChoice } from "../../receptionist/understanding/choices.ts";
import { normalise } from "../../receptionist/understanding/normalise.ts";
import type { CallersBooking } from "./callers-bookings.store.ts";
import { spokenMoment } from "./spoken.ts";
import { lastListing, rememberListing } from "./voice-bookings.store.ts";

/** The booking a caller means, or the question to put to them. */
export type Which = { booking: CallersBooking } | { question: string };

type Asked = {
  selector: string | undefined;
  verb: "cancel" | "move";
  /** Who hears the list: the call, else the number. */
  listener: string;
};

/**
 * Finds the booking meant by a number of the list, the beginning of an id, or part of a name. Without a selector it is the only one
 * there is. What fits several, or nothing said where there are several, is asked back with the whole list, always in the same order.
 * Only what is to come is listed and counted. A number means what the listener was read under it; once there is a booking that was
 * not on that list, it counts what is to come now. Throws NOT_FOUND for a caller without bookings and for a selector that fits none.
 */
export async function whichBooking(ctx: Ctx, bookings: CallersBooking[], asked: Asked): Promise<Which> {
  const { selector } = asked;
  const open = bookings.filter(({ status }) => status === "confirmed");
  const ask = async (why?: string): Promise<string> => {
    await rememberListing(
      ctx,
      asked.listener,
      open.map(({ id }) => id),
    );
    return questionOf(open, asked.verb, ctx.now.getTime(), why);
  };
  if (selector === undefined) {
    if (open.length > 1) return { question: await ask() };
    // Nothing left, but something just cancelled: the same request came twice.
    const only = open[0] ?? bookings.findLast((one) => !isReplaced(bookings, one));
    if (!only) throw nothingComing();
    return { booking: only };
  }
  const matching = await matches(ctx, bookings, open, asked, selector);
  if (matching.length === 1) return { booking: matching[0]! };
  if (open.length === 0) throw nothingComing();
  if (matching.length > 1) return { question: await ask(`"${selector}" fits more than one of them.`) };
  const index = indexIn(selector);
  const why =
    index === undefined
      ? `None of the caller's bookings fits "${selector}".`
      : `There is no number ${index} among the caller's bookings.`;
  throw notFound(why, { fix: await ask() });
}

async function matches(
  ctx: Ctx,
  all: CallersBooking[],
  open: CallersBooking[],
  { listener }: Asked,
  selector: string,
): Promise<CallersBooking[]> {
  const index = indexIn(selector);
  const said = selector.toLowerCase();
  if (index === undefined) {
    const byId = /^[0-9a-f-]{4,36}$/.test(said) ? all.filter(({ id }) => id.startsWith(said)) : [];
    if (byId.length > 0) return [...new Set(byId.map((one) => latestOf(all, one)))];
    const byName = all.filter(
      (one) =>
        !isReplaced(all, one) &&
        [one.title, one.event_type_name ?? ""].some((text) => text.toLowerCase().includes(said)),
    );
    const named = byName.filter(({ status }) => status === "confirmed");
    if (byName.length > 0) return named.length > 0 ? named : byName.slice(-1);
  }
  const counted = await countedBy(ctx, listener, all, open);
  const understood = () => readChoice(normalise(said), counted.length, "", said);
  const choice = index ?? readInTime(understood, { rest: said }).choice;
  const chosen = choice === undefined ? undefined : counted[choice - 1];
  // Kept, so that the same number sent again means the same booking although the list has become shorter.
  if (chosen)
    await rememberListing(
      ctx,
      listener,
      counted.map(({ id }) => id),
    );
  return chosen ? [latestOf(all, chosen)] : [];
}

/** What numbers count: the list as it was read, as long as it names everything there is. */
async function countedBy(
  ctx: Ctx,
  listener: string,
  all: CallersBooking[],
  open: CallersBooking[],
): Promise<CallersBooking[]> {
  const ids = await lastListing(ctx, listener);
  if (!ids) return open;
  const read = ids.flatMap((id) => all.find((one) => one.id === id) ?? []);
  const known = new Set(read.map((one) => latestOf(all, one).id));
  return read.length === ids.length && open.every(({ id }) => known.has(id)) ? read : open;
}

function isReplaced(all: CallersBooking[], booking: CallersBooking): boolean {
  return all.some((one) => one.replaces_booking_id === booking.id);
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

function questionOf(open: CallersBooking[], verb: Asked["verb"], now: number, why?: string): string {
  const lines = open.map(
    (one, index) =>
      `${index + 1}. ${one.title} on ${spokenMoment(one.starts_at.getTime(), one.timezone, now)}`,
  );
  const many = open.length === 1 ? "one upcoming booking" : `${open.length} upcoming bookings`;
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
