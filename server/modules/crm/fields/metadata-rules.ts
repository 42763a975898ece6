import { isDeepStrictEqual } from "node:util";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { nearMiss } from "../../../kernel/near-misses.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { crmSettingsInZone } from "../settings/crm-settings.ts";
import type { CrmSettings } from "../settings/crm-settings.ts";
import { isVisible } from "./conditions.ts";
import { isEmptyValue, isUuidShaped } from "./custom-field.ts";
import type { CustomEntity, CustomField } from "./custom-field.ts";
import { checkCustomValue } from "./custom-values.ts";
import { managedBy, managedKey, withDefaultRules } from "./default-rules.ts";
import { checkedQuickLinks } from "./quick-links.ts";
import type { Moment } from "./rule-actions.ts";

type Before = { metadata: JsonObject; fields?: JsonObject };

export type MetadataRules = {
  /**
   * The metadata to store for a record that is being written. `sent` replaces what is there (undefined leaves it), `before` is
   * the record as it stands (undefined for a create), `fields` the record's own fields as they will be. Every create and update
   * of a deal passes here, also those that send no metadata: its default rules may write. Throws a 400 naming the field.
   */
  written(
    entity: CustomEntity,
    sent: JsonObject | undefined,
    before: Before | undefined,
    fields: JsonObject,
  ): JsonObject;
};

/** The workspace's rules for metadata, its definitions loaded once for any number of records. */
export async function metadataRules(ctx: Ctx): Promise<MetadataRules> {
  const { settings, timeZone } = await crmSettingsInZone(ctx);
  const moment: Moment = { now: ctx.now, timeZone };
  return {
    written(entity, sent, before, fields) {
      const old = before?.metadata ?? {};
      const { [managedKey]: recorded, ...kept } = old;
      const metadata = sent === undefined ? kept : checked(settings, entity, sent, old);
      const definitions = settings.custom_fields[entity];
      if (sent !== undefined) checkRequired(definitions, { sent, old, metadata, fields });
      const managed = managedBy(recorded, metadata);
      return entity === "deal"
        ? withDefaultRules(definitions, { metadata, managed, fields }, moment)
        : metadata;
    },
  };
}

/** What a caller sent, each known field by its type. A value that was there before is not questioned again. */
function checked(settings: CrmSettings, entity: CustomEntity, sent: JsonObject, old: JsonObject): JsonObject {
  refuseReserved(sent, old);
  const byId = new Map(settings.custom_fields[entity].map((field) => [field.id, field]));
  const metadata: JsonObject = {};
  for (const [key, value] of Object.entries(sent)) {
    if (key === managedKey) continue;
    if (key === "quick_links") {
      metadata[key] = checkedQuickLinks(value ?? {}, old[key], settings.quick_links);
      continue;
    }
    const field = byId.get(key);
    if (!field && !Object.hasOwn(old, key)) refuseSlip(key, byId.values());
    if (field && (value === null || value === "")) continue;
    if (field && !isDeepStrictEqual(old[key], value)) checkCustomValue(field, value);
    metadata[key] = value;
  }
  return metadata;
}

/** Refuses a name nobody defined that is surely meant as one somebody did; other names are free. */
function refuseSlip(key: string, fields: Iterable<CustomField>): void {
  const ids = new Map([...fields].flatMap(({ id, label }) => [[label, id] as const, [id, id] as const]));
  const near = nearMiss(key, ids.keys());
  if (near === undefined) return;
  throw invalidField(
    `metadata.${key}`,
    "is no custom field, and nearly the name of one",
    `Did you mean ${ids.get(near)}? A name of your own has to differ more.`,
  );
}

function refuseReserved(sent: JsonObject, old: JsonObject): void {
  const stray = Object.keys(sent).find(isUuidShaped);
  if (stray !== undefined) {
    throw invalidField(
      `metadata.${stray}`,
      "is a quick link id at the root",
      "Nest it under metadata.quick_links.",
    );
  }
  // Whoever reads a record, adds to its metadata and sends that back has set nothing.
  if (Object.hasOwn(sent, managedKey) && !isDeepStrictEqual(sent[managedKey], old[managedKey])) {
    throw invalidField(`metadata.${managedKey}`, "is kept by the default rules", "Leave it out.");
  }
}

function checkRequired(
  definitions: readonly CustomField[],
  { sent, old, metadata, fields }: Record<"sent" | "old" | "metadata" | "fields", JsonObject>,
): void {
  for (const field of definitions) {
    if (!field.required || !isEmptyValue(metadata[field.id])) continue;
    const emptied = Object.hasOwn(sent, field.id) || !isEmptyValue(old[field.id]);
    if (emptied && isVisible(field, { metadata, fields })) {
      throw invalidField(
        `metadata.${field.id}`,
        "is required and may not be emptied",
        `Send a value for ${field.label}, or leave metadata out.`,
      );
    }
  }
}
