import { instantOf, localOf, minutesOf, plusDays } from "./moments.ts";
import type { Wish } from "./memo.ts";
import type { Slot, Turn } from "./turn.ts";

/** `exact` is the very time wished for; else `offers` are real ones near it. `missed` says what the wish ran into. */
export type Found = { exact?: Slot; offers: Slot[]; missed?: "time" | "day" | "window" | "all" };

const COUNT = 3;
const NEAR_DAYS = 10;
const FAR_DAYS = 28;

/** Real slots for a wish: the exact one, or two or three near it. */
export async function findSlots(
  turn: Turn,
  wish: Wish,
  query: { serviceId: string; exceptBookingId?: string },
  refused: readonly string[] = [],
): Promise<Found> {
  const { timeZone } = turn.business;
  const today = localOf(turn.now, timeZone).date;
  // What was turned down may still be asked for by name.
  const asked =
    wish.date && wish.time && !wish.to ? instantOf(wish.date, wish.time, timeZone).getTime() : undefined;
  const look = async (fromDate: string, toDate: string): Promise<Slot[]> => {
    const from = new Date(Math.max(turn.now.getTime(), instantOf(fromDate, "00:00", timeZone).getTime()));
    const to = instantOf(plusDays(toDate, 1), "00:00", timeZone);
    if (to <= from) return [];
    const slots = await turn.slots({ ...query, from, to });
    return slots.filter(
      ({ startsAt }) =>
        !wish.notDates.includes(localOf(startsAt, timeZone).date) &&
        (!refused.includes(startsAt.toISOString()) || startsAt.getTime() === asked),
    );
  };
  const fits = (slot: Slot) => inWindow(localOf(slot.startsAt, timeZone).time, wish);
  const first = wish.from && wish.from > today ? wish.from : (wish.date ?? today);
  const last = wish.to ?? wish.date ?? plusDays(today, NEAR_DAYS);
  const slots = await look(first, last);
  const fitting = slots.filter(fits);
  if (wish.date && wish.time && !wish.to) {
    const wanted = instantOf(wish.date, wish.time, timeZone).getTime();
    const exact = slots.find(({ startsAt }) => startsAt.getTime() === wanted);
    if (exact) return { exact, offers: [exact] };
    const around = await look(plusDays(wish.date, -3), plusDays(wish.date, NEAR_DAYS));
    return orLater(nearest(around, wanted), slots.length > 0 ? "time" : "day", look, today);
  }
  if (wish.time) {
    const minutes = minutesOf(wish.time);
    const same = slots.filter(({ startsAt }) => localOf(startsAt, timeZone).time === wish.time);
    if (same.length > 0) return { offers: same.slice(0, wish.date ? COUNT : 2) };
    return orLater(closestPerDay(slots, minutes, timeZone), "time", look, today);
  }
  if (fitting.length > 0) {
    return { offers: wish.date && !wish.to ? spread(fitting) : acrossDays(fitting, timeZone, wish.soon) };
  }
  if (wish.date === undefined) return orLater([], "window", look, today);
  const wanted = instantOf(wish.date, wish.window?.from ?? "09:00", timeZone).getTime();
  const around = await look(plusDays(wish.date, -3), plusDays(wish.date, NEAR_DAYS));
  const others = around.filter(fits);
  const missed = slots.length > 0 ? "window" : "day";
  return orLater(nearest(others.length > 0 ? others : around, wanted), missed, look, today);
}

async function orLater(
  offers: Slot[],
  missed: "time" | "day" | "window",
  look: (from: string, to: string) => Promise<Slot[]>,
  today: string,
): Promise<Found> {
  if (offers.length > 0) return { offers, missed };
  const later = await look(today, plusDays(today, FAR_DAYS));
  return { offers: later.slice(0, COUNT), missed: later.length > 0 ? missed : "all" };
}

function inWindow(time: string, { window }: Wish): boolean {
  return !window || (time >= window.from && time < (window.to === "00:00" ? "24:00" : window.to));
}

/** The closest ones, told in the order they come. */
function nearest(slots: Slot[], wanted: number): Slot[] {
  const distance = ({ startsAt }: Slot) => Math.abs(startsAt.getTime() - wanted);
  return slots
    .toSorted((a, b) => distance(a) - distance(b))
    .slice(0, COUNT)
    .toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
}

/** First, middle and last: a day's worth of choice in three times. */
function spread(slots: Slot[]): Slot[] {
  if (slots.length <= COUNT) return slots;
  const picked = [slots[0], slots[Math.floor((slots.length - 1) / 2)], slots.at(-1)];
  return picked.filter((slot) => slot !== undefined);
}

/** Two times of the first day and one of the next; for somebody in a hurry simply the first ones. */
function acrossDays(slots: Slot[], timeZone: string, soon: boolean | undefined): Slot[] {
  if (soon) return slots.slice(0, COUNT);
  const days = [...Map.groupBy(slots, ({ startsAt }) => localOf(startsAt, timeZone).date).values()];
  const [one = [], two = []] = days;
  const ofFirst = one.length > 1 && two.length > 0 ? [one[0], one[Math.floor(one.length / 2)]] : spread(one);
  return [...ofFirst, two[0]].filter((slot) => slot !== undefined).slice(0, COUNT);
}

function closestPerDay(slots: Slot[], minutes: number, timeZone: string): Slot[] {
  const distance = ({ startsAt }: Slot) => Math.abs(minutesOf(localOf(startsAt, timeZone).time) - minutes);
  return [...Map.groupBy(slots, ({ startsAt }) => localOf(startsAt, timeZone).date).values()]
    .map((ofDay) => ofDay.reduce((best, slot) => (distance(slot) < distance(best) ? slot : best)))
    .slice(0, COUNT);
}
