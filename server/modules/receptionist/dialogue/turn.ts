import type { Memo } from "./memo.ts";

/** A bookable time; the receptionist never names one the calendar did not give it. */
export type Slot = { startsAt: Date; endsAt: Date };

/** What a business offers. Prices are minor units of their currency, the business's by default; a missing range means there is none to state. */
export type OfferedService = {
  id: string;
  name: string;
  durationMinutes: number;
  keywords?: string[];
  price?: { minCents: number; maxCents: number; unit: PriceUnit; currency?: string };
};

export type PriceUnit = "PER_JOB" | "PER_HOUR" | "PER_VISIT";

export type Business = {
  name: string;
  timeZone: string;
  /** ISO 3166 alpha-2; decides how dates, postcodes and emergency numbers read. */
  country: string;
  currency: string;
  /** `day` 0 is Sunday; HH:MM. Empty when unknown. */
  hours: { day: number; start: string; end: string }[];
  services: OfferedService[];
  serviceArea: { center: string; radiusMiles: number | null; postcodes: string[] };
  /** Whose phone it is, as customers may be told: "Olive". */
  ownerName: string;
  /** The business comes to the customer, so a booking needs an address. */
  travels: boolean;
};

type Policy = {
  discloseAi: boolean;
  priceRangesOnly: boolean;
  canOfferSlots: boolean;
  /** Replies may ask for an answer by text. */
  canText: boolean;
  /** Actions are carried out; without it a wish is only noted for the team. */
  canBook: boolean;
  /** What is booked is changed only with a number sent to the customer's phone; whoever sends the reply asks for it. */
  provesItself?: boolean;
  /** A booking is confirmed by a text of its own. */
  confirmsByText?: boolean;
};

export type ComingBooking = { id: string; serviceId: string | undefined; title: string } & Slot;

export type Spoken = { role: "user" | "assistant"; text: string; at?: Date };

/** The calendar, asked for one service at a time. `exceptBookingId` is a booking that is about to move. */
export type Slots = (query: {
  serviceId: string;
  from: Date;
  to: Date;
  exceptBookingId?: string;
}) => Promise<Slot[]>;

/** One turn: everything the receptionist may know. The messages after the last one of ours wait for the reply. */
export type Turn = {
  messages: Spoken[];
  business: Business;
  policy: Policy;
  bookings: ComingBooking[];
  customer: { name?: string; address?: string; postcode?: string };
  /** What the conversation has settled so far; without it, it is read out of the messages. */
  memo?: Memo;
  now: Date;
  slots: Slots;
};

export type Action =
  | {
      kind: "book";
      serviceId: string;
      startsAt: Date;
      endsAt: Date;
      name?: string;
      email?: string;
      address?: string;
      postcode?: string;
      notes?: string;
    }
  | { kind: "move"; bookingId: string; startsAt: Date; endsAt: Date }
  | { kind: "cancel"; bookingId: string };

export type ReplyIntent = "OFFER_TIMESLOTS" | "PROVIDE_PRICE_RANGE" | "ESCALATE" | "SMALL_TALK";

export type Reply = {
  reply: string;
  intent: ReplyIntent;
  suggestedSlots: Slot[];
  escalate: boolean;
  /** Why a person is needed, for that person. */
  reason?: string;
  urgent?: boolean;
  confidence: number;
  safety: { redactions: string[] };
  /** Nothing has been done yet: the caller does these together with sending the reply. */
  actions: Action[];
  memo: Memo;
};
