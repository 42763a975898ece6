import { Type } from "typebox";
import type { Static, TProperties } from "typebox";
import { isEmail } from "../../../emails.ts";
import { declareError, invalidField } from "../../../kernel/errors.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { phoneField } from "../../../phones.ts";
import type { WorkspaceRow, WorkspaceSettings } from "../settings/settings.ts";

const text = (maxLength: number, description?: string) =>
  Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()], description ? { description } : {}));

/** What a company tells about itself; kept under settings.company. */
export const companyDetails = {
  description: text(5000),
  contact_name: text(200),
  contact_email: text(320),
  phone: text(40, "E.164, or as written in the workspace's country."),
  logo_url: text(2000),
  primary_color: text(7, "#rrggbb"),
  secondary_color: text(7, "#rrggbb"),
  address: text(1000),
  industry: text(200),
  website_url: text(2000),
  abn: text(40, "Business number."),
};

export const detailNames = Object.keys(companyDetails) as (keyof typeof companyDetails)[];

const clock = () => Type.String({ pattern: "^([01]\\d|2[0-3]):[0-5]\\d$", description: "HH:MM" });
const channels = () => Type.Array(Type.Union([Type.Literal("sms"), Type.Literal("email")]), { maxItems: 2 });
const some = <T extends TProperties>(properties: T) =>
  Type.Partial(Type.Object(properties, { additionalProperties: false }), { additionalProperties: false });
const template = () => Type.String({ minLength: 1, maxLength: 5000 });

/** The front office's own settings. Objects merge with what is stored, lists and values replace it. */
export const FrontDeskSettings = some({
  messaging: some({
    enabled: Type.Boolean(),
    countries: Type.Array(Type.String({ pattern: "^[A-Z]{2}$" }), {
      maxItems: 250,
      description:
        "Countries (ISO 3166, such as GB) in which numbers are texted that strangers typed into a public page. Empty: the company's own.",
    }),
  }),
  quiet_hours: some({ enabled: Type.Boolean(), start: clock(), end: clock() }),
  after_hours: Type.Union([
    Type.Literal("AIONLY"),
    Type.Literal("QUEUE_FOR_HUMAN"),
    Type.Literal("CLOSE_WITH_MSG"),
  ]),
  after_hours_message: template(),
  receptionist: some({ enabled: Type.Boolean(), disclose_ai: Type.Boolean() }),
  text_back: some({
    enabled: Type.Boolean(),
    template: template(),
    window_minutes: Type.Integer({ minimum: 0, maximum: 10_080 }),
  }),
  voicemail: some({ enabled: Type.Boolean() }),
  notetaker: some({ enabled: Type.Boolean() }),
  owner: some({
    name: Type.String({ maxLength: 200 }),
    phone: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
  }),
  owner_window_seconds: Type.Integer({ minimum: 30, maximum: 180 }),
  ring_seconds: Type.Integer({ minimum: 5, maximum: 60 }),
  ai_inactivity_minutes: Type.Integer({ minimum: 1, maximum: 1440 }),
  agents: some({
    trusted_issuers: Type.Array(
      Type.String({
        pattern: "^https?://[^\\s?#@]+$",
        maxLength: 200,
        description: "An address whose identity credentials let an AI agent book for a person.",
      }),
      { maxItems: 20 },
    ),
  }),
  service_area: some({
    center: Type.String({ maxLength: 200 }),
    radius_miles: Type.Union([Type.Number({ minimum: 0, maximum: 1000 }), Type.Null()]),
    postcodes: Type.Array(Type.String({ maxLength: 20 }), { maxItems: 1000 }),
  }),
  booking_messages: some({
    confirmation: some({ enabled: Type.Boolean(), channels: channels() }),
    reminders: Type.Array(
      Type.Object(
        { offset_minutes: Type.Integer({ minimum: 5, maximum: 43_200 }), channels: channels() },
        { additionalProperties: false },
      ),
      { maxItems: 5 },
    ),
    templates: some({
      confirmation_sms: template(),
      confirmation_email_subject: template(),
      confirmation_email: template(),
      reminder_sms: template(),
      reminder_email_subject: template(),
      reminder_email: template(),
      cancellation_sms: template(),
    }),
  }),
  booking_page: some({
    embed_origins: Type.Array(Type.String({ maxLength: 255 }), {
      maxItems: 50,
      description: "Sites that may show the booking pages in a frame, such as https://example.com.",
    }),
  }),
});

