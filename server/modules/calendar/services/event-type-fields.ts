import { Type } from "typebox";
import type { Static, TObject, TSchema } from "typebox";

const icons = [
  "calendar",
  "video",
  "phone",
  "users",
  "map-pin",
  "coffee",
  "briefcase",
  "file-text",
  "clock",
  "calendar-clock",
] as const;
const colors = ["primary", "emerald", "blue", "amber", "red", "purple", "pink", "indigo"] as const;
const assignments = ["any", "all", "round_robin"] as const;
const behaviors = ["create", "update_or_create", "never_create"] as const;

const nullable = <T extends TSchema>(schema: T) => {
  const { description } = schema as { description?: string };
  return Type.Union([schema, Type.Null()], description === undefined ? {} : { description });
};
const text = (description: string, maxLength = 500) => nullable(Type.String({ maxLength, description }));
const minutes = (description: string, minimum = 0) =>
  nullable(Type.Integer({ minimum, maximum: 1440, description }));
const id = () => nullable(Type.String({ format: "uuid" }));
export const oneOf = <const T extends string[]>(values: T, description: string) =>
  Type.Enum(values, { description });

const notification = {
  channels: Type.Array(oneOf(["email", "sms"], "How it goes out."), { minItems: 1 }),
  recipients: Type.Optional(
    oneOf(["booker", "booker_and_attendees", "team", "all"], "Who gets it; the booker by default."),
  ),
  email_subject: Type.Optional(Type.String({ maxLength: 500 })),
  email_body: Type.Optional(Type.String({ maxLength: 20_000 })),
  sms_body: Type.Optional(Type.String({ maxLength: 1600 })),
  label: Type.Optional(Type.String({ maxLength: 200 })),
};
const momentary = Type.Array(Type.Object(notification, { additionalProperties: false }), { maxItems: 20 });
const timed = Type.Array(
  Type.Object(
    {
      offset_minutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 525_600 })),
      ...notification,
    },
    { additionalProperties: false },
  ),
  { maxItems: 20 },
);

const Notifications = Type.Object(
  {
    pre_meeting: Type.Optional(timed),
    meeting_start: Type.Optional(momentary),
    late: Type.Optional(momentary),
    no_show: Type.Optional(momentary),
    rebooking: Type.Optional(timed),
  },
  {
    additionalProperties: false,
    description:
      "Messages of this type's bookings. offset_minutes is for pre_meeting (before the start) and rebooking (after the no-show was marked; not before the start, and not when the customer has booked again). late, no_show and rebooking have usual words where none are given. Texts may name {booker_name}, {event_type}, {date}, {time}, {meet_link}, {duration}, {rebook_link} and {management_url}.",
  },
);

const Tags = Type.Array(
  Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 100 }),
      color: Type.Optional(Type.String({ maxLength: 50 })),
    },
    { additionalProperties: false },
  ),
  { maxItems: 50, description: "Tags for the opportunity." },
);
const Products = Type.Array(
  Type.Object(
    { id: Type.String({ minLength: 1, maxLength: 100 }), quantity: Type.Number({ exclusiveMinimum: 0 }) },
    { additionalProperties: false },
  ),
  { maxItems: 50, description: "Products for the opportunity." },
);

const Requirements = Type.Array(
  Type.Object(
    { any_of: Type.Array(Type.String({ format: "uuid" }), { minItems: 1, maxItems: 50 }) },
    { additionalProperties: false },
  ),
  {
    maxItems: 20,
    description:
      "What a sitting needs besides people: one of the resources of each entry, all of them different.",
  },
);

const cents = (description: string) => nullable(Type.Integer({ minimum: 0, description }));

