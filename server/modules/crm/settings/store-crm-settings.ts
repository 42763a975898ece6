import type { Ctx } from "../../../kernel/context.ts";
import { recordUpdated } from "../../../kernel/lifecycle.ts";
import type { JsonObject } from "../../../kernel/tables.ts";
import { lockSettings, storeSettings } from "../../workspace/settings/settings.ts";
import { crmSettings } from "./crm-settings.ts";
import type { CrmSettings } from "./crm-settings.ts";

/**
 * Changes the CRM's settings: `change` is given what stands there, which nobody else changes until the transaction ends.
 * Records what changed; nothing, if nothing did.
 */
export async function changeCrmSettings(
  ctx: Ctx,
  change: (before: CrmSettings) => Promise<Partial<CrmSettings>> | Partial<CrmSettings>,
): Promise<CrmSettings> {
  await lockSettings(ctx);
  const before = await crmSettings(ctx);
  await storeSettings(ctx, { crm: (await change(before)) as JsonObject });
  const after = await crmSettings(ctx);
  const id = ctx.workspaceId;
  recordUpdated(ctx, "crm_settings", { id, ...before }, { id, ...after });
  return after;
}
