/** What the columns of an import can go into, and how to guess which is which. */
import { dictionary } from "../../../kernel/dictionary.ts";
import type { Ctx } from "../../../kernel/context.ts";
import { isEmail } from "../../../emails.ts";
import { parsePhone } from "../../../phones.ts";
import { unguarded } from "../exports/csv.ts";
import { fieldCatalogue } from "../fields/field-catalogue.ts";
import type { CatalogueEntity, CatalogueFieldType } from "../fields/field-catalogue.ts";
import type { ImportEntityName } from "./import-record.ts";

export type ImportField = {
  key: string;
  label: string;
  type: CatalogueFieldType | "phone";
  options?: readonly string[] | undefined;
};

export const catalogued: Record<ImportEntityName, CatalogueEntity> = {
  contacts: "contact",
  companies: "account",
  opportunities: "opportunity",
};

const field = (key: string, label: string, type: ImportField["type"] = "text"): ImportField => ({
  key,
  label,
  type,
});

/** Fields that are looked up or taken apart instead of being stored as they are. */
const special: Record<ImportEntityName, ImportField[]> = {
  contacts: [field("full_name", "Full name"), field("company", "Company")],
  companies: [],
  opportunities: [
    field("contact_email", "Contact e-mail"),
    field("contact_phone", "Contact phone", "phone"),
    field("company", "Company"),
    field("pipeline", "Pipeline"),
    field("stage", "Stage"),
  ],
};

// What the program keeps itself, and what special fields say by name.
const unwritable = new Set([
  "public_id",
  "created_at",
  "updated_at",
  "won_at",
  "lost_at",
  "pipeline_id",
  "stage_id",
  "contact_id",
  "customer_id",
  "assigned_to",
  "primary_referrer_contact_id",
  "primary_referrer_category",
]);

/** The fields a column of such an import can go into: built-in, special and custom ones. */
export async function importFields(ctx: Ctx, entity: ImportEntityName): Promise<ImportField[]> {
  const fields = await fieldCatalogue(ctx, catalogued[entity]);
  const own = fields
    .filter(({ key }) => !unwritable.has(key))
    .map(({ key, label, type, options }) => ({
      key,
      label,
      type: key === "phone" || key === "landline" ? ("phone" as const) : type,
      options,
    }));
  return [...own, ...special[entity]];
}

/** Other things people call a field, in the plainest spelling: letters and digits only. */
const synonyms: Record<string, readonly string[]> = dictionary({
  id: ["recordid"],
  first_name: ["firstname", "givenname", "forename", "vorname", "prenom"],
  last_name: ["lastname", "surname", "familyname", "nachname", "nom"],
  full_name: ["fullname", "name", "contactname", "customername", "clientname", "contact", "client"],
  email: ["email", "emailaddress", "mail", "emailid", "primaryemail", "workemail"],
  phone: [
    "phone",
    "mobile",
    "mobilephone",
    "cell",
    "cellphone",
    "phonenumber",
    "mobilenumber",
    "telephone",
    "tel",
  ],
  landline: ["landline", "homephone", "workphone", "businessphone", "officephone"],
  date_of_birth: ["dateofbirth", "born", "birthday", "dob", "birthdate"],
  job_title: ["jobtitle", "title", "position", "role"],
  source: ["source", "leadsource"],
  lead_source: ["source", "leadsource"],
  notes: ["notes", "note", "comments", "comment", "remarks"],
  address_line1: ["address", "street", "addressline1", "streetaddress", "address1"],
  city: ["city", "town", "suburb"],
  state: ["state", "region", "county", "province"],
  postal_code: ["postalcode", "postcode", "zip", "zipcode"],
  country: ["country"],
  company: [
    "company",
    "companyname",
    "companies",
    "employer",
    "organisation",
    "organization",
    "account",
    "business",
  ],
  name: [
    "name",
    "companyname",
    "company",
    "businessname",
    "organisation",
    "organization",
    "dealname",
    "deal",
    "opportunity",
  ],
  website: ["website", "url", "web", "homepage"],
  tax_number: ["taxnumber", "vatnumber", "abn", "vat", "taxid"],
  value: ["value", "amount", "dealvalue", "price"],
  currency: ["currency"],
  expected_close_date: ["expectedclosedate", "closedate"],
  contact_email: ["contactemail", "email"],
  contact_phone: ["contactphone", "phone", "mobile"],
  pipeline: ["pipeline"],
  stage: ["stage"],
  email_unsubscribed: ["emailoptout", "unsubscribed", "unsubscribedfromemail"],
  sms_unsubscribed: ["smsoptout", "unsubscribedfromtexts"],
});

export function plainest(title: string): string {
  return unguarded(title)
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/**
 * The field each column probably means: by its title first (the field's name, its label, what else people call it), then by what
 * is in it. No field is guessed twice.
 */
export function suggestedFields(
  fields: readonly ImportField[],
  columns: readonly { name: string; samples: readonly string[] }[],
  country: string,
): (string | null)[] {
  const taken = new Set<string>();
  const guesses: (string | null)[] = columns.map(() => null);
  const guess = (
    fits: (field: ImportField, column: { name: string; samples: readonly string[] }) => boolean,
  ) => {
    for (const [index, column] of columns.entries()) {
      if (guesses[index] !== null) continue;
      const found = fields.find((one) => !taken.has(one.key) && fits(one, column));
      if (!found) continue;
      guesses[index] = found.key;
      taken.add(found.key);
    }
  };
  guess((one, { name }) => [plainest(one.key), plainest(one.label)].includes(plainest(name)));
  guess((one, { name }) => synonyms[one.key]?.includes(plainest(name)) ?? false);
  const all = (samples: readonly string[], fits: (text: string) => boolean) =>
    samples.length > 0 && samples.every(fits);
  guess(({ key }, { samples }) => /^(contact_)?email$/.test(key) && all(samples, isEmail));
  guess(
    ({ key }, { samples }) => /^(contact_)?phone$/.test(key) && all(samples, (one) => dialled(one, country)),
  );
  return guesses;
}

// Many plain numbers could be dialled: only what looks like more than an amount counts.
function dialled(text: string, country: string): boolean {
  const written = unguarded(text);
  return /^(\+|0|\()[\d ().-]{7,}$/.test(written) && parsePhone(written, country) !== undefined;
}
