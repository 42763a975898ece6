import { Type } from "typebox";
import { conflict } from "../../../kernel/errors.ts";
import { recordDeleted } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { keysetPage, pageOf, pagingInput } from "../../../kernel/pagination.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { oneOf } from "../exports/export-template.ts";
import { ImportRecord, importEntities, presentImport } from "./import-record.ts";
import { targets } from "./import-target.ts";
import { allScopes, importFor, mustBe, section, seen } from "./imports.store.ts";

const byId = Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false });
const head = { surface: workspaceApi, section, noun: "import" } as const;
const reading = { ...head, scopes: allScopes.read, neededScopes: () => [], effect: "read" } as const;

export const listImports = operation({
  ...reading,
  name: "list_imports",
  route: "GET /imports",
  shape: "list",
  summary: "List imports, a page at a time.",
  description: "Those of records the key may read.",
  input: Type.Object(
    { ...pagingInput(), entity: Type.Optional(oneOf(importEntities)) },
    { additionalProperties: false },
  ),
  output: pageOf(ImportRecord),
  async run(ctx, { entity, ...paging }) {
    const { scopes } = ctx.actor;
    const readable = importEntities.filter((one) => !scopes || scopes.has(targets[one].scopes.read));
    const wanted = readable.filter((one) => entity === undefined || one === entity);
    const query = seen(ctx).where("entity", "in", wanted.length > 0 ? wanted : ([""] as never));
    const newest = { column: "created_at", direction: "desc", kind: "timestamp" } as const;
    const page = await keysetPage(query, "imports", newest, paging);
    return { ...page, rows: page.rows.map(presentImport) as never };
  },
});

export const getImport = operation({
  ...reading,
  name: "get_import",
  route: "GET /imports/:id",
  summary: "Get one import: its columns, its mapping and how far it is.",
  input: byId,
  output: ImportRecord,
  async run(ctx, { id }) {
    return presentImport(await importFor(ctx, id, "read")) as never;
  },
});

export const deleteImport = operation({
  ...head,
  name: "delete_import",
  route: "DELETE /imports/:id",
  scopes: allScopes.write,
  neededScopes: () => [],
  effect: "destructive",
  shape: "empty",
  summary: "Forget an import and its file; what it wrote stays.",
  description: "It cannot be taken back afterwards.",
  input: byId,
  output: Type.Null(),
  errors: [conflict],
  async run(ctx, { id }) {
    const row = await importFor(ctx, id, "write", { lock: true });
    mustBe(row, ["ready", "completed", "failed", "undone"], "Wait until it is done.");
    await ctx.db.remove("imports").where("id", "=", id).execute();
    recordDeleted(ctx, "import", row);
    return null;
  },
});
