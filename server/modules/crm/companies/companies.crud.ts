import { sql } from "kysely";
import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { needleOf } from "../search/search.store.ts";
import { CompanyRecord, presentCompany } from "./company.ts";

export const companiesCrud = crud({
  noun: "company",
  plural: "companies",
  table: "companies",
  surface: workspaceApi,
  section: "Companies",
  path: "/companies",
  aliasPaths: ["/customers"],
  summaries: {
    delete:
      "Delete one company; GET /deletions/preview tells beforehand what goes with it and what stays without it.",
  },
  scopes: { read: ["companies:read"], write: ["companies:write"] },
  record: CompanyRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentCompany),
  preloaded: true,
  filters: {
    search: {
      schema: Type.String({ minLength: 1, maxLength: 200, description: "Part of a name, e-mail or number." }),
      where: (query, value: string, ctx) => {
        const { text, digits } = needleOf(value, "search");
        return query.where(
          sql<boolean>`companies.id in (select company_ids_matching(${ctx.workspaceId}, ${text}::text, ${digits}::text))`,
        );
      },
    },
  },
});
