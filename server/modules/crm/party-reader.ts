import type { Ctx } from "../../kernel/context.ts";
import { invalidField } from "../../kernel/errors.ts";
import type { JsonObject } from "../../kernel/tables.ts";
import { countryOf } from "../workspace/settings/country.ts";
import { todayOf } from "../workspace/settings/today.ts";
import { metadataRules } from "./fields/metadata-rules.ts";
import type { MetadataRules } from "./fields/metadata-rules.ts";

type Sent = {
  phone?: string | null | undefined;
  landline?: string | null | undefined;
  metadata?: object | undefined;
  date_of_birth?: string | null | undefined;
};

/**
 * Reads what callers send for contacts or companies into column values. The workspace's country and its custom fields
 * are loaded once for any number of records, and only when a national number or metadata asks for them; likewise its day,
 * which nobody's birth comes after.
 */
export function partyReader<Fields extends Sent, Values extends { metadata?: string }>(
  ctx: Ctx,
  entity: "contact" | "account",
  valuesOf: (fields: Fields, country: string) => Values,
): (fields: Fields, before?: JsonObject & { metadata: JsonObject }) => Promise<Values> {
  let country: Promise<string> | undefined;
  let today: Promise<string> | undefined;
  let rules: Promise<MetadataRules> | undefined;
  return async (fields, before) => {
    const national = [fields.phone, fields.landline].some((one) => one && !one.trim().startsWith("+"));
    const values = valuesOf(fields, national ? await (country ??= countryOf(ctx)) : "GB");
    if (fields.date_of_birth && fields.date_of_birth > (await (today ??= todayOf(ctx)))) {
      throw invalidField("date_of_birth", "is in the future", "Send the day they were born.");
    }
    if (fields.metadata === undefined) return values;
    const { written } = await (rules ??= metadataRules(ctx));
    const metadata = written(entity, fields.metadata as JsonObject, before, { ...before, ...values });
    return { ...values, metadata: JSON.stringify(metadata) };
  };
}
