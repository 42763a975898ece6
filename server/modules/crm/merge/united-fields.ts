import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../../kernel/tables.ts";
import { isEmptyValue } from "../fields/custom-field.ts";
import { managedKey } from "../fields/default-rules.ts";

export type Choice = "survivor" | "duplicate";

/** How the fields of a kind of record become one. */
export type MergeRules = {
  /** Fields a caller can choose for, each with the columns it stands for. */
  choosable: Readonly<Record<string, readonly string[]>>;
  /** True if either was. */
  either: readonly string[];
  /** The earlier of the two. */
  earliest: readonly string[];
};

const address = ["address_line1", "city", "state", "postal_code", "country"];
const reach = {
  email: ["email"],
  phone: ["phone"],
  landline: ["landline"],
  address,
  timezone: ["timezone"],
  notes: ["notes"],
  metadata: ["metadata"],
  relationship_started_at: ["relationship_started_at"],
};

export const mergeRules = {
  contact: {
    choosable: {
      first_name: ["first_name"],
      last_name: ["last_name"],
      ...reach,
      date_of_birth: ["date_of_birth"],
      job_title: ["job_title"],
      source: ["source"],
      contact_type: ["contact_type"],
    },
    either: ["email_unsubscribed", "sms_unsubscribed"],
    earliest: ["sms_unsubscribed_at", "relationship_started_at"],
  },
  company: {
    choosable: {
      name: ["name"],
      ...reach,
      industry: ["industry"],
      website: ["website"],
      account_type: ["account_type"],
      tax_number: ["tax_number"],
    },
    either: ["is_customer", "is_supplier"],
    earliest: ["relationship_started_at"],
  },
} as const satisfies Record<string, MergeRules>;

/**
 * Columns of the survivor that change. What it has stays and what it lacks comes from the duplicate, unless a choice says
 * otherwise; notes of both are kept, metadata is united key by key, and an address is taken whole.
 */
export function unitedFields(
  rules: MergeRules,
  { survivor, duplicate }: { survivor: JsonObject; duplicate: JsonObject },
  choices: Partial<Record<string, Choice>>,
): JsonObject {
  const united: JsonObject = {};
  for (const [field, columns] of Object.entries(rules.choosable)) {
    const taken = chosen(field, columns, { survivor, duplicate }, choices[field]);
    for (const column of columns) united[column] = taken[column] ?? null;
  }
  for (const column of rules.earliest) {
    if (choices[column]) continue;
    const [first] = [survivor[column], duplicate[column]].filter((at) => at !== null).sort();
    united[column] = first ?? null;
  }
  for (const column of rules.either) united[column] = survivor[column] === true || duplicate[column] === true;
  return Object.fromEntries(
    Object.entries(united).filter(([column, value]) => !isDeepStrictEqual(survivor[column] ?? null, value)),
  );
}

function chosen(
  field: string,
  columns: readonly string[],
  { survivor, duplicate }: { survivor: JsonObject; duplicate: JsonObject },
  choice: Choice | undefined,
): JsonObject {
  if (field === "metadata") {
    const pair = [metadataOf(survivor), metadataOf(duplicate)];
    if (choice !== "duplicate") pair.reverse();
    return { metadata: unitedMetadata(...(pair as [JsonObject, JsonObject]), metadataOf(survivor)) };
  }
  if (choice) return choice === "survivor" ? survivor : duplicate;
  if (field === "notes") return { notes: unitedNotes(survivor["notes"], duplicate["notes"]) };
  // A country alone is no address: many have it by default.
  const telling = field === "address" ? columns.filter((column) => column !== "country") : columns;
  return telling.some((column) => !isEmptyValue(survivor[column])) ||
    telling.every((column) => isEmptyValue(duplicate[column]))
    ? survivor
    : duplicate;
}

const metadataOf = (row: JsonObject) => (row["metadata"] ?? {}) as JsonObject;

/** `over` wins. What the survivor's rules had written stays theirs. */
function unitedMetadata(under: JsonObject, over: JsonObject, survivor: JsonObject): JsonObject {
  const united: JsonObject = { ...under, ...over };
  const links = { ...(under["quick_links"] as JsonObject), ...(over["quick_links"] as JsonObject) };
  if (Object.keys(links).length > 0) united["quick_links"] = links;
  delete united[managedKey];
  const managed = survivor[managedKey];
  return managed === undefined ? united : { ...united, [managedKey]: managed };
}

function unitedNotes(ours: unknown, theirs: unknown): unknown {
  if (isEmptyValue(ours) || isEmptyValue(theirs) || ours === theirs) return ours ?? theirs;
  return `${String(ours)}\n\n${String(theirs)}`;
}
