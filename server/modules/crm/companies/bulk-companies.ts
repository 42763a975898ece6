import { Type } from "typebox";
import { bulkCreated, bulkIds, bulkRecords, checkedRecords } from "../../../kernel/bulk.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { BulkDeleted, bulkDelete } from "../bulk-delete.ts";
import { partyReader } from "../party-reader.ts";
import { insertCompanies } from "./companies.store.ts";
import { CompanyRecord, newCompanyValues, presentCompany } from "./company.ts";
import type { CompanyFields } from "./company.ts";
import { newCompanyInput } from "./create-company.ts";

const Single = Type.Object(newCompanyInput, { additionalProperties: false });

const common = { surface: workspaceApi, section: "Companies", noun: "company" } as const;

export const bulkCreateCompanies = operation({
  ...common,
  name: "bulk_create_companies",
  route: "POST /companies/bulk-create",
  aliases: ["POST /customers/bulk-create"],
  scopes: ["companies:write"],
  effect: "write",
  summary: "Create up to 100 companies; those that do not fit are told one by one.",
  description:
    "Made for imports: records that are right are created even when others are not. skip_automations holds for all of them.",
  input: Type.Object(
    {
      records: bulkRecords("companies"),
      skip_automations: Type.Optional(Type.Boolean({ default: false })),
    },
    { additionalProperties: false },
  ),
  output: bulkCreated(CompanyRecord),
  example: { input: { records: [{ name: "Pipes & Sons" }, { name: "Marlow Heating" }] } },
  async run(ctx, { records, skip_automations }) {
    const read = partyReader(ctx, "account", newCompanyValues);
    const { prepared, errors } = await checkedRecords(records, Single, (record) =>
      read(record as CompanyFields & { name: string }),
    );
    const rows = await insertCompanies(ctx, prepared, { skip_automations });
    return { created: rows.map(presentCompany), errors };
  },
});

export const bulkDeleteCompanies = operation({
  ...common,
  name: "bulk_delete_companies",
  route: "POST /companies/bulk-delete",
  aliases: ["POST /customers/bulk-delete"],
  scopes: ["companies:delete"],
  effect: "destructive",
  summary: "Delete up to 100 companies for good.",
  input: Type.Object({ ids: bulkIds("companies") }, { additionalProperties: false }),
  output: BulkDeleted,
  example: { input: { ids: ["0190f3a0-1111-7000-8000-000000000001"] } },
  run: (ctx, { ids }) => bulkDelete(ctx, "companies", ids),
});
