import { dictionary } from "../../../kernel/dictionary.ts";
import { Type } from "typebox";
import type { Static } from "typebox";

const optionalText = () => Type.Union([Type.String(), Type.Null()]);

export const CrmLogRecord = Type.Object({
  id: Type.String({ description: "The entry's id and the field's name; unique." }),
  entry_id: Type.String({ format: "uuid", description: "What changed together has one entry." }),
  entity_type: Type.String({ description: "contact, company, opportunity, booking…" }),
  entity_id: optionalText(),
  action: Type.String({ description: "created, updated, deleted, or ran for an act that changed no field." }),
  field: optionalText(),
  old_value: Type.Unknown(),
  new_value: Type.Unknown(),
  changed_by: optionalText(),
  changed_by_name: optionalText(),
  changed_by_kind: Type.String({ description: "user, api_key, agent, automation, system, provider…" }),
  changed_at: Type.String({ format: "date-time" }),
  surface: Type.String({ description: "Through which of the program's doors it came." }),
  operation: Type.String(),
  request_id: Type.String({ description: "The x-corr-id of the call that did it." }),
});

export type CrmLog = Static<typeof CrmLogRecord>;

/** What the API calls things differently from the trail. */
const nounOf: Record<string, string> = dictionary({
  deal: "opportunity",
  account: "company",
  customer: "company",
});

export function nounOfEntity(entityType: string): string {
  return nounOf[entityType] ?? entityType;
}
