import { Type } from "typebox";
import type { Ctx } from "../../../kernel/context.ts";
import {
  conflict,
  declareError,
  invalidField,
  unauthorized,
  validationError,
} from "../../../kernel/errors.ts";
import type { OperationError } from "../../../kernel/errors.ts";
import { ProviderError } from "../../../providers/errors.ts";
import type { CalendarAccount } from "../../../providers/calendar/port.ts";

/** Whose calendar it is. The token is theirs, passed through to Google and kept nowhere. */
export const owner = {
  businessId: Type.String({ minLength: 1, maxLength: 200 }),
  employeeId: Type.String({ minLength: 1, maxLength: 200 }),
  accessToken: Type.String({
    minLength: 1,
    maxLength: 4096,
    description: "A Google access token of the employee, good for their calendar.",
  }),
};

export const idempotencyKey = Type.String({
  minLength: 1,
  maxLength: 500,
  description: "The same for every retry of one call.",
});

export const doubleBook = Type.Union([Type.Literal("NODOUBLE"), Type.Literal("ALLOW_WITH_WARN")], {
  description: "NODOUBLE forbids what overlaps something busy.",
});

const providerFailed = declareError("PROVIDER_ERROR", 503, "Google did not do it; try again.");

export const edgeErrors = [validationError, unauthorized, conflict, providerFailed];

export type Owner = { businessId: string; employeeId: string; accessToken: string };

/** A token that names a business is good for that one only. */
export function checkBusiness(ctx: Ctx, { businessId }: Owner): void {
  const claimed = ctx.actor.claims?.["bizId"];
  if (claimed === undefined || claimed === businessId) return;
  throw unauthorized("The service token is for another business.", {
    fix: "Send a token whose bizId is the businessId of the body.",
  });
}

export function accountOf({ accessToken }: Owner): CalendarAccount {
  return { calendarId: "primary", credentials: { accessToken } };
}

/** Calls Google, and says what it says in this surface's words. */
export async function withGoogle<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof ProviderError ? inOurWords(error) : error;
  }
}

function inOurWords(error: ProviderError): OperationError {
  if (error.code === "revoked") {
    return unauthorized("Google does not accept the access token.", {
      fix: "Send a fresh accessToken of the employee, with the calendar scope.",
    });
  }
  if (error.code === "conflict") {
    return conflict("This idempotencyKey was used before: for another slot, or for one that was busy.", {
      fix: "Use a new idempotencyKey for another booking.",
    });
  }
  if (error.status === 400)
    return invalidField(
      "body",
      "Google refuses the request as it is",
      "Check the calendar's id and the times that were sent.",
    );
  const waitSeconds = Math.ceil((error.retryAfterMs ?? 0) / 1000);
  return providerFailed(`Google answered: ${error.code}.`, {
    fix: error.retryable ? "Send the same request again later." : "Check the employee's calendar access.",
    ...(waitSeconds > 0 ? { headers: { "retry-after": String(waitSeconds) } } : {}),
  });
}
