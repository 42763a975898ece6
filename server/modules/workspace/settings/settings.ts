import { isJsonObject } from "../../../kernel/json-object.ts";
import { sql } from "kysely";
import { isEmail } from "../../../emails.ts";
import type { Ctx } from "../../../kernel/context.ts";
import type { JsonObject } from "../../../kernel/tables.ts";

export type MessageChannel = "sms" | "email";
export type AfterHours = "AIONLY" | "QUEUE_FOR_HUMAN" | "CLOSE_WITH_MSG";

/** How a business wants its front office run. Stored as overrides of these defaults, so new settings need no migration. */
export type WorkspaceSettings = {
  /** The outbound messaging entitlement: off, nothing leaves. */
  messaging: {
    enabled: boolean;
    /** Countries (ISO 3166) in which numbers that strangers type are texted; none: the business's own. */
    countries: string[];
  };
  quiet_hours: { enabled: boolean; start: string; end: string };
  after_hours: AfterHours;
  after_hours_message: string;
  receptionist: { enabled: boolean; disclose_ai: boolean };
  text_back: { enabled: boolean; template: string; window_minutes: number };
  voicemail: { enabled: boolean };
  /** Bots may be sent to meetings; each recorded minute costs credits. */
  notetaker: { enabled: boolean };
  owner: { name: string; phone: string | null };
  owner_window_seconds: number;
  ring_seconds: number;
  ai_inactivity_minutes: number;
  /** Whose identity credentials let an agent book for a person; nobody's by default. */
  agents: { trusted_issuers: string[] };
  service_area: { center: string; radius_miles: number | null; postcodes: string[] };
  booking_messages: {
    confirmation: { enabled: boolean; channels: MessageChannel[] };
    reminders: { offset_minutes: number; channels: MessageChannel[] }[];
    templates: BookingTemplates;
  };
  /** Web origins (https://example.com) that may show the booking pages in a frame; none by default. */
  booking_page: { embed_origins: string[] };
};

export type BookingTemplates = {
  confirmation_sms: string;
  confirmation_email_subject: string;
  confirmation_email: string;
  reminder_sms: string;
  reminder_email_subject: string;
  reminder_email: string;
  cancellation_sms: string;
};

export const defaultSettings: WorkspaceSettings = {
  messaging: { enabled: true, countries: [] },
  quiet_hours: { enabled: false, start: "21:00", end: "08:00" },
  after_hours: "AIONLY",
  after_hours_message:
    "Thanks for getting in touch with {business}. We are closed now and will reply when we open.",
  receptionist: { enabled: true, disclose_ai: true },
  text_back: {
    enabled: true,
    template: "Hi, this is {business}. Sorry we missed your call. How can we help? Reply STOP to opt out.",
    window_minutes: 60,
  },
  voicemail: { enabled: false },
  notetaker: { enabled: false },
  owner: { name: "", phone: null },
  owner_window_seconds: 60,
  ring_seconds: 20,
  ai_inactivity_minutes: 15,
  agents: { trusted_issuers: [] },
  service_area: { center: "", radius_miles: null, postcodes: [] },
  booking_messages: {
    confirmation: { enabled: true, channels: ["sms", "email"] },
    reminders: [
      { offset_minutes: 1440, channels: ["sms", "email"] },
      { offset_minutes: 120, channels: ["sms"] },
    ],
    templates: {
      confirmation_sms:
        "{business}: you are booked for {service} on {date} at {time}. Need to change it? {management_url}",
      confirmation_email_subject: "Booked: {service} on {date} at {time}",
      confirmation_email:
        "Hi {booker_name},\n\nYou are booked for {service} on {date} at {time}.\n\nTo move or cancel: {management_url}\n\n{business}",
      reminder_sms:
        "{business}: a reminder of your {service} on {date} at {time}. To change it: {management_url}",
      reminder_email_subject: "Reminder: {service} on {date} at {time}",
      reminder_email:
        "Hi {booker_name},\n\nThis is a reminder of your {service} on {date} at {time}.\n\nTo move or cancel: {management_url}\n\n{business}",
      cancellation_sms: "{business}: your {service} on {date} at {time} is cancelled.",
    },
  },
  booking_page: { embed_origins: [] },
};

export type WorkspaceRow = {
  id: string;
  name: string;
  slug: string;
  timeZone: string;
  country: string;
  settings: WorkspaceSettings;
  /** The stored overrides with what else the workspace keeps there (company details). */
  stored: JsonObject;
};

/** The workspace of a ctx with its settings completed by the defaults. */
export async function workspaceOf(ctx: Ctx): Promise<WorkspaceRow> {
  const [row] = await ctx.db.raw(
    sql<{ id: string; name: string; slug: string; time_zone: string; country: string; settings: JsonObject }>`
      select id, name, slug, time_zone, country, settings from workspaces where id = ${ctx.workspaceId}`,
  );
  if (!row) throw new Error("the workspace of this ctx does not exist");
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    timeZone: row.time_zone,
    country: row.country,
    settings: overlay(defaultSettings, row.settings) as WorkspaceSettings,
    stored: row.settings,
  };
}

/** The address the business answers mail at, where it has given one. */
export function contactEmailOf({ stored }: Pick<WorkspaceRow, "stored">): string | undefined {
  const email = (stored["company"] as JsonObject | undefined)?.["contact_email"];
  return typeof email === "string" && isEmail(email) ? email : undefined;
}

export async function settingsOf(ctx: Ctx): Promise<WorkspaceSettings> {
  return (await workspaceOf(ctx)).settings;
}

/** Settings are read, merged and written back: two changes at once must come one after the other. */
export async function lockSettings(ctx: Ctx): Promise<void> {
  await ctx.db.raw(sql`select 1 from workspaces where id = ${ctx.workspaceId} for no key update`);
}

/** Stores overrides; objects are merged by key, lists and values replaced. Lock them first. */
export async function storeSettings(ctx: Ctx, overrides: JsonObject): Promise<void> {
  const { stored } = await workspaceOf(ctx);
  const next = JSON.stringify(overlay(stored, overrides));
  await ctx.db.raw(
    sql`update workspaces set settings = ${next}::jsonb, updated_at = ${ctx.now} where id = ${ctx.workspaceId}`,
  );
}

/** `over` on `base`: nested objects merge, everything else replaces. */
function overlay(base: unknown, over: unknown): unknown {
  if (!isJsonObject(base) || !isJsonObject(over)) return over === undefined ? base : over;
  const merged: JsonObject = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = overlay(base[key], value);
  return merged;
}
