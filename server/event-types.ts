/**
 * Every type of event the program emits, in one place: what can be subscribed to, and what it takes to hear of it. server/event-types.test.ts compares it
 * with what the source emits.
 */

/** Scopes of which any one lets hear of an event; none at all: every credential hears of it. */
type Hearing = readonly string[];

const everybody: Hearing = [];
const bookings: Hearing = ["scheduling:read", "company:read"];
const imports: Hearing = ["contacts:read", "companies:read", "opportunities:read"];

/** Records whose creation, change and end are told, and to whom. */
const ofRecords = {
  activity: ["activities:read"],
  calendar_connection: ["company:read"],
  calendar_feed: ["company:read"],
  company: ["companies:read"],
  contact: ["contacts:read"],
  crm_template: ["crm-templates:read"],
  export_template: ["exports:read"],
  export_view: ["exports:read"],
  import: imports,
  incoming_webhook: ["webhooks:read"],
  opportunity: ["opportunities:read"],
  opportunity_product: ["opportunities:read"],
  opportunity_product_cost: ["opportunities:read"],
  outgoing_webhook: ["webhooks:read"],
  pipeline: ["pipelines:read"],
  product: ["products:read"],
  product_cost: ["products:read"],
  report_card: ["opportunities:read"],
  report_dashboard: ["opportunities:read"],
  report_funnel: ["opportunities:read"],
  scheduled_event_type: ["company:read"],
  scheduling_resource: ["company:read"],
  stage: ["pipelines:read"],
  supplier_product: ["products:read"],
  task: ["tasks:read"],
  task_category: ["tasks:read"],
  user: ["users:read"],
  webhook_subscription: ["webhooks:read"],
  work_order: ["work-orders:read"],
  work_status_portal: ["work-orders:read"],
} as const satisfies Record<string, Hearing>;

/** What happens to records beside that. Of an approval no more is told than the name of what waits. */
const ofOthers = {
  "approval.approved": everybody,
  "approval.rejected": everybody,
  "approval.requested": everybody,
  "birthday_send.created": ["contacts:read"],
  "booking.attended": bookings,
  "booking.cancellation_suspected": bookings,
  "booking.cancelled": bookings,
  "booking.conflict_found": bookings,
  "booking.created": bookings,
  "booking.late": bookings,
  "booking.no_show": bookings,
  "booking.rescheduled": bookings,
  "booking.updated": bookings,
  "calendar_connection.revoked": ["company:read"],
  "call.answered": ["calls:read"],
  "call.missed": ["calls:read"],
  "company.merged": ["companies:read"],
  "company.unmerged": ["companies:read"],
  "contact.employer_linked": ["contacts:read"],
  "contact.employer_unlinked": ["contacts:read"],
  "contact.merged": ["contacts:read"],
  "contact.opted_in": ["contacts:read"],
  "contact.opted_out": ["contacts:read"],
  "contact.unmerged": ["contacts:read"],
  "conversation.state_changed": ["sms:read"],
  "conversation.updated": ["sms:read"],
  "crm_settings.updated": ["company:read"],
  "crm_template.applied": ["crm-templates:read"],
  "event_queue.started": ["company:read"],
  "import.completed": imports,
  "lead.created": ["leads:read"],
  "lead.status_changed": ["leads:read"],
  "message.held": ["sms:read"],
  "message.received": ["sms:read"],
  "opportunity.lost": ["opportunities:read"],
  "opportunity.stage_changed": ["opportunities:read"],
  "opportunity.won": ["opportunities:read"],
  "phone_number.updated": ["phone:read"],
  "report_dashboard_acl.created": ["opportunities:read"],
  "report_dashboard_acl.deleted": ["opportunities:read"],
  "scheduling_availability.updated": ["company:read"],
  "tag_palette.updated": ["company:read"],
  "webhook.disabled": ["webhooks:read"],
  "webhook.received": ["webhooks:read"],
  "work_order.opened": ["work-orders:read"],
  "workspace.updated": ["company:read"],
} as const satisfies Record<string, Hearing>;

const hearing: ReadonlyMap<string, Hearing> = new Map<string, Hearing>([
  ...Object.entries(ofRecords).flatMap(([noun, scopes]): [string, Hearing][] =>
    ["created", "updated", "deleted"].map((verb) => [`${noun}.${verb}`, scopes]),
  ),
  ...Object.entries(ofOthers),
]);

/** All of them, in alphabetical order. */
export const eventTypes: readonly string[] = [...hearing.keys()].sort();

/** Every scope an event takes. */
export const hearingScopes: ReadonlySet<string> = new Set([...hearing.values()].flat());

/** Whether these scopes let hear of events of a type. Of a type that is not declared nobody but the program hears. */
export function mayHear(scopes: ReadonlySet<string> | undefined, type: string): boolean {
  if (!scopes) return true;
  const any = hearing.get(type);
  return any !== undefined && (any.length === 0 || any.some((scope) => scopes.has(scope)));
}
