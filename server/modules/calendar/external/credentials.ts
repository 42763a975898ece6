import { Type } from "typebox";
import type { App } from "../../../kernel/app.ts";
import { invalidField } from "../../../kernel/errors.ts";
import { shownOnce } from "../../../kernel/guarded-fields.ts";
import { sealJson, unsealJson } from "../../../kernel/seal.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { CalendarAccount, CalendarCredentials } from "../../../providers/calendar/port.ts";
import type { Connection, ConnectionProvider } from "./connection.ts";

const secret = Type.String({ ...shownOnce, minLength: 1, maxLength: 4096 });

export const CredentialsField = Type.Object(
  {
    accessToken: Type.Optional(secret),
    refreshToken: Type.Optional(secret),
    expiresAt: Type.Optional(Type.String({ format: "date-time" })),
    serverUrl: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
    username: Type.Optional(secret),
    password: Type.Optional(secret),
    owner: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
  },
  {
    additionalProperties: false,
    description:
      "Google: accessToken, refreshToken and expiresAt (or connect at /oauth/google/calendar/start). CalDAV: serverUrl (or an address of the service, olive@fastmail.com), username and password; most services want a password made for one app. ICS: nothing, unless its address asks for username and password; serverUrl is the address to try. owner is the e-mail address whose declined invitations do not count. Kept encrypted and never shown.",
  },
);

const needed: Record<ConnectionProvider, readonly string[]> = {
  local: [],
  google: ["accessToken"],
  caldav: ["serverUrl", "username", "password"],
  ics: [],
};

/** The credentials of a connection as its provider wants them; refuses what is missing by name. */
export function checkCredentials(
  provider: ConnectionProvider,
  given: Partial<CalendarCredentials> = {},
): CalendarCredentials {
  const credentials = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  // A refresh token alone is enough: it is good for an access token.
  const missing = needed[provider].find(
    (name) => !credentials[name] && !(name === "accessToken" && credentials["refreshToken"]),
  );
  if (missing === undefined) return credentials;
  throw invalidField(
    `credentials.${missing}`,
    `is needed for ${provider}`,
    `Send ${missing} as ${provider} gave it.`,
  );
}

/** Refuses addresses nobody here may ask, before they are kept. */
export function refuseAddresses(
  app: App,
  provider: ConnectionProvider,
  named: { calendarId?: string; credentials?: Partial<CalendarCredentials> | undefined },
): void {
  const { calendarId, credentials } = named;
  const found = app.ports.calendars[provider].addressProblem?.({
    calendarId,
    serverUrl: credentials?.["serverUrl"],
  });
  if (!found) return;
  const field = found.field === "calendarId" ? "calendar_id" : "credentials.serverUrl";
  throw invalidField(field, found.problem, "Send the address as the calendar's settings show it.");
}

type Place = Pick<Connection, "workspace_id" | "id">;

export function sealCredentials(app: App, place: Place, credentials: CalendarCredentials): string {
  return sealJson(app.ports.secrets.sealing, placeOf(place), credentials);
}

/** The account a connection opens. `renewed` is told when the provider had the credentials renewed. */
export function accountOf(
  app: App,
  connection: Connection,
  renewed: (credentials: CalendarCredentials) => Promise<void>,
): CalendarAccount {
  return {
    // On this machine everybody's calendars lie together.
    calendarId:
      connection.provider === "local"
        ? `${connection.workspace_id}/${connection.calendar_id}`
        : connection.calendar_id,
    credentials: opened(app, connection),
    renewed,
  };
}

// Sealed with a key that is not this installation's any more: only their owner can give them again.
function opened(app: App, connection: Connection): CalendarCredentials {
  try {
    return unsealJson(app.ports.secrets.sealing, placeOf(connection), connection.credentials);
  } catch (cause) {
    const message = "the credentials cannot be read";
    throw new ProviderError({
      provider: connection.provider,
      code: "revoked",
      message,
      retryable: false,
      cause,
    });
  }
}

function placeOf({ workspace_id, id }: Place): string {
  return `calendar connection ${workspace_id} ${id}`;
}
