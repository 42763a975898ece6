/**
 * Every type of event the program emits, in one place: what can be subscribed to. server/event-types.test.ts compares it
 * with what the source emits.
 */

/** Records whose creation, change and end are told. */
const recordNouns = [
  "activity",
  "company",
  "contact",
  "incoming_webhook",
  "opportunity",
  "outgoing_webhook",
  "pipeline",
  "product",
  "scheduled_event_type",
  "stage",
  "task",
  "webhook_subscription",
  "work_order",
] as const;

/** What happens to records beside that. */
const otherTypes = [
  "approval.approved",
  "approval.rejected",
  "approval.requested",
  "booking.cancellation_suspected",
  "booking.cancelled",
  "booking.created",
  "booking.rescheduled",
  "conversation.state_changed",
  "conversation.updated",
  "event_queue.started",
  "lead.created",
  "lead.status_changed",
  "message.held",
  "message.received",
  "opportunity.lost",
  "opportunity.stage_changed",
  "opportunity.won",
  "phone_number.updated",
  "scheduling_availability.updated",
  "webhook.disabled",
  "webhook.received",
] as const;

/** All of them, in alphabetical order. */
export const eventTypes: readonly string[] = [
  ...recordNouns.flatMap((noun) => [`${noun}.created`, `${noun}.updated`, `${noun}.deleted`]),
  ...otherTypes,
].sort();
