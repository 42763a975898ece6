import { Type } from "typebox";
import { crud } from "../../../../kernel/crud.ts";
import { missing } from "../../../../kernel/errors.ts";
import { recordUpdated } from "../../../../kernel/lifecycle.ts";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { StatusPortalRecord, presentPortal, recordedPortal } from "./status-portal.ts";
import { lockPortal, writeRevoked } from "./status-portals.store.ts";

const path = "/work-orders/status-portals";
const section = "Work Orders";
const noun = "work_status_portal";

export const statusPortalsCrud = crud({
  recorded: recordedPortal,
  noun,
  plural: "work_status_portals",
  table: "work_status_portals",
  surface: workspaceApi,
  section,
  path,
  scopes: { read: ["work-orders:read"], write: ["work-orders:write"] },
  record: StatusPortalRecord,
  sort: { column: "created_at", direction: "desc", kind: "timestamp" },
  present: (ctx, rows) => rows.map((row) => presentPortal(row, ctx.now)),
  summaries: { list: "List the work status links that were sent to customers." },
  filters: {
    deal_id: {
      schema: Type.String({ format: "uuid", description: "Of this opportunity." }),
      where: (query, value: string) => query.where("opportunity_id", "=", value),
    },
  },
});

export const revokeStatusPortal = operation({
  name: "revoke_work_status_portal",
  surface: workspaceApi,
  section,
  route: `POST ${path}/:id/revoke`,
  scopes: ["work-orders:write"],
  effect: "write",
  noun,
  summary: "Take a work status link back; it leads nowhere from then on.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: StatusPortalRecord,
  async run(ctx, { id }) {
    const before = await lockPortal(ctx, id);
    if (!before) throw missing("work status portal", id);
    if (before.revoked_at) return presentPortal(before, ctx.now);
    const after = await writeRevoked(ctx, id);
    recordUpdated(ctx, noun, recordedPortal(before), recordedPortal(after));
    return presentPortal(after, ctx.now);
  },
});
