import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { searchInput } from "../search/search-all.ts";
import { recordsFound } from "../search/search.store.ts";
import { CompanyRecord, presentCompany } from "./company.ts";

export const searchCompanies = operation({
  name: "search_companies",
  surface: workspaceApi,
  section: "Companies",
  route: "POST /companies/search",
  aliases: ["POST /customers/search"],
  scopes: ["companies:read"],
  effect: "read",
  noun: "company",
  preloaded: true,
  summary: "Search companies by name, e-mail or number, the best matches first.",
  description: "Names forgive typing errors; e-mail addresses and numbers match by an exact part.",
  input: Type.Object(searchInput, { additionalProperties: false }),
  output: Type.Array(CompanyRecord),
  example: { input: { query: "pipes", limit: 10 } },
  run: async (ctx, { query, limit = 25 }) =>
    (await recordsFound(ctx, "company", query, limit)).map(presentCompany),
});