/** Every field a caller may write, for create and update alike; each is optional there. */
export const eventTypeFields = {
  description: text("Shown where people choose.", 5000),
  icon: nullable(oneOf([...icons], "Icon.")),
  color: nullable(oneOf([...colors], "Colour.")),
  is_meeting: Type.Boolean({
    description:
      "true: the meeting form (duration, invitees). false: the standard form. Without it, a type that brings a default_duration_minutes is a meeting.",
  }),
  default_duration_minutes: minutes("The length of a meeting; counts only while is_meeting is true.", 1),
  duration_minutes: minutes("How long a booking takes, meeting or not; 60 when nothing says otherwise.", 1),
  event_queue_id: nullable(
    Type.String({ format: "uuid", description: "A queue of this workspace; there are none as yet." }),
  ),
  enrollment_offset_minutes: nullable(
    Type.Integer({
      minimum: 0,
      maximum: 525_600,
      description: "Minutes before the booking at which the queue starts.",
    }),
  ),
  sort_order: Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 }),
  is_active: Type.Boolean(),
  is_bookable: Type.Boolean({ description: "Customers may book it themselves." }),
  slug: Type.String({ minLength: 1, maxLength: 100, description: "Made from the name when left out." }),
  buffer_before_minutes: minutes(
    "Kept free before a booking, beside what the booking before it keeps free after itself: the two add up.",
  ),
  buffer_after_minutes: minutes("Kept free after a booking."),
  min_notice_hours: nullable(
    Type.Number({ minimum: 0, maximum: 8760, description: "Soonest booking from now." }),
  ),
  max_advance_days: nullable(
    Type.Integer({ minimum: 1, maximum: 730, description: "Furthest booking from now." }),
  ),
  slot_interval_minutes: minutes("Slots begin this far apart.", 1),
  booking_pipeline_id: id(),
  booking_stage_id: id(),
  booking_auto_create_deal: Type.Boolean({ description: "Open an opportunity for a booking." }),
  booking_lead_source: Type.String({ minLength: 1, maxLength: 100 }),
  booking_deal_name_template: text("May name {event_type}, {customer_name}, {date} and {time}."),
  booking_assigned_user_ids: Type.Array(Type.String({ format: "uuid" }), {
    maxItems: 100,
    description: "Who takes the bookings; everybody on the staff when empty.",
  }),
  booking_default_tags: Tags,
  booking_default_products: Products,
  booking_confirmation_message: text("Shown after booking.", 5000),
  booking_deal_behavior: oneOf(
    [...behaviors],
    "create: always a new opportunity; update_or_create: the contact's open one or a new one; never_create: only an open one.",
  ),
  booking_notifications: Notifications,
  price_min_cents: cents("Lowest price, in the currency's minor unit."),
  price_max_cents: cents("Highest price, in the currency's minor unit."),
  price_unit: nullable(oneOf(["PER_JOB", "PER_HOUR", "PER_VISIT"], "What the price is for.")),
  currency: nullable(Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217 code, such as GBP." })),
  keywords: Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
    maxItems: 100,
    description: "Other words customers use for it.",
  }),
  host_assignment: oneOf(
    [...assignments],
    "Who gives it. any: one member, the least booked that day; all: every assigned member together; round_robin: one member, in turn over the month.",
  ),
  capacity: Type.Integer({
    minimum: 1,
    maximum: 1000,
    description: "How many bookings one sitting takes; more than 1 makes it a class.",
  }),
  resource_requirements: Requirements,
  travel_minutes: minutes(
    "Kept free between visits at different postcodes, unless PUT /scheduling-travel-times says otherwise. null: the way does not count.",
  ),
  timezone: text("IANA zone the times are meant in; null: the company's.", 100),
};

type FieldSchemas = typeof eventTypeFields;
export type EventTypeFields = Partial<Static<TObject<FieldSchemas>>> & { name?: string };

export const optionalFields = Object.fromEntries(
  Object.entries(eventTypeFields).map(([name, schema]) => [name, Type.Optional(schema as TSchema)]),
) as unknown as { [K in keyof FieldSchemas]: ReturnType<typeof Type.Optional<FieldSchemas[K]>> };
