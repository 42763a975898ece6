import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { recordCreated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { countryOf } from "../../workspace/settings/country.ts";
import { oneOf } from "../exports/export-template.ts";
import { importFields, suggestedFields } from "./import-fields.ts";
import { ImportRecord, importEntities, presentImport } from "./import-record.ts";
import type { ImportColumn, ImportEntityName, ImportOptions, Mapping } from "./import-record.ts";
import { targets } from "./import-target.ts";
import { allScopes, section, setImport } from "./imports.store.ts";
import { prepareImport } from "./prepare-import.ts";
import type { ReadImport } from "./prepare-import.ts";

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export const createImport = operation({
  name: "create_import",
  surface: workspaceApi,
  section,
  route: "POST /imports",
  scopes: allScopes.write,
  neededScopes: ({ entity }) => {
    const target = targets[entity as ImportEntityName] as (typeof targets)[ImportEntityName] | undefined;
    return target ? [target.scopes.write] : [];
  },
  effect: "write",
  // Putting a file aside changes no record; running it does, and is held.
  holdable: false,
  noun: "import",
  upload: { types: ["text/csv", "text/tab-separated-values", xlsx], maxBytes: 50 * 1024 * 1024 },
  summary: "Send a CSV or XLSX file of contacts, companies or opportunities to be imported.",
  description:
    "As multipart/form-data with the field file, as the whole body with ?entity= and ?filename=, or as JSON with content_base64. Answers the columns with samples and the fields they probably go into. Nothing is written yet: correct the mapping, try it with dry-run, then run it. The first row holds the titles; commas, semicolons and tabs, UTF-8 and Windows-1252 are told apart. At most 50 MB, 500,000 rows, 300 columns and 32,767 characters in a cell; a workbook may unpack to 100 times its size and 200 MB.",
  input: Type.Object(
    {
      entity: oneOf(importEntities),
      filename: Type.Optional(Type.String({ maxLength: 255, description: "What the file is called." })),
      content_base64: Type.Optional(
        Type.String({ maxLength: 2_000_000, description: "The file, where no file can be sent." }),
      ),
      content_sha256: Type.Optional(
        Type.String({
          pattern: "^[0-9a-fA-F]{64}$",
          description: "Checked against what arrives, if it is sent.",
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: ImportRecord,
  example: {
    input: {
      entity: "contacts",
      filename: "customers.csv",
      content_base64: Buffer.from("Name,E-mail\r\nPaul Jones,paul@example.com\r\n").toString("base64"),
    },
  },
  prepare: prepareImport,
  async run(ctx, { entity, filename }) {
    const named = [filename, ctx.upload?.filename].find((one) => one?.trim()) ?? "";
    // A name goes into the names of files made from it; the folders before it are the sender's own business.
    const name = named.split(/[/\\]/).at(-1)?.trim() || "import";
    return presentImport(await take(ctx, entity, name.slice(0, 255), ctx.prepared as ReadImport)) as never;
  },
});

/** Takes over what was read: describes its columns and lets it be seen. */
async function take(ctx: Ctx, entity: ImportEntityName, filename: string, { id, file }: ReadImport) {
  const columns: ImportColumn[] = namesOf(file.titles).map((name, index) => ({
    name,
    samples: file.samples[index] ?? [],
    suggested_field: null,
  }));
  const fields = await importFields(ctx, entity);
  const guesses = suggestedFields(fields, columns, await countryOf(ctx));
  const described = columns.map((column, index) => ({ ...column, suggested_field: guesses[index] ?? null }));
  const mapping: Mapping = Object.fromEntries(described.map((one) => [one.name, one.suggested_field]));
  const row = await setImport(ctx, id, {
    status: "ready",
    filename,
    columns: JSON.stringify(described),
    mapping: JSON.stringify(mapping),
    options: JSON.stringify(usualOptions(entity, mapping)),
    created_at: ctx.now,
  });
  recordCreated(ctx, "import", row);
  return row;
}

/** The usual way to tell duplicates, if the file has what it takes. */
function usualOptions(entity: ImportEntityName, mapping: Mapping): ImportOptions {
  const mapped = new Set(Object.values(mapping));
  const dedupe = targets[entity].dedupe.find((key) => key === "none" || mapped.has(key)) ?? "none";
  return { dedupe, on_duplicate: "skip", skip_automations: true };
}

function namesOf(titles: readonly string[]): string[] {
  const taken = new Set<string>();
  return titles.map((title, index) => {
    const plain = title.slice(0, 200) || `Column ${index + 1}`;
    let name = plain;
    for (let again = 2; taken.has(name); again += 1) name = `${plain} (${again})`;
    taken.add(name);
    return name;
  });
}
