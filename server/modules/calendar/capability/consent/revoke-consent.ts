import { Type } from "typebox";
import { missing } from "../../../../kernel/errors.ts";
import { operation } from "../../../../kernel/operation.ts";
import { ConsentRecord, consentHead, presentConsent } from "./consents.crud.ts";
import { lockConsent } from "./consents.store.ts";
import { revokeConsent } from "./give-consent.ts";

export const revokeAgentConsent = operation({
  name: "revoke_agent_consent",
  surface: consentHead.surface,
  section: consentHead.section,
  noun: consentHead.noun,
  route: `POST ${consentHead.path}/:id/revoke`,
  scopes: ["company:write"],
  effect: "destructive",
  summary: "End what an AI agent may do in a customer's name; its token stops working at once.",
  description: "What it booked stays booked. Ending it again changes nothing.",
  input: Type.Object({ id: Type.String({ format: "uuid" }) }, { additionalProperties: false }),
  output: ConsentRecord,
  async run(ctx, { id }) {
    const consent = await lockConsent(ctx, id);
    if (!consent) throw missing("agent_consent", id);
    return presentConsent(ctx, await revokeConsent(ctx, consent, "business"));
  },
});
