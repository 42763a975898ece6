/**
 * Every type of event the program emits, in one place: what can be subscribed to. server/event-types.test.ts compares it
 * with what the source emits.
 */

/** Records whose creation, change and end are told. */
const recordNouns = [
  "activity",
  "company",
  "contact",
  "crm_template",
  "export_template",
  "export_view",
  "import",
  "incoming_webhook",
  "opportunity",
  "opportunity_product",
  "opportunity_product_cost",
  "outgoing_webhook",
  "pipeline",
  "product",
  "product_cost",
  "report_card",
  "report_dashboard",
  "report_funnel",
  "scheduled_event_type",
  "stage",
  "supplier_product",
  "task",
  "task_category",
  "user",
  "webhook_subscription",
  "work_order",
  "work_status_portal",
] as const;

/** What happens to records beside that. */
const otherTypes = [
  "approval.approved",
  "approval.rejected",
  "approval.requested",
  "birthday_send.created",
  "booking.cancellation_suspected",
  "booking.cancelled",
  "booking.created",
  "booking.rescheduled",
  "call.answered",
  "call.missed",
  "company.merged",
  "company.unmerged",
  "contact.employer_linked",
  "contact.employer_unlinked",
  "contact.merged",
  "contact.opted_in",
  "contact.opted_out",
  "contact.unmerged",
  "conversation.state_changed",
  "conversation.updated",
  "crm_settings.updated",
  "crm_template.applied",
  "event_queue.started",
  "import.completed",
  "lead.created",
  "lead.status_changed",
  "message.held",
  "message.received",
  "opportunity.lost",
  "opportunity.stage_changed",
  "opportunity.won",
  "phone_number.updated",
  "report_dashboard_acl.created",
  "report_dashboard_acl.deleted",
  "scheduling_availability.updated",
  "tag_palette.updated",
  "webhook.disabled",
  "webhook.received",
  "work_order.opened",
] as const;

/** All of them, in alphabetical order. */
export const eventTypes: readonly string[] = [
  ...recordNouns.flatMap((noun) => [`${noun}.created`, `${noun}.updated`, `${noun}.deleted`]),
  ...otherTypes,
].sort();
