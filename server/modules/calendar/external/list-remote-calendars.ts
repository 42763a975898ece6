import { Type } from "typebox";
import { conflict, unavailable, validationError } from "../../../kernel/errors.ts";
import { operation } from "../../../kernel/operation.ts";
import { ProviderError } from "../../../providers/errors.ts";
import { workspaceApi } from "../../../surfaces/workspace-api.ts";
import { connectionNoun } from "./connection.ts";
import { provider } from "./create-connection.ts";
import { CredentialsField, checkCredentials, refuseAddresses } from "./credentials.ts";
import { toldOf } from "./failures.ts";

export const listRemoteCalendars = operation({
  name: "list_remote_calendars",
  surface: workspaceApi,
  section: "Calendar Connections",
  route: "POST /calendar-connections/remote-calendars",
  scopes: ["company:write"],
  // Nothing is looked up or written here, so no connection to the database waits for somebody else's server.
  tenancy: "none",
  effect: "read",
  noun: connectionNoun,
  summary: "Which calendars some credentials open; nothing is kept.",
  description: "Also the test of credentials before connecting a calendar.",
  errors: [validationError, conflict, unavailable],
  input: Type.Object(
    { provider, credentials: Type.Optional(CredentialsField) },
    { additionalProperties: false },
  ),
  output: Type.Object({
    calendars: Type.Array(
      Type.Object({
        calendar_id: Type.String(),
        name: Type.String(),
        is_primary: Type.Boolean(),
        can_write: Type.Boolean(),
      }),
    ),
  }),
  example: { input: { provider: "local" } },
  async run(ctx, input) {
    const credentials = checkCredentials(input.provider, input.credentials);
    refuseAddresses(ctx.app, input.provider, { credentials });
    try {
      const calendars = await ctx.app.ports.calendars[input.provider].listCalendars(credentials);
      return {
        calendars: calendars.map(({ id, name, isPrimary, canWrite }) => ({
          calendar_id: id,
          name,
          is_primary: isPrimary,
          can_write: canWrite,
        })),
      };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.retryable) throw unavailable(toldOf(error), { fix: "Send the same request again later." });
      throw conflict(toldOf(error), { fix: "Check the credentials and send the request again." });
    }
  },
});
