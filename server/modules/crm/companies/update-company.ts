import { Type } from "typebox";
import { missing } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { partyReader } from "../party-reader.ts";
import { lockCompany, updateCompany as writeCompany } from "./companies.store.ts";
import { CompanyRecord, companyFields, companyValues, presentCompany } from "./company.ts";

export const updateCompany = operation({
  name: "update_company",
  surface: workspaceApi,
  section: "Companies",
  route: "PATCH /companies/:id",
  aliases: ["PATCH /customers/:id"],
  scopes: ["companies:write"],
  effect: "write",
  noun: "company",
  preloaded: true,
  summary: "Change fields of a company; what is not sent stays.",
  description:
    "metadata is replaced as a whole: read it first and merge. Every change leaves an audit entry.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
      ...companyFields,
    },
    { additionalProperties: false },
  ),
  output: CompanyRecord,
  example: { input: { industry: "Heating" } },
  async run(ctx, { id, ...fields }) {
    const before = await lockCompany(ctx, id);
    if (!before) throw missing("company", id);
    const values = await partyReader(ctx, "account", companyValues)(fields, before);
    return presentCompany(await writeCompany(ctx, before, values));
  },
});
