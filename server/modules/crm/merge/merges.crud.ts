import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { MergeRecord, presentMerge } from "./merge.ts";

export const mergesCrud = crud({
  noun: "merge",
  plural: "merges",
  table: "merges",
  surface: workspaceApi,
  section: "Merges",
  path: "/merges",
  scopes: { read: ["contacts:read", "companies:read"], write: ["contacts:write", "companies:write"] },
  record: MergeRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(presentMerge),
  filters: {
    noun: {
      schema: Type.Enum(["contact", "company"]),
      where: (query, value: "contact" | "company") => query.where("noun", "=", value),
    },
  },
});
