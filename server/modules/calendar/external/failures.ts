import type { Ctx } from "../../../kernel/context.ts";
import type { ProviderError } from "../../../providers/errors.ts";
import { connectionNoun } from "./connection.ts";
import type { Connection } from "./connection.ts";
import { changeConnection, endSync } from "./connections.store.ts";

const firstWaitMs = 60_000;
const longestWaitMs = 60 * 60_000;

/** When to try again after so many failures in a row: a minute, then twice as long each time up to an hour, or when the provider says. */
export function nextAttempt(now: Date, failures: number, { retryAfterMs = 0 }: ProviderError): Date {
  const waitMs = Math.min(firstWaitMs * 2 ** Math.min(failures - 1, 20), longestWaitMs);
  return new Date(now.getTime() + Math.max(waitMs, retryAfterMs));
}

/** What the owner of the calendar is told; the provider's own words may hold addresses that are secrets. */
export function toldOf({ code, status }: ProviderError): string {
  switch (code) {
    case "revoked":
      return "Access was withdrawn, or the password has changed. Connect the calendar again.";
    case "rate-limited":
      return "The provider asks us to come less often.";
    case "not-found":
      return "The calendar is not there any more.";
    case "not-configured":
      return "This installation lacks what the provider asks for: GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET.";
    case "network":
    case "timeout":
      return "The provider could not be reached.";
    case "address-refused":
      return "Its address is no http or https address on the public internet. Whoever runs this installation can allow addresses inside its network: FRONTDESK_ALLOW_PRIVATE_CALENDARS=1.";
    case "bad-response":
      return "What answers at its address is not a calendar.";
    case "too-large":
      return "The calendar is too large to be read.";
    default:
      return `The provider answered: ${code}${status === undefined ? "" : ` (${status})`}.`;
  }
}

/** The owner has to connect the calendar again. Its busy times stay, and are shown as stale. */
export async function markRevoked(ctx: Ctx, connection: Connection, error: ProviderError): Promise<void> {
  if (connection.status === "revoked" || connection.is_removed) return;
  await changeConnection(ctx, connection, {
    status: "revoked",
    last_error: toldOf(error),
    next_attempt_at: null,
    sync_claim: null,
    sync_claimed_until: null,
  });
  await endSync(ctx, connection);
  const { id, member_id, provider, name } = connection;
  ctx.emit({
    type: "calendar_connection.revoked",
    noun: connectionNoun,
    recordId: id,
    payload: { id, member_id, provider, name },
  });
}
