import type { Generated } from "kysely";
import { Type } from "typebox";
import { crud } from "../../../kernel/crud.ts";
import { invalidField } from "../../../kernel/errors.ts";
import type { JsonObject, Timestamp } from "../../../kernel/tables.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";

interface SchedulingResourcesTable {
  workspace_id: string;
  id: string;
  name: string;
  kind: string;
  is_active: Generated<boolean>;
  created_at: Timestamp;
  updated_at: Timestamp;
}

declare module "../../../kernel/tables.ts" {
  interface Tables {
    scheduling_resources: SchedulingResourcesTable;
  }
}

const ResourceRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String(),
  kind: Type.String(),
  is_active: Type.Boolean(),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

type Fields = { name?: string; kind?: string; is_active?: boolean };

export const resourcesCrud = crud({
  noun: "scheduling_resource",
  plural: "scheduling_resources",
  table: "scheduling_resources",
  surface: workspaceApi,
  section: "Scheduling",
  path: "/scheduling-resources",
  scopes: { read: ["company:read"], write: ["company:write"] },
  record: ResourceRecord,
  sort: { column: "created_at", direction: "asc", kind: "timestamp" },
  present: (_ctx, rows) => rows.map(({ workspace_id: _w, ...shown }) => shown),
  fields: {
    name: Type.String({ minLength: 1, maxLength: 200, description: "Treatment room 2, Van AB12 CDE." }),
    kind: Type.String({ minLength: 1, maxLength: 50, description: "What it is: room, vehicle, equipment." }),
    is_active: Type.Boolean({ description: "false: out of use, nothing new is booked with it." }),
  },
  required: ["name", "kind"],
  values: (_ctx, fields: Fields) => resourceValues(fields),
  summaries: {
    list: "List the rooms, vehicles and machines that bookings need, oldest first.",
    create: "Add something that bookings need besides people.",
    update: "Change a resource; bookings that have it keep it.",
  },
  examples: { create: { name: "Treatment room 2", kind: "room" }, update: { is_active: false } },
});

function resourceValues({ name, kind, is_active }: Fields): JsonObject {
  return {
    ...(name === undefined ? {} : { name: filled("name", name) }),
    ...(kind === undefined ? {} : { kind: filled("kind", kind).toLowerCase() }),
    ...(is_active === undefined ? {} : { is_active }),
  };
}

function filled(field: string, text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") throw invalidField(field, "may not be empty", `Send ${field} with a word in it.`);
  return trimmed;
}
