import { Type } from "typebox";
import type { Static } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField, unauthorized, validationError } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { edge } from "../../../surfaces/edge.ts";
import { openSlots } from "../../calendar/slots/slots.ts";
import type { WeeklyHours } from "../../calendar/slots/slots.ts";
import { currencyDigits } from "../../../money.ts";
import { currencyOf } from "../../workspace/settings/country.ts";
import { respond } from "../dialogue/respond.ts";
import type { Business, Slots, Turn } from "../dialogue/turn.ts";

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const Clock = Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$|^24:00$", description: "HH:MM" });
const DayHours = Type.Array(Type.Tuple([Clock, Clock]), { description: "[opens, closes] pairs." });

const Context = Type.Object(
  {
    messages: Type.Array(
      Type.Object(
        {
          role: Type.Union([Type.Literal("user"), Type.Literal("assistant")]),
          text: Type.String({ maxLength: 4000 }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 200, description: "Oldest first; the last one is the customer's." },
    ),
    hours: Type.Optional(
      Type.Object(Object.fromEntries(weekdays.map((day) => [day, Type.Optional(DayHours)])), {
        additionalProperties: false,
      }),
    ),
    serviceArea: Type.Optional(
      Type.Object(
        {
          radiusMiles: Type.Optional(Type.Number({ minimum: 0 })),
          center: Type.Optional(Type.String()),
          postcodes: Type.Optional(Type.Array(Type.String())),
        },
        { additionalProperties: false },
      ),
    ),
    pricing: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ minLength: 1 }),
            min: Type.Number({ minimum: 0 }),
            max: Type.Number({ minimum: 0 }),
            unit: Type.Union([Type.Literal("PER_JOB"), Type.Literal("PER_HOUR"), Type.Literal("PER_VISIT")]),
          },
          { additionalProperties: false },
        ),
        { maxItems: 200 },
      ),
    ),
    businessName: Type.Optional(Type.String({ maxLength: 200 })),
    timeZone: Type.Optional(Type.String({ description: "IANA zone of the hours; UTC when absent." })),
    country: Type.Optional(
      Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166 alpha-2; US when absent." }),
    ),
    currency: Type.Optional(Type.String({ pattern: "^[A-Z]{3}$" })),
  },
  { additionalProperties: false },
);

