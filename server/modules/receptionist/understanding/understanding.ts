/** What a person's message can be after; `understand` returns them ranked, most pressing first. */
export type Intent =
  | "book"
  | "confirm"
  | "decline"
  | "reschedule"
  | "cancel"
  | "price"
  | "hours"
  | "service_area"
  | "availability"
  | "person"
  | "emergency"
  | "abuse"
  | "thanks"
  | "greeting"
  | "goodbye"
  | "stop_asking_ai"
  | "are_you_ai"
  | "change"
  | "question"
  | "unknown";

/**
 * A day somebody spoke of. `date` is YYYY-MM-DD in the shop's zone; a range ("next week") also has `from` and `to`
 * (both inclusive), as does a bound ("before Friday"), and its `date` is the first sensible day of it. `negated`: "not Friday". `text` is as normalised.
 */
export type DateMention = { date: string; text: string; from?: string; to?: string; negated?: boolean };

/** A clock time, HH:MM on 24 hours. `explicit` is false when am or pm had to be guessed from business hours. */
export type TimeMention = { time: string; text: string; explicit: boolean; negated?: boolean };

/** A part of the day, HH:MM to HH:MM on 24 hours: "after lunch", "before 11", "between 2 and 4", "any time". */
export type TimeWindow = { from: string; to: string; text: string };

/** A service the business offers, as far as understanding needs to know it. */
export type ServiceWords = { id: string; name: string; keywords?: string[] };

export type ServiceMatch = { id: string; name: string; score: number };

/** Everything one message was understood to say. `date` and `time` are the ones that count (last one wins). */
export type Understanding = {
  intents: Intent[];
  date?: DateMention;
  dates: DateMention[];
  time?: TimeMention;
  times: TimeMention[];
  window?: TimeWindow;
  /** 1-based position among the slots on offer. */
  choice?: number;
  service?: ServiceMatch;
  name?: string;
  email?: string;
  address?: string;
  postcode?: string;
  /** 0 to 1. */
  confidence: number;
};

/**
 * What is known when the message arrives. `mentioned` is what the conversation already has on the table;
 * `country` is an ISO 3166 alpha-2 code and decides how 8/3 and postcodes read.
 */
export type UnderstandingContext = {
  now: Date;
  timeZone: string;
  previousAssistantText?: string;
  mentioned?: { date?: string; time?: string; from?: string; to?: string };
  services?: ServiceWords[];
  country?: string;
};
