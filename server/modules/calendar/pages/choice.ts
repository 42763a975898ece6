/** The days and times a visitor may choose from: one month of one service, on the wall of their zone. */
import type { Ctx } from "../../../kernel/context.ts";
import { openSlotsFor } from "../bookings/slots-for.ts";
import type { OpenSlot, SlotsQuery } from "../bookings/slots-for.ts";
import { rulesOf } from "../services/service.ts";
import { DAY_MS, wallTimeAt } from "../slots/wall-clock.ts";
import { addMonths, isMonth, monthBounds } from "./month.ts";
import type { Query } from "./visitor.ts";

export type Choice = {
  zone: string;
  /** YYYY-MM. */
  month: string;
  /** Free times by date (YYYY-MM-DD), earliest first; dates without any are left out. */
  days: ReadonlyMap<string, readonly OpenSlot[]>;
  /** The chosen date, or the first free one. */
  day: string | undefined;
  today: string;
  hasPrevious: boolean;
  hasNext: boolean;
  /** The first free date after a month that has none. */
  nextFree: string | undefined;
};

/**
 * What the query asks for: `day`, or `month`, or by default the first month with a free time. A month costs one search;
 * only an empty one costs another, for the first free day after it.
 */
export async function loadChoice(ctx: Ctx, wanted: SlotsQuery, zone: string, query: Query): Promise<Choice> {
  const now = ctx.now.getTime();
  const horizon = now + rulesOf(wanted.service).maxAdvanceDays * DAY_MS;
  const monthOf = (instant: number) => wallTimeAt(instant, zone).date.slice(0, 7);
  const [first, last] = [monthOf(now), monthOf(horizon)];
  const asked = monthAsked(query);
  let month = asked === undefined || asked < first ? first : asked > last ? last : asked;
  const [from, to] = monthBounds(month, zone);
  let slots = await openSlotsFor(ctx, { ...wanted, from: new Date(from), to: new Date(to) });
  let nextFree: string | undefined;
  if (slots.length === 0 && month < last) {
    const later = await openSlotsFor(ctx, { ...wanted, from: new Date(to), to: new Date(horizon + 1) });
    nextFree = later[0] && dateIn(later[0], zone);
    if (asked === undefined && nextFree !== undefined) {
      month = nextFree.slice(0, 7);
      slots = later.filter((slot) => dateIn(slot, zone).startsWith(month));
      nextFree = undefined;
    }
  }
  const days = Map.groupBy(slots, (slot) => dateIn(slot, zone));
  const asksDay = query["day"] !== undefined && days.has(query["day"]);
  return {
    zone,
    month,
    days,
    day: asksDay ? query["day"] : [...days.keys()][0],
    today: wallTimeAt(now, zone).date,
    hasPrevious: month > first,
    hasNext: month < last,
    nextFree,
  };
}

function monthAsked(query: Query): string | undefined {
  const month = query["day"]?.slice(0, 7) ?? query["month"];
  return isMonth(month) ? month : undefined;
}

function dateIn(slot: OpenSlot, zone: string): string {
  return wallTimeAt(slot.startsAt.getTime(), zone).date;
}

/** The months beside the one shown; undefined beyond what can be booked. */
export function neighbours(choice: Choice): { previous: string | undefined; next: string | undefined } {
  return {
    previous: choice.hasPrevious ? addMonths(choice.month, -1) : undefined,
    next: choice.hasNext ? addMonths(choice.month, 1) : undefined,
  };
}
