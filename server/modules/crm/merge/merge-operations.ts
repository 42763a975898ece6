import { Type } from "typebox";
import type { TObject } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { CompanyRecord, presentCompany } from "../companies/company.ts";
import { findCompany } from "../companies/companies.store.ts";
import { ContactRecord, presentContact } from "../contacts/contact.ts";
import { findContact } from "../contacts/contacts.store.ts";
import { MergeRecord, alreadyMerged, presentMerge } from "./merge.ts";
import type { MergedNoun } from "./merge.ts";
import { mergeRecords } from "./merge-records.ts";
import { mergeRules } from "./united-fields.ts";
import type { Choice } from "./united-fields.ts";

const choice = () => Type.Enum(["survivor", "duplicate"]);

function input(noun: MergedNoun): TObject {
  const fields = Object.keys(mergeRules[noun].choosable);
  return Type.Object(
    {
      id: Type.String({ format: "uuid", description: "The one that stays." }),
      duplicate_id: Type.String({ format: "uuid", description: "The one that goes." }),
      fields: Type.Optional(
        Type.Object(Object.fromEntries(fields.map((field) => [field, Type.Optional(choice())])), {
          additionalProperties: false,
          description: "Whose value stays, field by field. By default the survivor's, where it has one.",
        }),
      ),
    },
    { additionalProperties: false },
  );
}

type Sent = { id: string; duplicate_id: string; fields?: Partial<Record<string, Choice>> };

const wanted = ({ id, duplicate_id, fields = {} }: Sent) => ({
  survivorId: id,
  duplicateId: duplicate_id,
  choices: fields,
});

const description =
  "Everything that named the duplicate names the survivor afterwards. Notes of both are kept; metadata is united key by key. Can be undone for 30 days.";

export const mergeContact = operation({
  name: "merge_contact",
  surface: workspaceApi,
  section: "Contacts",
  route: "POST /contacts/:id/merge",
  scopes: ["contacts:write"],
  effect: "write",
  noun: "contact",
  summary: "Merge a duplicate into a contact.",
  description: `${description} Whoever unsubscribed with either stays unsubscribed.`,
  input: input("contact"),
  output: Type.Object({ merge: MergeRecord, contact: ContactRecord }),
  errors: [alreadyMerged],
  async run(ctx, sent) {
    const merge = await mergeRecords(ctx, "contact", wanted(sent as Sent));
    const contact = await findContact(ctx, merge.survivor_id);
    return { merge: presentMerge(merge), contact: contact && presentContact(contact) } as never;
  },
});

export const mergeCompany = operation({
  name: "merge_company",
  surface: workspaceApi,
  section: "Companies",
  route: "POST /companies/:id/merge",
  aliases: ["POST /customers/:id/merge"],
  scopes: ["companies:write"],
  effect: "write",
  noun: "company",
  summary: "Merge a duplicate into a company.",
  description,
  input: input("company"),
  output: Type.Object({ merge: MergeRecord, company: CompanyRecord }),
  errors: [alreadyMerged],
  async run(ctx, sent) {
    const merge = await mergeRecords(ctx, "company", wanted(sent as Sent));
    const company = await findCompany(ctx, merge.survivor_id);
    return { merge: presentMerge(merge), company: company && presentCompany(company) } as never;
  },
});
