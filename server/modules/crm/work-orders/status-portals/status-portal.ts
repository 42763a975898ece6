import { Type } from "typebox";
import type { Static } from "typebox";
import { nullableText } from "../../party.ts";
import type { WorkStatusPortal } from "../work-order.ts";

/** A link that shows a customer how the work stands, as the workspace API shows it: neither token nor PIN can be read again. */
export const StatusPortalRecord = Type.Object({
  id: Type.String({ format: "uuid" }),
  deal_id: Type.String({ format: "uuid" }),
  recipient_email: Type.String(),
  recipient_name: Type.String(),
  status: Type.Union([Type.Literal("active"), Type.Literal("expired"), Type.Literal("revoked")]),
  expires_at: Type.String({ format: "date-time" }),
  revoked_at: nullableText(),
  locked_until: nullableText("Set while too many wrong PINs have shut it."),
  opened_at: nullableText("When the right PIN was first entered."),
  created_at: Type.String({ format: "date-time" }),
  updated_at: Type.String({ format: "date-time" }),
});

/** Whether the link of a portal leads anywhere. */
export function isOpen(portal: Pick<WorkStatusPortal, "expires_at" | "revoked_at">, now: Date): boolean {
  return portal.revoked_at === null && portal.expires_at > now;
}

/** A row without what only the recipient may know: what the audit tells. */
export function recordedPortal(row: WorkStatusPortal) {
  const {
    workspace_id: _w,
    token_hash: _t,
    pin_hash: _p,
    guesses: _g,
    wrong_pins: _w2,
    opportunity_id: dealId,
    ...shown
  } = row;
  return { ...shown, deal_id: dealId };
}

/** A row as callers see it. */
export function presentPortal(row: WorkStatusPortal, now: Date): Static<typeof StatusPortalRecord> {
  const { locked_until: lockedUntil, ...shown } = recordedPortal(row);
  return {
    ...shown,
    locked_until: lockedUntil && lockedUntil > now ? lockedUntil : null,
    status: row.revoked_at ? "revoked" : isOpen(row, now) ? "active" : "expired",
  } as never;
}
