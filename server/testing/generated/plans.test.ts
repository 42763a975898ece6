/**
 * No list reads a table from end to end. Every list there is runs on large tables, plain and with each of its filters set to what
 * nothing matches (the worst case for a filter without an index), and what its statements look at is counted.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../../kernel/registry.ts";
import type { AnyOperation } from "../../kernel/operation.ts";
import type { JsonSchema } from "../../surfaces/json-schema.ts";
import { startHarness } from "../harness.ts";
import { records } from "./fixtures.ts";
import type { Place } from "./fixtures.ts";
import { fill, scansOf, statementsOf } from "./plans.ts";
import { credential, recordParameters, send, validInput } from "./requests.ts";

const large = 1500;
// A page is 25 rows; what stands around it (expansions, an index entry or two more) is far below this.
const mostRows = 1000;

/** What may be walked from end to end, and why. */
const walked: Record<string, string> = {
  "workspace.list_export_templates search": "a workspace has tens of templates",
  "workspace.list_crm_logs field": "the log is read from the newest entry on until a page is full",
  "workspace.list_duplicate_companies": "equals may be anywhere: groups are looked for along the indexes",
  "workspace.list_duplicate_contacts": "equals may be anywhere: groups are looked for along the indexes",
  "workspace.list_approvals status": "what has expired is among the pending, of which there are few",
  "workspace.list_opportunities":
    "an opportunity comes with the total of its lines, and here one has them all",
  "workspace.list_pipelines nothing": "pipelines come with all their stages, and here they are all in one",
};

const frontdesk = await startHarness({ work: false });
const place: Place = { frontdesk, workspace: await frontdesk.workspace() };
const lists = frontdesk.app.registry.operations.filter(
  (one) =>
    one.route?.startsWith("GET ") &&
    one.effect === "read" &&
    one.surface.name === "workspace" &&
    /^list_/.test(one.name),
);
const inputs = new Map<AnyOperation, Record<string, unknown>>();
for (const list of lists) inputs.set(list, await validInput(list, place));
for (const make of Object.values(records)) await make(place).catch(() => undefined);
const grown = new Set(await fill(frontdesk.app.database, place.workspace, large));

test("the tables are large", (t) => {
  t.diagnostic(`${grown.size} tables with ${large} rows more`);
  for (const table of ["contacts", "companies", "opportunities", "tasks", "activities"])
    assert.ok(grown.has(table), table);
});

for (const list of lists) {
  test(`${nameOf(list)} reads no more than it shows, whatever it is filtered by`, async () => {
    const plain = inputs.get(list) ?? {};
    const key = await credential(list, place);
    for (const [filter, value] of [["nothing", undefined], ...filtersOf(list)] as const) {
      const input = value === undefined ? plain : { ...plain, [filter]: value };
      let status = 0;
      const statements = await statementsOf(frontdesk.app.database, async () => {
        ({ status } = await send(frontdesk, list, input, { key }));
      });
      // A record that is not there is refused before the list is read.
      if (status === 404 || status === 400) continue;
      assert.equal(status, 200, `filtered by ${filter}`);
      for (const statement of statements) {
        const scans = await scansOf(frontdesk.app.database, place.workspace.id, statement);
        for (const { node, table, index, rows } of scans) {
          if (!grown.has(table)) continue;
          const what = `filtered by ${filter}: ${node} of ${table}${index ? ` by ${index}` : ""} looked at ${rows} rows: ${statement.text.slice(0, 600)}`;
          assert.notEqual(node, "Seq Scan", what);
          if (!walked[nameOf(list)] && !walked[`${nameOf(list)} ${filter}`])
            assert.ok(rows <= mostRows, what);
        }
      }
    }
  });
}

/** A value for each filter that fits its schema and matches nothing. */
function filtersOf(list: AnyOperation): [string, unknown][] {
  const { properties = {} } = list.input as JsonSchema;
  const others = new Set([...recordParameters(list), "limit", "cursor", "after", "fields", "expand"]);
  return Object.entries(properties)
    .filter(([name]) => !others.has(name))
    .flatMap(([name, schema]) => unmatched(name, schema).map((value): [string, unknown] => [name, value]));
}

function unmatched(name: string, schema: JsonSchema): unknown[] {
  const options = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const constants = options.filter((one) => "const" in one).map((one) => (one as { const: unknown }).const);
  if (constants.length > 0) return constants;
  if (schema.enum) return schema.enum;
  if (schema.type === "boolean") return [true, false];
  if (schema.format === "uuid" || /_id$|assigned_to/.test(name))
    return ["0195a1b2-7c3d-7e4f-8a9b-0c1d2e3f4a5b"];
  if (/date|after|since/.test(name)) return ["2090-01-01"];
  if (/before|until/.test(name)) return ["1990-01-01"];
  return schema.type === "string" ? ["zzqxj"] : [];
}