const Input = Type.Object(
  {
    businessId: Type.String({ minLength: 1, maxLength: 200 }),
    conversationId: Type.String({ minLength: 1, maxLength: 200 }),
    policy: Type.Object(
      {
        priceRangesOnly: Type.Optional(Type.Boolean()),
        discloseAI: Type.Optional(Type.Boolean()),
        lang: Type.Optional(Type.String({ description: "Replies are in English (en)." })),
      },
      { additionalProperties: false },
    ),
    context: Context,
    capabilities: Type.Object(
      { canText: Type.Optional(Type.Boolean()), canOfferSlots: Type.Optional(Type.Boolean()) },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

const slotMinutes = 60;
const noticeMinutes = 60;
const horizonDays = 60;

export const generateAiReply = operation({
  name: "generate_ai_reply",
  surface: edge,
  auth: "service-jwt",
  tenancy: "none",
  section: "AI",
  route: "POST /v1/ai/respond",
  scopes: [],
  effect: "read",
  noun: "ai_reply",
  shape: "bare",
  summary: "The receptionist's next reply to a conversation.",
  description:
    "Stateless: messages, hours, service area and prices come with every call, and nothing is stored or booked. Times are computed from the hours; prices are said only as the ranges given.",
  errors: [validationError, unauthorized],
  input: Input,
  output: Type.Object({
    reply: Type.String(),
    lang: Type.String(),
    intent: Type.Union([
      Type.Literal("OFFER_TIMESLOTS"),
      Type.Literal("PROVIDE_PRICE_RANGE"),
      Type.Literal("ESCALATE"),
      Type.Literal("SMALL_TALK"),
    ]),
    suggestedSlots: Type.Array(
      Type.Object({ start: Type.String({ format: "date-time" }), end: Type.String({ format: "date-time" }) }),
    ),
    escalate: Type.Boolean(),
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    safety: Type.Object({ redactions: Type.Array(Type.String()) }),
  }),
  example: {
    input: {
      businessId: "biz_123",
      conversationId: "c_456",
      policy: { priceRangesOnly: true, discloseAI: true, lang: "en" },
      context: {
        messages: [{ role: "user", text: "How much is drain cleaning, and are you free tomorrow?" }],
        hours: { mon: [["08:00", "18:00"]], tue: [["08:00", "18:00"]] },
        pricing: [{ name: "Drain cleaning", min: 99, max: 249, unit: "PER_JOB" }],
      },
      capabilities: { canText: true, canOfferSlots: true },
    },
  },
  async run(ctx, input) {
    const claimed = ctx.actor.claims?.["bizId"];
    if (claimed !== undefined && claimed !== input.businessId) {
      throw unauthorized("The service token is for another business.", {
        fix: "Send a token whose bizId is the businessId of the body.",
      });
    }
    if (input.context.messages.at(-1)?.role !== "user") {
      throw invalidField(
        "context.messages",
        "the last message must be the customer's",
        "End the list with what the customer wrote, role user.",
      );
    }
    const reply = await respond(turnOf(ctx, input), ctx.app.ports.languageModel, ctx.log);
    return {
      reply: reply.reply,
      lang: "en",
      intent: reply.intent,
      suggestedSlots: reply.suggestedSlots.map(({ startsAt, endsAt }) => ({
        start: startsAt.toISOString(),
        end: endsAt.toISOString(),
      })),
      escalate: reply.escalate,
      confidence: reply.confidence,
      safety: reply.safety,
    };
  },
});

function turnOf(ctx: Ctx, { policy, context, capabilities }: Static<typeof Input>): Turn {
  const business = businessIn(context);
  return {
    messages: context.messages,
    business,
    policy: {
      discloseAi: policy.discloseAI ?? true,
      priceRangesOnly: policy.priceRangesOnly ?? true,
      canOfferSlots: capabilities.canOfferSlots ?? false,
      canText: capabilities.canText ?? false,
      canBook: false,
    },
    bookings: [],
    customer: {},
    now: ctx.now,
    slots: slotsIn(business, ctx.now),
  };
}

function businessIn(context: Static<typeof Context>): Business {
  const { hours = {}, serviceArea, pricing = [] } = context;
  const timeZone = zoneField(context.timeZone ?? "UTC");
  const country = context.country ?? "US";
  const weekly = hours as Record<string, [string, string][] | undefined>;
  const badPrice = pricing.findIndex(({ min, max }) => max < min);
  const currency = currencyField(context.currency ?? currencyOf(country));
  const minorOf = (amount: number) => Math.round(amount * 10 ** currencyDigits(currency));
  if (badPrice >= 0)
    throw invalidField(`context.pricing.${badPrice}.max`, "is below min", "Send the lower price as min.");
  return {
    name: context.businessName ?? "the business",
    timeZone,
    country,
    currency,
    hours: weekdays.flatMap((name, day) => (weekly[name] ?? []).map(([start, end]) => ({ day, start, end }))),
    services: pricing.map(({ name, min, max, unit }, index) => ({
      id: `service-${index}`,
      name,
      durationMinutes: slotMinutes,
      price: { minCents: minorOf(min), maxCents: minorOf(max), unit },
    })),
    serviceArea: {
      center: serviceArea?.center ?? "",
      radiusMiles: serviceArea?.radiusMiles ?? null,
      postcodes: serviceArea?.postcodes ?? [],
    },
    ownerName: "",
    travels: serviceArea?.radiusMiles !== undefined || (serviceArea?.postcodes ?? []).length > 0,
  };
}

function zoneField(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    throw invalidField(
      "context.timeZone",
      "is not an IANA time zone",
      "Send one such as America/Los_Angeles.",
    );
  }
}

function currencyField(currency: string): string {
  if (Intl.supportedValuesOf("currency").includes(currency)) return currency;
  throw invalidField("context.currency", "is not an ISO 4217 currency", "Send one such as USD.");
}

function slotsIn(business: Business, now: Date): Slots {
  const weeklyHours: WeeklyHours = business.hours;
  const host = {
    id: "business",
    hours: { weeklyHours, dateOverrides: [], timeZone: business.timeZone },
    busy: [],
  };
  const rules = {
    durationMinutes: slotMinutes,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    minNoticeMinutes: noticeMinutes,
    maxAdvanceDays: horizonDays,
    slotIntervalMinutes: slotMinutes,
  };
  return ({ from, to }) =>
    Promise.resolve(
      openSlots({ hosts: [host], rules, from: from.getTime(), to: to.getTime(), now: now.getTime() }).map(
        ({ start, end }) => ({ startsAt: new Date(start), endsAt: new Date(end) }),
      ),
    );
}
