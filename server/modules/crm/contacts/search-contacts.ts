import { Type } from "typebox";
import { invalidField } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { searchInput } from "../search/search-all.ts";
import { contactRanks, needleOf } from "../search/search.store.ts";
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
  async run(ctx, { query, limit = 25 }) {
    const needle = needleOf(query);
    if (needle.text === "") throw invalidField("query", "may not be empty");
    const ranked = await contactRanks(ctx, needle, limit);
    if (ranked.length === 0) return [];
    const place = new Map(ranked.map((one, index) => [one.id, index]));
    const rows = await ctx.db
      .from("contacts")
      .selectAll()
      .where("id", "in", [...place.keys()])
      .execute();
    rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
    return rows.map((row) => presentContact(row) as never);
  },
});