export type FrontDeskOverrides = Static<typeof FrontDeskSettings>;

const shown = () => Type.Union([Type.String(), Type.Null()]);

export const CompanyRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  slug: Type.String({ description: "The company's part of public addresses." }),
  timezone: Type.String(),
  ...Object.fromEntries(detailNames.map((name) => [name, shown()])),
  front_desk: Type.Object({}, { additionalProperties: true, description: "The front office's settings." }),
});

export function presentCompany(row: WorkspaceRow): Record<string, unknown> {
  const stored = (row.stored["company"] ?? {}) as JsonObject;
  const details = Object.fromEntries(detailNames.map((name) => [name, stored[name] ?? null]));
  const frontDesk: Partial<Record<keyof WorkspaceSettings, unknown>> = {};
  for (const name of Object.keys(FrontDeskSettings.properties) as (keyof WorkspaceSettings)[]) {
    frontDesk[name] = row.settings[name];
  }
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    timezone: row.timeZone,
    ...details,
    front_desk: frontDesk,
  };
}

export const slugTaken = declareError("SLUG_TAKEN", 409, "Another company has this slug.");

type Details = Partial<Record<(typeof detailNames)[number], string | null>>;

/** The details a caller sent, checked and tidied; empty clears. Throws a 400 naming the field. */
export function checkedDetails(sent: Details, country: string): Details {
  const values: Details = {};
  for (const name of detailNames) {
    const value = sent[name];
    if (value !== undefined) values[name] = value?.trim() || null;
  }
  if (values.contact_email && !isEmail(values.contact_email)) {
    throw invalidField(
      "contact_email",
      "is not a valid e-mail address",
      "Send it like hello@example.com, or null for none.",
    );
  }
  if (values.phone) values.phone = phoneField("phone", values.phone, country);
  for (const name of ["logo_url", "website_url"] as const) {
    if (values[name] && !/^https?:$/.test(protocolOf(values[name] ?? ""))) {
      throw invalidField(name, "is not a web address", `Send ${name} as https://….`);
    }
  }
  for (const name of ["primary_color", "secondary_color"] as const) {
    if (values[name] && !/^#[0-9a-f]{6}$/i.test(values[name] ?? "")) {
      throw invalidField(name, "is not a colour", `Send ${name} as #rrggbb.`);
    }
  }
  return values;
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : "";
}

/** An IANA zone as it is written, or a 400. */
export function checkedZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone === "UTC"
      ? "UTC"
      : zone;
  } catch {
    throw invalidField("timezone", "is not an IANA time zone", "Send one such as Europe/London.");
  }
}

export function checkedSlug(slug: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug)) return slug;
  throw invalidField(
    "slug",
    "may hold small letters, digits and single hyphens only",
    "Send a slug such as north-end-physio.",
  );
}

/** The front office's settings with numbers in E.164 and sites as origins. Throws a 400 naming the field. */
export function checkedFrontDesk(sent: FrontDeskOverrides, country: string): JsonObject {
  const checked: JsonObject = { ...sent };
  const phone = sent.owner?.phone;
  if (phone)
    checked["owner"] = { ...sent.owner, phone: phoneField("front_desk.owner.phone", phone, country) };
  const origins = sent.booking_page?.embed_origins;
  if (origins) checked["booking_page"] = { embed_origins: [...new Set(origins.map(checkedOrigin))] };
  return checked;
}

/** Goes into a header that names who may frame a page: nothing but scheme, host and port may pass. */
function checkedOrigin(text: string): string {
  const { origin, protocol } = URL.canParse(text) ? new URL(text) : { origin: "", protocol: "" };
  if (/^https?:$/.test(protocol) && /^[\w.:/[\]-]+$/.test(origin)) return origin;
  throw invalidField(
    "front_desk.booking_page.embed_origins",
    `${text} is not the address of a site`,
    "Send each as https://example.com.",
  );
}
