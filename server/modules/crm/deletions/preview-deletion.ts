import { dictionary } from "../../../kernel/dictionary.ts";
import { Type } from "typebox";
import { bulkIds } from "../../../kernel/bulk.ts";
import { deletionConsequences } from "../../../kernel/deletion.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";

/** What can be asked about: records that others refer to, and who may read them. */
const kinds = dictionary({
  contact: { table: "contacts", scope: "contacts:read" },
  company: { table: "companies", scope: "companies:read" },
  opportunity: { table: "opportunities", scope: "opportunities:read" },
  opportunity_product: { table: "opportunity_products", scope: "opportunities:read" },
  pipeline: { table: "pipelines", scope: "pipelines:read" },
  stage: { table: "pipeline_stages", scope: "pipelines:read" },
  product: { table: "products", scope: "products:read" },
  supplier_product: { table: "supplier_products", scope: "products:read" },
  task_category: { table: "task_categories", scope: "tasks:read" },
} as const);

type Kind = keyof typeof kinds;

const names = Object.keys(kinds) as Kind[];

const counts = (description: string) => Type.Record(Type.String(), Type.Integer(), { description });

export const previewDeletion = operation({
  name: "preview_deletion",
  surface: workspaceApi,
  section: "Deletions",
  route: "GET /deletions/preview",
  scopes: [...new Set(Object.values(kinds).map(({ scope }) => scope))],
  neededScopes: ({ type }) => scopesFor(type),
  effect: "read",
  noun: "deletion",
  shape: "record",
  summary: "See what deleting records would take along, before it is done; nothing is deleted.",
  description:
    "What belongs to nothing else goes with a record; what belongs to another one too stays and loses the reference. Both are logged, each on its own record.",
  input: Type.Object(
    { type: Type.Enum([...names], { description: "What the ids are of." }), ids: bulkIds("these records") },
    { additionalProperties: false },
  ),
  output: Type.Object({
    found: Type.Integer({ description: "How many of the ids name a record." }),
    deleted: counts("What else would go, by type."),
    cleared: counts("What would stay and lose a reference, by type and field."),
    refused: counts("What has to be moved or deleted first, by type and field."),
  }),
  example: { input: { type: "contact", ids: ["0190f3a0-1111-7000-8000-000000000001"] } },
  async run(ctx, { type, ids }) {
    const { rows, consequences } = await deletionConsequences(ctx, kinds[type].table, ids);
    return { found: rows.length, ...consequences };
  },
});

function scopesFor(type: unknown): readonly string[] {
  return typeof type === "string" && type in kinds ? [kinds[type as Kind].scope] : [];
}
