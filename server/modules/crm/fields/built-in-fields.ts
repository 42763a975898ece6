import type { CatalogueEntity, CatalogueField, CatalogueFieldType } from "./field-catalogue.ts";

type Listed = [key: string, type: CatalogueFieldType, more?: Partial<CatalogueField>];

const idAndTimes: Listed[] = [
  ["id", "text", { label: "ID" }],
  ["created_at", "datetime"],
  ["updated_at", "datetime"],
];

const address: Listed[] = [
  ["address_line1", "text", { label: "Address" }],
  ["city", "text"],
  ["state", "text"],
  ["postal_code", "text"],
  ["country", "text"],
];

const listed: Record<CatalogueEntity, Listed[]> = {
  opportunity: [
    ["public_id", "text", { label: "Number" }],
    ["name", "text"],
    ["status", "dropdown", { options: ["open", "won", "lost"] }],
    ["value", "money"],
    ["currency", "text"],
    ["lead_source", "text"],
    ["opportunity_type", "text"],
    ["probability", "number"],
    ["expected_close_date", "date"],
    ["pipeline_id", "reference", { label: "Pipeline", reference: "pipeline" }],
    ["stage_id", "reference", { label: "Stage", reference: "stage" }],
    ["contact_id", "reference", { label: "Contact", reference: "contact" }],
    ["customer_id", "reference", { label: "Company", reference: "account" }],
    ["tags", "tags"],
    ["notes", "textarea"],
    ["won_at", "datetime"],
    ["lost_at", "datetime"],
    ["won_reasons", "array"],
    ["lost_reasons", "array"],
    ["next_action", "text"],
    ["next_action_date", "datetime"],
    ["primary_referrer_contact_id", "reference", { label: "Referrer", reference: "contact" }],
    ["primary_referrer_category", "text", { label: "Referrer category" }],
    ...idAndTimes,
  ],
  contact: [
    ["public_id", "text", { label: "Number" }],
    ["first_name", "text"],
    ["last_name", "text"],
    ["email", "text", { label: "E-mail" }],
    ["phone", "text"],
    ["landline", "text"],
    ["date_of_birth", "date"],
    ["job_title", "text"],
    ["source", "text"],
    ["contact_type", "text"],
    ["notes", "textarea"],
    ...address,
    ["timezone", "text", { label: "Time zone" }],
    ["relationship_started_at", "date", { label: "Relationship started" }],
    ["email_unsubscribed", "boolean", { label: "Unsubscribed from e-mail" }],
    ["sms_unsubscribed", "boolean", { label: "Unsubscribed from texts" }],
    ...idAndTimes,
  ],
  account: [
    ["public_id", "text", { label: "Number" }],
    ["name", "text"],
    ["email", "text", { label: "E-mail" }],
    ["phone", "text"],
    ["landline", "text"],
    ["industry", "text"],
    ["website", "url"],
    ["account_type", "text"],
    ["is_customer", "boolean", { label: "Customer" }],
    ["is_supplier", "boolean", { label: "Supplier" }],
    ["tax_number", "text"],
    ["notes", "textarea"],
    ...address,
    ["timezone", "text", { label: "Time zone" }],
    ["relationship_started_at", "date", { label: "Relationship started" }],
    ...idAndTimes,
  ],
  work_order: [
    ["public_id", "text", { label: "Number" }],
    ["opportunity_product_id", "reference", { label: "Product line", reference: "product" }],
    ["status_id", "reference", { label: "Status", reference: "work_order_status" }],
    ["schedule_date", "date"],
    ["schedule_time", "text"],
    ["assigned_to", "reference", { reference: "user" }],
    ["sort_order", "number"],
    ...idAndTimes,
  ],
  task: [
    ["title", "text"],
    ["description", "textarea"],
    ["status", "dropdown", { options: ["open", "completed"] }],
    ["priority", "dropdown", { options: ["low", "medium", "high"] }],
    ["category_id", "reference", { label: "Category", reference: "task_category" }],
    ["due_date", "date"],
    ["completed_at", "datetime"],
    ["opportunity_id", "reference", { label: "Opportunity", reference: "opportunity" }],
    ["contact_id", "reference", { label: "Contact", reference: "contact" }],
    ["assigned_to", "reference", { reference: "user" }],
    ...idAndTimes,
  ],
};

/** The fields every workspace's records have, by the names the API shows them under. */
export const builtInFields: Record<CatalogueEntity, readonly CatalogueField[]> = {
  opportunity: listed.opportunity.map(field),
  contact: listed.contact.map(field),
  account: listed.account.map(field),
  work_order: listed.work_order.map(field),
  task: listed.task.map(field),
};

function field([key, type, more]: Listed): CatalogueField {
  return { key, type, label: labelOf(key), custom: false, ...more };
}

// "next_action_date" reads "Next action date".
function labelOf(key: string): string {
  const words = key.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
