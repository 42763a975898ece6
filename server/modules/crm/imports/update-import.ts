import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict, invalidField } from "../../../kernel/errors.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { importFields } from "./import-fields.ts";
import { ImportOptions, ImportRecord, Mapping, presentImport } from "./import-record.ts";
import type { Import } from "./import-record.ts";
import { targets } from "./import-target.ts";
import { allScopes, importFor, mustBe, section, setImport } from "./imports.store.ts";

export const updateImport = operation({
  name: "update_import",
  surface: workspaceApi,
  section,
  route: "PATCH /imports/:id",
  scopes: allScopes.write,
  // Which of them follows from the import; importFor checks it.
  neededScopes: () => [],
  effect: "write",
  noun: "import",
  summary: "Say which column goes into which field, and how duplicates are told and taken.",
  description:
    "Columns and options that are not sent stay as they are. A field takes one column. Only before the import has run.",
  input: Type.Object(
    {
      id: Type.String({ format: "uuid" }),
      mapping: Type.Optional(Mapping),
      options: Type.Optional(ImportOptions),
    },
    { additionalProperties: false },
  ),
  output: ImportRecord,
  errors: [conflict],
  example: { input: { options: { on_duplicate: "update" } } },
  async run(ctx, { id, mapping, options }) {
    const before = await importFor(ctx, id, "write", { lock: true });
    mustBe(before, ["ready"], "Send the file again to import it another way.");
    const wanted: Import = {
      ...before,
      mapping: { ...before.mapping, ...mapping },
      options: { ...before.options, ...options },
    };
    await checkMapping(ctx, wanted);
    const after = await setImport(ctx, id, {
      mapping: JSON.stringify(wanted.mapping),
      options: JSON.stringify(wanted.options),
      // What was tried was another mapping.
      dry_run: null,
    });
    recordUpdated(ctx, "import", before, after);
    return presentImport(after) as never;
  },
});

/** Refuses columns and fields that do not exist, a field named twice, and a way to tell duplicates the entity has not. */
async function checkMapping(ctx: Ctx, { entity, columns, mapping, options }: Import): Promise<void> {
  const names = new Set(columns.map(({ name }) => name));
  const fields = new Set((await importFields(ctx, entity)).map(({ key }) => key));
  const used = new Map<string, string>();
  for (const [column, field] of Object.entries(mapping)) {
    const at = `mapping.${column}`;
    if (!names.has(column)) {
      throw invalidField(at, "there is no such column", `Choose from ${[...names].join(", ")}.`);
    }
    if (field === null) continue;
    if (!fields.has(field)) {
      throw invalidField(at, `there is no field ${field}`, `Choose from ${[...fields].join(", ")}.`);
    }
    const other = used.get(field);
    if (other !== undefined)
      throw invalidField(at, `${field} has the column ${other} already`, "Set one of them to null.");
    used.set(field, column);
  }
  const known = [...targets[entity].dedupe.filter((key) => key !== "none"), "none"];
  if (options.dedupe !== undefined && !known.includes(options.dedupe)) {
    throw invalidField(
      "options.dedupe",
      `cannot be ${options.dedupe} for ${entity}`,
      `Choose from ${known.join(", ")}.`,
    );
  }
}

/** Refuses to begin without the columns it takes. */
export function mustBeComplete({ entity, mapping, options }: Import): void {
  const mapped = new Set(Object.values(mapping));
  const { required, noun } = targets[entity];
  const named = mapped.has(required) || (noun === "contact" && mapped.has("full_name"));
  const { dedupe = "none", on_duplicate: policy } = options;
  const changesById = dedupe === "id" && policy === "update";
  if (!named && !changesById) {
    throw invalidField("mapping", `no column goes into ${required}`, "Map one with PATCH /imports/:id.");
  }
  if (dedupe !== "none" && policy !== "create" && !mapped.has(dedupe)) {
    throw invalidField(
      "options.dedupe",
      `duplicates are told by ${dedupe}, but no column goes into it`,
      "Map a column to it, or set dedupe to none.",
    );
  }
}
