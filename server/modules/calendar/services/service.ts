import type { Generated, Selectable } from "kysely";
import type { Json, Timestamp } from "../../../kernel/tables.ts";
import type { SlotRules } from "../slots/slots.ts";

export type DealBehavior = "create" | "update_or_create" | "never_create";
export type PriceUnit = "PER_JOB" | "PER_HOUR" | "PER_VISIT";

export type BookingNotification = {
  /** Minutes before the meeting (pre_meeting) or after the missed one (rebooking). */
  offset_minutes?: number;
  channels: ("email" | "sms")[];
  recipients: "booker" | "booker_and_attendees" | "team" | "all";
  email_subject?: string;
  email_body?: string;
  sms_body?: string;
  label?: string;
};

/** any: one host, the least booked that day; all: every host together; round_robin: one host, in turn over the month. */
export type HostAssignment = "any" | "all" | "round_robin";

export type BookingNotifications = Partial<
  Record<"pre_meeting" | "meeting_start" | "late" | "no_show" | "rebooking", BookingNotification[]>
>;

export interface ScheduledEventTypesTable {
  workspace_id: string;
  id: string;
  name: string;
  description: string | null;
  icon: string | null;
  color: string | null;
  is_meeting: Generated<boolean>;
  default_duration_minutes: number | null;
  duration_minutes: number | null;
  event_queue_id: string | null;
  enrollment_offset_minutes: number | null;
  sort_order: Generated<number>;
  is_active: Generated<boolean>;
  is_bookable: Generated<boolean>;
  slug: string;
  buffer_before_minutes: number | null;
  buffer_after_minutes: number | null;
  min_notice_hours: string | null;
  max_advance_days: number | null;
  slot_interval_minutes: number | null;
  booking_pipeline_id: string | null;
  booking_stage_id: string | null;
  booking_auto_create_deal: Generated<boolean>;
  booking_lead_source: Generated<string>;
  booking_deal_name_template: string | null;
  booking_assigned_user_ids: Generated<string[]>;
  booking_default_tags: Json<{ name: string; color?: string }[]>;
  booking_default_products: Json<{ id: string; quantity: number }[]>;
  booking_confirmation_message: string | null;
  booking_deal_behavior: Generated<DealBehavior>;
  booking_notifications: Json<BookingNotifications>;
  price_min_cents: number | null;
  price_max_cents: number | null;
  price_unit: PriceUnit | null;
  currency: string | null;
  keywords: Generated<string[]>;
  host_assignment: Generated<HostAssignment>;
  capacity: Generated<number>;
  resource_requirements: Json<{ any_of: string[] }[]>;
  travel_minutes: number | null;
  timezone: string | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    scheduled_event_types: ScheduledEventTypesTable;
  }
}

/** Something customers can book; the workspace API calls it a scheduled event type. */
export type Service = Selectable<ScheduledEventTypesTable>;

export const defaultDurationMinutes = 60;
const defaultHorizonDays = 60;
const defaultIntervalMinutes = 30;

/**
 * How long a booking takes, in minutes. duration_minutes holds for every type; default_duration_minutes is the
 * length a meeting form starts with, so it counts only for meetings.
 */
export function durationOf(
  service: Pick<Service, "duration_minutes" | "is_meeting" | "default_duration_minutes">,
): number {
  const meeting = service.is_meeting ? service.default_duration_minutes : null;
  return service.duration_minutes ?? meeting ?? defaultDurationMinutes;
}

/** The rules of a service's slots; what it leaves open takes the defaults: no buffers, no notice, 60 days, every 30 minutes. */
export function rulesOf(service: Service | undefined, durationMinutes?: number): SlotRules {
  return {
    durationMinutes: durationMinutes ?? (service ? durationOf(service) : defaultDurationMinutes),
    bufferBeforeMinutes: service?.buffer_before_minutes ?? 0,
    bufferAfterMinutes: service?.buffer_after_minutes ?? 0,
    minNoticeMinutes: Math.ceil(Number(service?.min_notice_hours ?? 0) * 60),
    maxAdvanceDays: service?.max_advance_days ?? defaultHorizonDays,
    slotIntervalMinutes: service?.slot_interval_minutes ?? defaultIntervalMinutes,
  };
}
