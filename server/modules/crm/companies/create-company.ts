import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { partyReader } from "../party-reader.ts";
import { insertCompany } from "./companies.store.ts";
import { CompanyRecord, companyFields, newCompanyValues, presentCompany } from "./company.ts";

export const newCompanyInput = {
  name: Type.String({ minLength: 1, maxLength: 300, description: "Name of the company; trimmed." }),
  ...companyFields,
};

export const createCompany = operation({
  name: "create_company",
  surface: workspaceApi,
  section: "Companies",
  route: "POST /companies",
  aliases: ["POST /customers"],
  scopes: ["companies:write"],
  effect: "write",
  noun: "company",
  preloaded: true,
  summary: "Create a company.",
  description:
    "Only name is required. phone takes mobiles; office lines go in landline. skip_automations keeps historical imports from setting anything off.",
  input: Type.Object(
    { ...newCompanyInput, skip_automations: Type.Optional(Type.Boolean({ default: false })) },
    { additionalProperties: false },
  ),
  output: CompanyRecord,
  example: {
    input: { name: "Pipes & Sons", landline: "+61299991234", industry: "Plumbing" },
  },
  async run(ctx, { skip_automations, ...fields }) {
    const values = await partyReader(ctx, "account", newCompanyValues)(fields);
    return presentCompany(await insertCompany(ctx, values, { skip_automations }));
  },
});
