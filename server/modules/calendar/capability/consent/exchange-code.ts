import { Type } from "typebox";
import { declareError } from "../../../../kernel/errors.ts";
import { operation } from "../../../../kernel/operation.ts";
import { capability } from "../../../../surfaces/capability.ts";
import type { capabilityScopes } from "../../../../scopes.ts";
import { knownProvider, noProvider, unknownProvider } from "../provider.ts";
import { asAgentCode } from "./codes.ts";
import { exchangeCode } from "./give-consent.ts";

const invalidCode = declareError(
  "INVALID_CODE",
  400,
  "The code is not right, was used, or its ten minutes are over.",
);

/** The code a person read to their agent, for the token that stands for what they allowed. */
export const exchangeConsentCode = operation({
  name: "exchange_consent_code",
  surface: capability,
  section: "Capabilities",
  route: "POST /providers/:provider_id/aam/token",
  auth: "public",
  tenancy: "none",
  scopes: [],
  effect: "write",
  noun: "agent_consent",
  summary: "Exchange the code a person read to you for a token to book with this provider in their name.",
  description: "A code works once, within ten minutes, at the provider it was given for.",
  input: Type.Object(
    {
      provider_id: Type.String({ minLength: 1, maxLength: 200 }),
      code: Type.String({ minLength: 8, maxLength: 20, description: "XXXX-XXXX, as the person read it." }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    ok: Type.Literal(true),
    access_token: Type.String({ pattern: "^fd_agent_[\\w-]+$" }),
    token_type: Type.Literal("Bearer"),
    expires_in: Type.Integer({ description: "Seconds." }),
    expires_at: Type.String({ format: "date-time" }),
    provider_id: Type.String({ pattern: "^[a-z0-9-]+$" }),
    scopes: Type.Array(Type.Union([Type.Literal("scheduling.read"), Type.Literal("scheduling.write")])),
    customer: Type.Object({ name: Type.String() }),
  }),
  errors: [invalidCode, unknownProvider],
  async run(ctx, input) {
    const provider = await knownProvider(ctx.app, input.provider_id);
    if (!provider) throw noProvider(input.provider_id);
    const code = asAgentCode(input.code);
    const granted =
      code === undefined ? undefined : await ctx.within(provider.id, (inside) => exchangeCode(inside, code));
    if (!granted) {
      throw invalidCode("This code is not right, was used, or is older than ten minutes.", {
        fix: "Ask the person to open consent_url again and to read you the new code.",
      });
    }
    const { consent, secret } = granted;
    return {
      ok: true as const,
      access_token: secret,
      token_type: "Bearer" as const,
      expires_in: Math.floor((consent.expires_at.getTime() - ctx.now.getTime()) / 1000),
      expires_at: consent.expires_at.toISOString(),
      provider_id: provider.slug,
      scopes: consent.scopes as (typeof capabilityScopes)[number][],
      customer: { name: consent.customer_name },
    };
  },
});
