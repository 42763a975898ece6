import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import { conflict, invalidField } from "../../../kernel/errors.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import { operation } from "../../../kernel/operation.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { nullableText } from "../party.ts";
import { FieldsInput, StatusInput, checkedFields, checkedStatuses } from "./work-order-config.ts";
import type { WorkOrderStatusWanted } from "./work-order-config.ts";
import {
  lockStatuses,
  removeStatuses,
  standardStatuses,
  statusesInUse,
  writeStatus,
} from "./work-order-statuses.store.ts";
import { companyFields, writeCompanyFields } from "./work-orders.store.ts";

const Settings = Type.Object({
  fields: Type.Array(
    Type.Object({
      key: Type.String(),
      label: Type.String(),
      type: Type.String(),
      options: Type.Optional(Type.Array(Type.String())),
      required: Type.Boolean(),
      show_to_customer: Type.Boolean(),
    }),
  ),
  statuses: Type.Array(
    Type.Object({
      id: Type.String({ format: "uuid" }),
      label: Type.String(),
      color: nullableText(),
      position: Type.Integer(),
      is_complete: Type.Boolean(),
    }),
  ),
});

const about = { surface: workspaceApi, section: "Work Orders", noun: "work_order_settings" };

export const getWorkOrderSettings = operation({
  ...about,
  name: "get_work_order_settings",
  route: "GET /work-orders/settings",
  scopes: ["work-orders:read"],
  effect: "read",
  summary: "Get the company's own work order fields and statuses.",
  input: Type.Object({}, { additionalProperties: false }),
  output: Settings,
  run: settingsOf,
});

const StatusWithId = Type.Object(
  { ...StatusInput.properties, id: Type.Optional(Type.String({ format: "uuid" })) },
  { additionalProperties: false },
);

export const setWorkOrderSettings = operation({
  ...about,
  name: "set_work_order_settings",
  route: "PUT /work-orders/settings",
  scopes: ["work-orders:write"],
  effect: "write",
  summary: "Set the company's own work order fields, statuses or both.",
  description:
    "A list that is sent replaces the one there is. A status keeps its work orders by its id, or by its label; one that work orders still have cannot be left out.",
  input: Type.Object(
    {
      fields: Type.Optional(FieldsInput),
      statuses: Type.Optional(
        Type.Array(
          Type.Union([Type.String({ minLength: 1, maxLength: 100, pattern: "\\S" }), StatusWithId]),
          {
            minItems: 1,
            maxItems: 50,
            description: "In order: {id?, label, color?, is_complete?}, or labels.",
          },
        ),
      ),
    },
    { additionalProperties: false },
  ),
  output: Settings,
  errors: [conflict],
  example: { input: { fields: [{ key: "access", label: "How to get in", show_to_customer: true }] } },
  async run(ctx, { fields, statuses }) {
    await lockStatuses(ctx);
    const before = await settingsOf(ctx);
    if (fields) await writeCompanyFields(ctx, checkedFields("fields", fields));
    if (statuses) {
      const sent = statuses.map((one) => (typeof one === "string" ? { label: one } : one));
      const ids = sent.map((one) => ("id" in one ? one.id : undefined));
      const wanted = checkedStatuses(
        "statuses",
        sent.map(({ label, ...rest }) => {
          const { id: _i, ...look } = rest as { id?: string };
          return { label, ...look };
        }),
      );
      await replaceStatuses(ctx, before.statuses, wanted, ids);
    }
    const after = await settingsOf(ctx);
    const id = ctx.workspaceId;
    recordUpdated(ctx, about.noun, { id, ...before }, { id, ...after });
    return after;
  },
});

async function settingsOf(ctx: Ctx) {
  const fields = await companyFields(ctx);
  const statuses = await standardStatuses(ctx);
  return {
    fields,
    statuses: statuses.map(({ id, label, color, position, is_complete }) => ({
      id,
      label,
      color,
      position,
      is_complete,
    })),
  };
}

async function replaceStatuses(
  ctx: Ctx,
  present: readonly { id: string; label: string }[],
  wanted: readonly WorkOrderStatusWanted[],
  ids: readonly (string | undefined)[],
): Promise<void> {
  const known = new Set(present.map((one) => one.id));
  const unknown = ids.findIndex(
    (id, place) => id !== undefined && (!known.has(id) || ids.indexOf(id) !== place),
  );
  if (unknown >= 0) {
    throw invalidField(
      `statuses.${unknown}.id`,
      `there is no other status ${ids[unknown]}`,
      "Leave id out for a new one.",
    );
  }
  const labels = new Set(wanted.map((one) => one.label.toLowerCase()));
  const left = present.filter((one) => !ids.includes(one.id) && !labels.has(one.label.toLowerCase()));
  const used = await statusesInUse(
    ctx,
    left.map((one) => one.id),
  );
  const kept = left.find((one) => used.has(one.id));
  if (kept) {
    throw conflict(`Work orders still have the status ${kept.label}.`, {
      fix: "Keep it, or give those work orders another status first.",
      details: { status_id: kept.id },
    });
  }
  await removeStatuses(
    ctx,
    left.map((one) => one.id),
  );
  for (const [position, one] of wanted.entries())
    await writeStatus(ctx, { ...one, id: ids[position], position });
}
