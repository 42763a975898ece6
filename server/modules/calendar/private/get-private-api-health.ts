import { Type } from "typebox";
import { operation } from "../../../kernel/operation.ts";
import { privateBookings } from "../../../surfaces/private-bookings.ts";
import { workspaceOf } from "../../workspace/settings/settings.ts";

export const getPrivateApiHealth = operation({
  name: "get_private_api_health",
  surface: privateBookings,
  section: "Health",
  route: "GET /health",
  scopes: [],
  noScopes: "credential",
  effect: "read",
  noun: "credential",
  summary: "Tell whose credential this is, what it may do and for which organization.",
  input: Type.Object({}, { additionalProperties: false }),
  output: Type.Object({
    credential: Type.Object({ id: Type.String(), name: Type.String() }),
    actorType: Type.String(),
    scopes: Type.Array(Type.String()),
    orgId: Type.String({ format: "uuid" }),
    orgName: Type.String(),
    timeZone: Type.String(),
  }),
  async run(ctx) {
    const { name, timeZone } = await workspaceOf(ctx);
    return {
      credential: { id: ctx.actor.id, name: ctx.actor.name },
      actorType: ctx.actor.kind,
      scopes: [...(ctx.actor.scopes ?? [])].sort(),
      orgId: ctx.workspaceId,
      orgName: name,
      timeZone,
    };
  },
});
