import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { searchInput } from "../search/search-all.ts";
import { recordsFound } from "../search/search.store.ts";
import { ContactRecord, presentContact } from "./contact.ts";

export const searchContacts = operation({
  name: "search_contacts",
  surface: workspaceApi,
  section: "Contacts",
  route: "POST /contacts/search",
  scopes: ["contacts:read"],
  effect: "read",
  noun: "contact",
  preloaded: true,
  summary: "Search contacts by name, e-mail or number, the best matches first.",
  description: "Names forgive typing errors; e-mail addresses and numbers match by an exact part.",
  input: Type.Object(searchInput, { additionalProperties: false }),
  output: Type.Array(ContactRecord),
  example: { input: { query: "john", limit: 10 } },
  run: async (ctx, { query, limit = 25 }) =>
    (await recordsFound(ctx, "contact", query, limit)).map(presentContact),
});
