import { Type } from "typebox";
import { isEmail } from "../../../../emails.ts";
import type { Ctx } from "../../../../kernel/context.ts";
import { shownOnce } from "../../../../kernel/guarded-fields.ts";
import { conflict, invalidField } from "../../../../kernel/errors.ts";
import { recordCreated } from "../../../../kernel/lifecycle.ts";
import { operation } from "../../../../kernel/operation.ts";
import { workspaceApi } from "../../../../surfaces/workspace-api.ts";
import { DAY_MS } from "../../../calendar/slots/wall-clock.ts";
import { queueEmail } from "../../../messaging/email/queue-email.ts";
import { hashOfToken, newToken } from "../../../workspace/sign-in/tokens.ts";
import { workspaceOf } from "../../../workspace/settings/settings.ts";
import { nameField, optionalText } from "../../party.ts";
import { checkReferences } from "../../references.ts";
import { recordedPortal } from "./status-portal.ts";
import { newPin } from "./pins.ts";
import { insertPortal, workOfDeal } from "./status-portals.store.ts";
import { statusMail } from "./status-mail.ts";

export const sendWorkStatus = operation({
  name: "send_work_status",
  surface: workspaceApi,
  section: "Work Orders",
  route: "POST /work-orders/send-work-status",
  scopes: ["work-orders:write"],
  effect: "write",
  noun: "work_status_portal",
  summary: "Mail a customer a link that shows, behind a PIN, how the work on an opportunity stands.",
  description:
    "The page shows all work orders of the opportunity. The opportunity needs at least one, and the company's outgoing mail has to be on. The token is answered this once. Five wrong PINs in a row shut the page for a quarter of an hour; fifty in all end the PIN, and the recipient is mailed another; with the third PIN the link itself ends, and the administrators are mailed.",
  input: Type.Object(
    {
      deal_id: Type.String({ format: "uuid", description: "The opportunity whose work orders are shown." }),
      recipient_email: Type.String({ minLength: 1, maxLength: 320 }),
      recipient_name: Type.String({ minLength: 1, maxLength: 200, description: "How the mail greets them." }),
      personal_message: optionalText("Stands at the top of the mail.", 5000),
      expires_in_days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365, default: 30 })),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    success: Type.Boolean(),
    portal_id: Type.String({ format: "uuid" }),
    token: Type.String({ ...shownOnce, description: "The link is /work-status/<token>." }),
  }),
  errors: [conflict],
  async run(ctx, { deal_id: dealId, personal_message: message, expires_in_days: days = 30, ...to }) {
    const name = nameField("recipient_name", to.recipient_name);
    const email = to.recipient_email.trim();
    if (!isEmail(email))
      throw invalidField("recipient_email", "is not a valid e-mail address", "Send it like ann@example.com.");
    const { dealName, company } = await mustBeReady(ctx, dealId);
    const token = newToken();
    const { pin, pinHash } = await newPin();
    const portal = await insertPortal(ctx, {
      opportunity_id: dealId,
      recipient_email: email,
      recipient_name: name,
      token_hash: hashOfToken(token),
      pin_hash: pinHash,
      expires_at: new Date(ctx.now.getTime() + days * DAY_MS),
    });
    recordCreated(ctx, "work_status_portal", recordedPortal(portal));
    const url = `${ctx.app.baseUrl}/work-status/${token}`;
    await queueEmail(ctx, {
      emailType: "work_status",
      secrets: [token, pin],
      to: email,
      toName: name,
      opportunityId: dealId,
      ...statusMail({ name, company, dealName, message: message?.trim() || undefined, url, pin, days }),
    });
    return { success: true, portal_id: portal.id, token };
  },
});

/** The opportunity's and the company's names, when there is something to show and a way to tell of it. */
async function mustBeReady(ctx: Ctx, dealId: string): Promise<{ dealName: string; company: string }> {
  await checkReferences(ctx, { deal_id: dealId });
  const deal = await workOfDeal(ctx, dealId);
  if (!deal?.hasWork) {
    throw conflict("This opportunity has no work orders to show.", {
      fix: "Create one with POST /work-orders for one of its products.",
    });
  }
  const workspace = await workspaceOf(ctx);
  if (!workspace.settings.messaging.enabled) {
    throw conflict("The company's outgoing mail is switched off.", {
      fix: "PATCH /company with front_desk.messaging.enabled true.",
    });
  }
  if (ctx.app.ports.email.from === "") {
    throw conflict("This installation has no address to send mail from.", { fix: "Set EMAIL_FROM." });
  }
  return { dealName: deal.name, company: workspace.name };
}
