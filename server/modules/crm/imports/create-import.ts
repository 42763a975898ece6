import { createHash } from "node:crypto";
import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { newId } from "../../../kernel/ids.ts";
import { recordCreated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { countryOf } from "../../workspace/settings/country.ts";
import { oneOf } from "../exports/export-template.ts";
import { importFields, suggestedFields } from "./import-fields.ts";
import { ImportRecord, importEntities, presentImport } from "./import-record.ts";
import type { ImportColumn, ImportEntityName, ImportOptions, Mapping, StagedRow } from "./import-record.ts";
import { targets } from "./import-target.ts";
import { allScopes, section, setImport } from "./imports.store.ts";
import { readTable, sourceOfBytes, sourceOfFile } from "./read-table.ts";
import type { Source } from "./read-table.ts";

const xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const batchSize = 500;
const mostRows = 500_000;
const mostSamples = 3;

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
    "As multipart/form-data with the field file, as the whole body with ?entity= and ?filename=, or as JSON with content_base64. Answers the columns with samples and the fields they probably go into. Nothing is written yet: correct the mapping, try it with dry-run, then run it. The first row holds the titles; commas, semicolons and tabs, UTF-8 and Windows-1252 are told apart. At most 50 MB and 500,000 rows.",
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
  async run(ctx, { entity, filename, content_base64, content_sha256 }) {
    const source = sourceOf(ctx, content_base64, content_sha256);
    const name = [filename, ctx.upload?.filename].find((one) => one?.trim()) ?? "import";
    return presentImport(await stage(ctx, entity, name.slice(0, 255), source)) as never;
  },
});

function sourceOf(ctx: Ctx, base64: string | undefined, checksum: string | undefined): Source {
  if (ctx.upload) {
    if (base64 !== undefined)
      throw invalidField("content_base64", "came beside a file", "Send one of the two.");
    return sourceOfFile(ctx.upload.path);
  }
  if (base64 === undefined) throw invalidField("file", "is required", "Send a file, or content_base64.");
  if (!/^[A-Za-z\d+/\s]*(?:=\s*){0,2}$/.test(base64)) throw invalidField("content_base64", "is not base64");
  const bytes = Buffer.from(base64, "base64");
  if (checksum !== undefined && createHash("sha256").update(bytes).digest("hex") !== checksum.toLowerCase()) {
    throw invalidField("content_sha256", "is not the checksum of content_base64");
  }
  return sourceOfBytes(bytes);
}

/** Puts the rows away, batch by batch as they are read, and describes the columns. */
async function stage(ctx: Ctx, entity: ImportEntityName, filename: string, source: Source) {
  const table = readTable(source);
  const titles = (await table.next()).value as { cells: string[] } | undefined;
  if (!titles)
    throw invalidField("file", "is empty", "Send a file with a row of titles and the rows under it.");
  const id = newId(ctx.now);
  const columns: ImportColumn[] = namesOf(titles.cells).map((name) => ({
    name,
    samples: [],
    suggested_field: null,
  }));
  const row = await ctx.db
    .insert("imports", {
      id,
      entity,
      filename,
      columns: "[]",
      mapping: "{}",
      options: "{}",
      row_count: 0,
      created_at: ctx.now,
      updated_at: ctx.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const rows = await putAway(ctx, id, table, columns);
  if (rows === 0) throw invalidField("file", "has no rows under its titles");
  const fields = await importFields(ctx, entity);
  const guesses = suggestedFields(fields, columns, await countryOf(ctx));
  const described = columns.map((column, index) => ({ ...column, suggested_field: guesses[index] ?? null }));
  const mapping: Mapping = Object.fromEntries(described.map((one) => [one.name, one.suggested_field]));
  recordCreated(ctx, "import", { ...row, row_count: rows });
  return setImport(ctx, id, {
    columns: JSON.stringify(described),
    mapping: JSON.stringify(mapping),
    options: JSON.stringify(usualOptions(entity, mapping)),
    row_count: rows,
  });
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

async function putAway(
  ctx: Ctx,
  importId: string,
  table: AsyncIterable<{ number: number; cells: string[] }>,
  columns: ImportColumn[],
): Promise<number> {
  let count = 0;
  let batch: StagedRow[] = [];
  const keep = async () => {
    const number = Math.ceil(count / batchSize) - 1;
    const values = { import_id: importId, number, rows: JSON.stringify(batch), created_at: ctx.now };
    await ctx.db.insert("import_batches", values).execute();
    batch = [];
  };
  for await (const { number, cells } of table) {
    count += 1;
    if (count > mostRows) throw invalidField("file", `has more than ${mostRows} rows`, "Split it.");
    batch.push([number, ...cells.slice(0, columns.length)]);
    if (count <= 100) sample(columns, cells);
    if (batch.length === batchSize) await keep();
  }
  if (batch.length > 0) await keep();
  return count;
}

function sample(columns: ImportColumn[], cells: readonly string[]): void {
  for (const [index, { samples }] of columns.entries()) {
    const cell = cells[index]?.slice(0, 100);
    if (cell && samples.length < mostSamples && !samples.includes(cell)) samples.push(cell);
  }
}
