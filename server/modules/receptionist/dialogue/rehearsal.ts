/** Plays scripted dialogues against the pure receptionist, with a calendar in memory. For tests. */
import { openSlots } from "../../calendar/slots/slots.ts";
import type { Memo } from "./memo.ts";
import { momentText } from "./moments.ts";
import type { Business, ComingBooking, Reply, Slots, Spoken, Turn } from "./turn.ts";

export const now = new Date("2026-03-02T09:00:00Z");
const hourMs = 3_600_000;

const weekdays = (start: string, end: string) => [1, 2, 3, 4, 5].map((day) => ({ day, start, end }));

export const plumber: Business = {
  name: "Pipe Works",
  timeZone: "Europe/London",
  country: "GB",
  currency: "GBP",
  hours: [...weekdays("08:00", "18:00"), { day: 6, start: "09:00", end: "13:00" }],
  services: [
    {
      id: "drain",
      name: "Drain cleaning",
      durationMinutes: 60,
      keywords: ["blocked drain", "drain", "sink", "toilet"],
      price: { minCents: 9500, maxCents: 18_000, unit: "PER_JOB" },
    },
    {
      id: "boiler",
      name: "Boiler service",
      durationMinutes: 60,
      keywords: ["boiler", "heating"],
      price: { minCents: 8000, maxCents: 12_000, unit: "PER_VISIT" },
    },
    { id: "tap", name: "Tap repair", durationMinutes: 60, keywords: ["tap", "dripping"] },
  ],
  serviceArea: { center: "Leeds", radiusMiles: null, postcodes: ["LS", "BD1"] },
  ownerName: "Olive",
  travels: true,
};

export const salon: Business = {
  ...plumber,
  name: "Curl Up",
  services: [
    {
      id: "cut",
      name: "Cut and blow dry",
      durationMinutes: 60,
      keywords: ["haircut", "cut", "trim"],
      price: { minCents: 4500, maxCents: 6500, unit: "PER_VISIT" },
    },
    {
      id: "colour",
      name: "Full colour",
      durationMinutes: 60,
      keywords: ["colour", "color", "highlights", "roots"],
      price: { minCents: 8500, maxCents: 14_000, unit: "PER_VISIT" },
    },
  ],
  serviceArea: { center: "", radiusMiles: null, postcodes: [] },
  travels: false,
};

export const clinic: Business = {
  ...salon,
  name: "Bright Smiles",
  timeZone: "America/Los_Angeles",
  country: "US",
  currency: "USD",
  hours: weekdays("09:00", "17:00"),
  services: [
    {
      id: "checkup",
      name: "Dental check-up",
      durationMinutes: 60,
      keywords: ["checkup", "dentist", "teeth", "toothache"],
    },
  ],
};

/** Times somebody else has, as instants; each takes an hour. */
export type Rehearsal = {
  business?: Business;
  taken?: string[];
  disclose?: boolean;
  stateless?: boolean;
  /** The business texts a confirmation after each booking and move. */
  confirms?: boolean;
};

type Script = {
  /** One string is one turn; several in an array are texts sent in a row. */
  say(...texts: string[]): Promise<Reply>;
  bookings: ComingBooking[];
  take(instant: string): void;
};

type Respond = (turn: Turn) => Promise<Reply>;

/** A conversation with `respond`; bookings, moves and cancellations are carried out at once. */
export function rehearse(respond: Respond, options: Rehearsal = {}): Script {
  const { business = plumber, taken = [], disclose = false, stateless = false, confirms = false } = options;
  const messages: Spoken[] = [];
  const bookings: ComingBooking[] = [];
  let memo: Memo | undefined;
  let customer: Turn["customer"] = {};
  const slots: Slots = ({ from, to, exceptBookingId }) => {
    const busy = [
      ...taken.map((at) => Date.parse(at)),
      ...bookings.filter(({ id }) => id !== exceptBookingId).map(({ startsAt }) => startsAt.getTime()),
    ].map((start): [number, number] => [start, start + hourMs]);
    const found = openSlots({
      hosts: [
        {
          id: "one",
          hours: { weeklyHours: business.hours, dateOverrides: [], timeZone: business.timeZone },
          busy,
        },
      ],
      rules: {
        durationMinutes: 60,
        bufferBeforeMinutes: 0,
        bufferAfterMinutes: 0,
        minNoticeMinutes: 60,
        maxAdvanceDays: 30,
        slotIntervalMinutes: 30,
      },
      from: from.getTime(),
      to: to.getTime(),
      now: now.getTime(),
    });
    return Promise.resolve(
      found.map(({ start, end }) => ({ startsAt: new Date(start), endsAt: new Date(end) })),
    );
  };
  const carryOut = (reply: Reply) => {
    for (const action of reply.actions) {
      const at = bookings.findIndex(({ id }) => "bookingId" in action && id === action.bookingId);
      const known = bookings[at];
      if (action.kind === "book") {
        const title = business.services.find(({ id }) => id === action.serviceId)?.name ?? "";
        bookings.push({ ...action, id: `booking-${bookings.length + 1}`, title });
        customer = {
          name: action.name,
          address: action.address,
          postcode: action.postcode,
        } as Turn["customer"];
      } else if (action.kind === "cancel") bookings.splice(at, 1);
      else if (known) Object.assign(known, { startsAt: action.startsAt, endsAt: action.endsAt });
    }
    bookings.sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
  };
  return {
    bookings,
    take: (instant) => void taken.push(instant),
    async say(...texts) {
      messages.push(...texts.map((text): Spoken => ({ role: "user", text, at: now })));
      const reply = await respond({
        messages,
        business,
        policy: {
          discloseAi: disclose,
          priceRangesOnly: true,
          canOfferSlots: true,
          canText: true,
          canBook: true,
          confirmsByText: confirms,
        },
        bookings,
        customer,
        ...(memo && !stateless ? { memo } : {}),
        now,
        slots,
      });
      memo = JSON.parse(JSON.stringify(reply.memo)) as Memo;
      messages.push({ role: "assistant", text: reply.reply, at: now });
      carryOut(reply);
      if (confirms) messages.push(...confirmationsOf(reply, business));
      return reply;
    },
  };
}

function confirmationsOf({ actions }: Reply, { name, services, timeZone }: Business): Spoken[] {
  return actions.flatMap((action) => {
    if (action.kind !== "book") return [];
    const service = services.find(({ id }) => id === action.serviceId);
    const text = `${name}: you are booked for ${service?.name} on ${momentText(action.startsAt, timeZone)}. Reply here to change or cancel.`;
    return [{ role: "assistant" as const, text, at: now }];
  });
}
